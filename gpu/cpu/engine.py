"""The engine of the CPU: resident codes, filter bits, and one fused pass of compiled kernels per request."""

from __future__ import annotations

from gpu.cpu.arrays import HostArrays
from gpu.cpu.backend import HostComputeBackend
from gpu.cpu.pool import count_cores
from gpu.engine import Source
from gpu.resident.engine import ResidentEngine
from gpu.resident.memory import EngineMemory


class CpuEngine(ResidentEngine):
    """An engine that holds one version of a dataset in memory.

    Args:
        source: The rows.
        memory: What it may keep, shared with all engines that get the same memory; None for memory of its
            own.
        threads: The number of ranges into which the rows are divided; None for one per core.
    """

    name = "cpu"

    def __init__(
        self, source: Source, *, memory: EngineMemory | None = None, threads: int | None = None
    ) -> None:
        super().__init__(
            source, memory or EngineMemory(), HostArrays(), HostComputeBackend(threads or count_cores())
        )
