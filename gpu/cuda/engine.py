"""The engine of a CUDA device: codes, filter bits and numbers in its memory, counted by its kernels."""

from __future__ import annotations

from gpu.cuda.arrays import DeviceArrays
from gpu.cuda.backend import DeviceCounter
from gpu.cuda.device import Device
from gpu.engine import Source
from gpu.resident.attic import Attic
from gpu.resident.engine import ResidentEngine
from gpu.resident.memory import GIB, Memory

_PART = 0.8
"""Of what is free at the start an engine keeps so much: requests need some for themselves."""


def memory_of(device: Device, resident: int = 0, cubes: int = GIB // 4, host: int = 4 * GIB) -> Memory:
    """What engines may keep together: so many bytes on the device (0: most of it), and on the host.

    On the host are cubes and, within ``host`` bytes, what had to make room on the device.
    """
    attic = Attic(host, device.download, device.upload)
    memory = Memory(resident or int(device.memory()[0] * _PART), cubes, attic)
    device.shelves.add(memory.shelf)
    return memory


class CudaEngine(ResidentEngine):
    """One version of a dataset, in the memory of a device.

    Args:
        source: the rows.
        device: where they are counted, shared with all other engines.
        memory: of ``memory_of``, shared with all engines that were given the same; None: its own.
    """

    name = "cuda"

    def __init__(self, source: Source, device: Device, *, memory: Memory | None = None) -> None:
        super().__init__(source, memory or memory_of(device), DeviceArrays(device), DeviceCounter(device))
