"""The engine of the CPU: resident codes, filter bits, and one fused pass of compiled kernels a request."""

from __future__ import annotations

from gpu.cpu.arrays import HostArrays
from gpu.cpu.backend import HostCounter
from gpu.cpu.pool import cores
from gpu.engine import Source
from gpu.resident.engine import ResidentEngine
from gpu.resident.memory import Memory


class CpuEngine(ResidentEngine):
    """One version of a dataset, in memory.

    Args:
        source: the rows.
        memory: what it may keep, shared with all engines that were given the same; None: its own.
        threads: into how many ranges the rows are dealt; None: one a core.
    """

    name = "cpu"

    def __init__(self, source: Source, *, memory: Memory | None = None, threads: int | None = None) -> None:
        super().__init__(source, memory or Memory(), HostArrays(), HostCounter(threads or cores()))
