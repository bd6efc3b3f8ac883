"""The engines that this process can use, and the choice of one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import structlog

from gpu.engine import Engine, Source
from gpu.resident.memory import EngineMemory

AUTO = "auto"
log = structlog.get_logger(__name__)


_LOST_ADVICE = "The CPU engine answers instead. Restart the service to use the GPU again."


class EngineUnavailableError(Exception):
    """An engine can't run on this machine; the message says why."""


@dataclass(frozen=True)
class EngineLimits:
    """The resources that engines may use.

    Attributes:
        thread_count: Threads of the CPU.
        code_bytes: Bytes for resident data on the host.
        cube_bytes: Bytes for unfiltered cubes.
        device_bytes: Bytes for resident data on a device; 0 means most of what is free there.
        cuxfilter_python: The Python interpreter in which cuxfilter is installed.
    """

    thread_count: int
    code_bytes: int
    cube_bytes: int
    device_bytes: int = 0
    cuxfilter_python: Path | None = None


@dataclass(frozen=True)
class EngineInfo:
    """An engine that can run on this machine.

    Attributes:
        hardware: A description of what it runs on.
        code_bytes: Bytes that resident data of all datasets together may take.
        create_engine: Creates the engine of a source; all engines share one memory limit.
        warm_up: Prepares what would otherwise delay the first request.
        reason: Why it was chosen.
        get_trouble: Returns its last error if that still applies, otherwise an empty text.
        get_substitute: Returns the name of the engine that has replaced it, otherwise an empty text.
    """

    name: str
    hardware: str
    code_bytes: int
    create_engine: Callable[[Source], Engine]
    warm_up: Callable[[], None] = lambda: None
    reason: str = ""
    get_trouble: Callable[[], str] = str
    get_substitute: Callable[[], str] = str

    @property
    def active_name(self) -> str:
        """Return the name of the engine that answers now."""
        return self.get_substitute() or self.name


def configure_cpu(limits: EngineLimits) -> EngineInfo:
    """Return the engine of the CPU: compiled kernels over resident codes."""
    memory = EngineMemory(limits.code_bytes, limits.cube_bytes)

    def create_engine(source: Source) -> Engine:
        from gpu.cpu.engine import CpuEngine  # noqa: PLC0415  (takes half a second, which no start waits for)

        return CpuEngine(source, memory=memory, threads=limits.thread_count)

    def warm_up() -> None:
        from gpu.cpu.warm import compile_kernels  # noqa: PLC0415

        compile_kernels()

    return EngineInfo(
        "cpu", f"{limits.thread_count} threads of the CPU", limits.code_bytes, create_engine, warm_up
    )


def configure_cuda(limits: EngineLimits) -> EngineInfo:
    """Return the engine of a CUDA device, which the engine of the CPU replaces if the device is lost.

    Raises:
        EngineUnavailableError: There is no CUDA device that works.
    """
    from gpu.cuda import probe  # noqa: PLC0415
    from gpu.cuda.device import NoDeviceError  # noqa: PLC0415
    from gpu.cuda.engine import create_memory  # noqa: PLC0415
    from gpu.cuda.fallback import CudaWithFallback  # noqa: PLC0415

    try:
        device = probe.find_device()
    except NoDeviceError as error:
        if not isinstance(error, probe.CuPyMissingError):
            log.warning("the GPU can't be used", reason=str(error))
        raise EngineUnavailableError(str(error)) from error
    memory = create_memory(device, limits.device_bytes, limits.cube_bytes, limits.code_bytes)
    cpu = configure_cpu(limits)
    create_engine = partial(CudaWithFallback, device=device, memory=memory, create_fallback=cpu.create_engine)
    return EngineInfo(
        "cuda",
        device.name,
        memory.resident_cache.max_bytes,
        create_engine,
        get_trouble=lambda: device.loss and f"{device.loss}. {_LOST_ADVICE}",
        get_substitute=lambda: device.loss and cpu.name,
    )


def configure_cuxfilter(limits: EngineLimits) -> EngineInfo:
    """Return RAPIDS' cuxfilter for the cubes it can compute, with the engine of ``auto`` for the others.

    Raises:
        EngineUnavailableError: No interpreter with cuxfilter is configured.
    """
    if limits.cuxfilter_python is None:
        raise EngineUnavailableError("no Python interpreter with cuxfilter is configured")
    from gpu.cuxfilter.fallback import WorkerHealth, with_cuxfilter  # noqa: PLC0415
    from gpu.cuxfilter.worker_client import WorkerClient  # noqa: PLC0415

    health = WorkerHealth(WorkerClient(limits.cuxfilter_python, limits.device_bytes or limits.code_bytes))
    fallback = choose_engine(AUTO, limits)
    hardware = f"cuxfilter in a process of {limits.cuxfilter_python}, and {fallback.hardware}"
    create_engine = with_cuxfilter(fallback.create_engine, health)
    return replace(
        fallback,
        name="cuxfilter",
        hardware=hardware,
        create_engine=create_engine,
        get_trouble=lambda: " ".join(filter(None, (health.last_error, fallback.get_trouble()))),
        get_substitute=str,
    )


def configure_oracle(limits: EngineLimits) -> EngineInfo:
    """Return the reference engine: plain NumPy over raw columns, slow, to compare other engines with."""

    def create_engine(source: Source) -> Engine:
        from gpu.oracle import OracleEngine  # noqa: PLC0415

        return OracleEngine(source)

    return EngineInfo("oracle", "one thread of the CPU", limits.code_bytes, create_engine)


ENGINES: dict[str, Callable[[EngineLimits], EngineInfo]] = {
    "cpu": configure_cpu,
    "cuda": configure_cuda,
    "cuxfilter": configure_cuxfilter,
    "oracle": configure_oracle,
}
"""The engines by name. Each function raises EngineUnavailableError if its engine can't run on this machine.
"""


def choose_engine(name: str, limits: EngineLimits) -> EngineInfo:
    """Return the engine of this name. ``auto`` selects a CUDA device that works, otherwise the CPU.

    Raises:
        EngineUnavailableError: There is no engine of this name, or it can't run on this machine.
    """
    if name not in (AUTO, *ENGINES):
        raise EngineUnavailableError(f"it isn't one of {', '.join((AUTO, *ENGINES))}")
    if name != AUTO:
        return replace(ENGINES[name](limits), reason="it was selected by name")
    try:
        return replace(configure_cuda(limits), reason="a working CUDA device was found")
    except EngineUnavailableError as error:
        return replace(configure_cpu(limits), reason=f"no CUDA device can be used: {error}")
