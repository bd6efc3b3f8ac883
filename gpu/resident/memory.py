"""The memory that engines share."""

from __future__ import annotations

from gpu.resident.attic import Attic
from gpu.resident.cache import Shelf
from gpu.resident.unfiltered_cubes import Known

GIB = 1 << 30


class Memory:
    """What engines may keep, all together, however many there are.

    Args:
        resident: bytes that codes, numbers and filter bits may take; what was used longest ago is dropped,
            and made again when wanted. Requests that need more at once may exceed it while they run.
        cubes: bytes that unfiltered cubes may take.
        attic: where what is dropped goes instead.
    """

    def __init__(self, resident: int = 4 * GIB, cubes: int = GIB // 4, attic: Attic | None = None) -> None:
        self.shelf = Shelf(resident, attic)
        self.known = Known(cubes)
