"""The engine of a CUDA device: codes, filter bits and numbers in its memory, counted by its kernels."""

from __future__ import annotations

from gpu.cuda.arrays import DeviceArrays
from gpu.cuda.backend import DeviceComputeBackend
from gpu.cuda.device import Device
from gpu.engine import Source
from gpu.resident.cache import HostSpill
from gpu.resident.engine import ResidentEngine
from gpu.resident.memory import GIB, EngineMemory

_MEMORY_FRACTION = 0.8
"""The fraction of the initially free memory that resident data may take; requests need the rest."""


def create_memory(
    device: Device, resident_bytes: int = 0, cube_bytes: int = GIB // 4, host_bytes: int = 4 * GIB
) -> EngineMemory:
    """Return the memory that engines share: so many bytes on the device (0: most of it) and on the host.

    The host keeps unfiltered cubes and, within ``host_bytes`` bytes, entries that were evicted from the
    device.
    """
    host_spill = HostSpill(host_bytes, device.download, device.upload)
    memory = EngineMemory(
        resident_bytes or int(device.get_memory()[0] * _MEMORY_FRACTION), cube_bytes, host_spill
    )
    device.caches.add(memory.resident_cache)
    return memory


class CudaEngine(ResidentEngine):
    """An engine that holds one version of a dataset in the memory of a device.

    Args:
        source: The rows.
        device: The device that counts them, shared by all engines.
        memory: What ``create_memory`` returned, shared with all engines that get the same; None for its own.
    """

    name = "cuda"

    def __init__(self, source: Source, device: Device, *, memory: EngineMemory | None = None) -> None:
        super().__init__(
            source, memory or create_memory(device), DeviceArrays(device), DeviceComputeBackend(device)
        )
