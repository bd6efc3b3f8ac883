"""The engines that must agree with the oracle, cell for cell."""

from __future__ import annotations

from functools import cache

import pytest

from gpu.cpu import CpuEngine
from gpu.cuda.device import Device, NoDeviceError
from gpu.cuda.engine import CudaEngine
from gpu.cuda.probe import probe
from gpu.engine import Source
from gpu.oracle import OracleEngine
from tests.device.simulated_cupy import CuPy


@cache
def standin() -> Device:
    """A device without a GPU."""
    return Device(CuPy())


@cache
def device() -> Device | str:
    """The device of CuPy, or why there is none."""
    try:
        return probe()
    except NoDeviceError as error:
        return str(error)


def cuda_on_the_host(source: Source) -> CudaEngine:
    return CudaEngine(source, standin())


def cuda(source: Source) -> CudaEngine:
    return CudaEngine(source, device())


no_device = device() if isinstance(device(), str) else ""
on_a_gpu = (pytest.mark.gpu, pytest.mark.skipif(bool(no_device), reason=no_device))
ENGINES = [OracleEngine, CpuEngine, cuda_on_the_host, pytest.param(cuda, marks=on_a_gpu)]
