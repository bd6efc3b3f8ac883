"""The memory that engines share."""

from __future__ import annotations

from gpu.resident.cache import HostSpill, ResidentCache
from gpu.resident.unfiltered_cubes import UnfilteredCubeCache

GIB = 1 << 30


class EngineMemory:
    """The limits of what all engines together may keep, and the caches that obey them.

    Args:
        resident_bytes: Bytes for codes, numbers and filter bits. The least recently used data is evicted, and
            created again when needed. Requests that need more at once may exceed the limit while they run.
        cube_bytes: Bytes for unfiltered cubes.
        host_spill: Where evicted data is moved to; None to drop it.
    """

    def __init__(
        self, resident_bytes: int = 4 * GIB, cube_bytes: int = GIB // 4, host_spill: HostSpill | None = None
    ) -> None:
        self.resident_cache = ResidentCache(resident_bytes, host_spill)
        self.unfiltered_cubes = UnfilteredCubeCache(cube_bytes)
