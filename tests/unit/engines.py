"""The engines that must agree with the oracle, cell for cell."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

import pytest

from gpu.cuda.device import Device, NoDeviceError
from gpu.cuda.engine import CudaEngine
from gpu.cuda.probe import find_device
from gpu.engine import Engine, Source
from gpu.oracle import OracleEngine
from tests.device.simulated_cupy import SimulatedCuPy


@cache
def get_simulated_device() -> Device:
    """A device without a GPU."""
    return Device(SimulatedCuPy())


@cache
def get_gpu_device() -> Device | str:
    """The device of CuPy, or why there is none."""
    try:
        return find_device()
    except NoDeviceError as error:
        return str(error)


def make_cpu_engine(source: Source) -> Engine:
    from gpu.cpu import CpuEngine  # noqa: PLC0415  (scripts/gpu_check.py runs these tests without numba)

    return CpuEngine(source)


def make_simulated_cuda_engine(source: Source) -> CudaEngine:
    return CudaEngine(source, get_simulated_device())


def make_cuda_engine(source: Source) -> CudaEngine:
    return CudaEngine(source, get_gpu_device())


gpu_missing_reason = get_gpu_device() if isinstance(get_gpu_device(), str) else ""
gpu_marks = (pytest.mark.gpu, pytest.mark.skipif(bool(gpu_missing_reason), reason=gpu_missing_reason))
ENGINE_FACTORIES = [
    OracleEngine,
    pytest.param(
        make_cpu_engine, marks=pytest.mark.skipif(not find_spec("numba"), reason="numba is missing")
    ),
    make_simulated_cuda_engine,
    pytest.param(make_cuda_engine, marks=gpu_marks),
]
