"""Whether there is a device that works: seen by using it, as CuPy can be imported without one."""

from __future__ import annotations

import numpy as np

from gpu.cuda import launch
from gpu.cuda.device import Device, Module, NoDeviceError


def probe() -> Device:
    """The first device.

    Raises:
        NoDeviceError: says what is missing, or what the device could not do.
    """
    try:
        import cupy  # noqa: PLC0415  (seconds of loading, and not there without a GPU)
    except ImportError as error:
        raise NoDeviceError(f"CuPy is not installed ({error})") from error
    return used(cupy)


def used(cupy: Module) -> Device:
    """The device of this CuPy, after it has compiled the kernels and counted something.

    Raises:
        NoDeviceError: it has none, or the device could not do it.
    """
    try:
        if not cupy.cuda.runtime.getDeviceCount():
            raise NoDeviceError("CuPy finds no device")
        device = Device(cupy)
        bits = device.upload(np.array([0b1011], np.uint64))
        if launch.passing([bits], device, range(3)) != 2:
            raise NoDeviceError(f"{device.name} miscounts")
    except (RuntimeError, ImportError, OSError, MemoryError) as error:
        raise NoDeviceError(f"CuPy can't use the device: {error}") from error
    return device
