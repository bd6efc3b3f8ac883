"""The search for a device that works. It is tested by using it, because CuPy can be imported without one."""

from __future__ import annotations

import numpy as np

from gpu.cuda import launch
from gpu.cuda.device import Device, Module, NoDeviceError


def find_device() -> Device:
    """Return the first device.

    Raises:
        NoDeviceError: Something is missing, or the device can't do the work.
    """
    try:
        import cupy  # noqa: PLC0415  (seconds of loading, and not there without a GPU)
    except ImportError as error:
        raise NoDeviceError(f"CuPy is not installed ({error})") from error
    return verify_device(cupy)


def verify_device(cupy: Module) -> Device:
    """Return the device of this CuPy, after it has compiled the kernels and counted something.

    Raises:
        NoDeviceError: There is no device, or it can't do the work.
    """
    try:
        if not cupy.cuda.runtime.getDeviceCount():
            raise NoDeviceError("CuPy finds no device")
        device = Device(cupy)
        bits = device.upload(np.array([0b1011], np.uint64))
        if launch.count_passing_rows([bits], device, range(3)) != 2:
            raise NoDeviceError(f"{device.name} returned a wrong result")
    except (RuntimeError, ImportError, OSError, MemoryError) as error:
        raise NoDeviceError(f"CuPy can't use the device: {error}") from error
    return device
