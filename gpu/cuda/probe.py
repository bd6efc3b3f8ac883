"""The search for a device that works. It is tested by using it, because CuPy can be imported without one."""

from __future__ import annotations

import numpy as np

from gpu.cuda import launch
from gpu.cuda.device import Device, Module, NoDeviceError

_IMPORT_ERRORS = (ImportError, OSError, RuntimeError, ValueError, AttributeError)
"""What importing CuPy can raise: its cache folder can't be created or a library can't be loaded (OSError),
or it was built for another NumPy (the last three)."""
_USE_ERRORS = (RuntimeError, ImportError, OSError, MemoryError, AttributeError)
"""What its first use can raise, besides ``CompileException``. Errors of CUDA, of NVRTC and of the search for
CUDA's libraries are RuntimeErrors; a CuPy that is too old lacks attributes."""


class CuPyMissingError(NoDeviceError):
    """CuPy is not installed, as on most machines without a GPU."""


def find_device() -> Device:
    """Return the first device.

    Raises:
        CuPyMissingError: CuPy is not installed.
        NoDeviceError: Something else is missing, or the device can't do the work.
    """
    try:
        import cupy  # noqa: PLC0415  (seconds of loading, and not there without a GPU)
    except _IMPORT_ERRORS as error:
        if isinstance(error, ModuleNotFoundError) and error.name == "cupy":
            raise CuPyMissingError(f"CuPy is not installed ({error})") from error
        raise NoDeviceError(f"CuPy can't be imported: {_describe(error)}") from error
    return verify_device(cupy)


def verify_device(cupy: Module) -> Device:
    """Return the device of this CuPy, after it has compiled the kernels and counted something.

    Raises:
        NoDeviceError: There is no device, or it can't do the work.
    """
    try:
        compile_error = cupy.cuda.compiler.CompileException
    except AttributeError as error:
        raise NoDeviceError(f"the package cupy isn't CuPy: {error}") from error
    try:
        if not cupy.cuda.runtime.getDeviceCount():
            raise NoDeviceError("CuPy finds no device")
        device = Device(cupy)
        bits = device.upload(np.array([0b1011], np.uint64))
        if launch.count_passing_rows([bits], device, range(3)) != 2:
            raise NoDeviceError(f"{device.name} returned a wrong result")
    except (*_USE_ERRORS, compile_error) as error:
        raise NoDeviceError(f"CuPy can't use the device: {_describe(error)}") from error
    return device


def _describe(error: BaseException) -> str:
    """Return the error as one line; the messages of some have many, of others none."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
