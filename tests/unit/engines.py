"""The engines that must agree with the oracle, cell for cell."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from gpu.cpu import CpuEngine
from gpu.cuda.device import Device
from gpu.cuda.engine import CudaEngine
from gpu.engine import Engine, Source
from gpu.oracle import OracleEngine
from tests.device.standin import CuPy


@cache
def standin() -> Device:
    """A device without a GPU."""
    return Device(CuPy())


def cuda_on_the_host(source: Source) -> CudaEngine:
    return CudaEngine(source, standin())


ENGINES: list[Callable[[Source], Engine]] = [OracleEngine, CpuEngine, cuda_on_the_host]
