"""Which engine counts in this process, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from gpu.engine import Engine, Source
from gpu.resident.memory import Memory

AUTO = "auto"


class EngineUnavailableError(Exception):
    """This engine can't run here; says why."""


@dataclass(frozen=True)
class Limits:
    """What engines may use: threads of the CPU, bytes for codes, for kept cubes, and for codes on a device.

    ``device=0`` means most of what is free there. ``cuxfilter`` is the interpreter that has it.
    """

    threads: int
    codes: int
    cubes: int
    device: int = 0
    cuxfilter: Path | None = None


@dataclass(frozen=True)
class Choice:
    """An engine that runs here.

    Attributes:
        runs_on: on what, in words.
        codes: bytes that codes may take, of all datasets together.
        make: gives the engine of a source; all share one memory.
        warm: makes ready what nobody should wait for later.
        why: the reason why it was chosen.
        trouble: what went wrong with it last, if that still holds.
    """

    name: str
    runs_on: str
    codes: int
    make: Callable[[Source], Engine]
    warm: Callable[[], None] = lambda: None
    why: str = ""
    trouble: Callable[[], str] = str


def cpu(limits: Limits) -> Choice:
    """Compiled kernels over resident codes."""
    memory = Memory(limits.codes, limits.cubes)

    def make(source: Source) -> Engine:
        from gpu.cpu.engine import CpuEngine  # noqa: PLC0415  (half a second of loading: no start waits for it)

        return CpuEngine(source, memory=memory, threads=limits.threads)

    def warm() -> None:
        from gpu.cpu.warm import warm  # noqa: PLC0415

        warm()

    return Choice("cpu", f"{limits.threads} threads of the CPU", limits.codes, make, warm)


def cuda(limits: Limits) -> Choice:
    """The same on a CUDA device, if there is one that works."""
    from gpu.cuda import probe  # noqa: PLC0415
    from gpu.cuda.device import NoDeviceError  # noqa: PLC0415
    from gpu.cuda.engine import CudaEngine, memory_of  # noqa: PLC0415

    try:
        device = probe.probe()
    except NoDeviceError as error:
        raise EngineUnavailableError(str(error)) from error
    memory = memory_of(device, limits.device, limits.cubes, limits.codes)
    make = partial(CudaEngine, device=device, memory=memory)
    return Choice("cuda", device.name, memory.shelf.limit, make)


def cuxfilter(limits: Limits) -> Choice:
    """RAPIDS' cross-filter for what it can, and what ``auto`` takes for the rest."""
    if limits.cuxfilter is None:
        raise EngineUnavailableError("no interpreter that has it is set")
    from gpu.cuxfilter.fallback import Assistant, assisted  # noqa: PLC0415
    from gpu.cuxfilter.worker_client import Counter  # noqa: PLC0415

    assistant = Assistant(Counter(limits.cuxfilter, limits.device or limits.codes))
    ordinary = choose(AUTO, limits)
    runs_on = f"cuxfilter in a process of {limits.cuxfilter}, beside {ordinary.runs_on}"
    make = assisted(ordinary.make, assistant)
    return replace(ordinary, name="cuxfilter", runs_on=runs_on, make=make, trouble=lambda: assistant.trouble)


def oracle(limits: Limits) -> Choice:
    """Plain NumPy over raw columns: slow, to compare others with."""

    def make(source: Source) -> Engine:
        from gpu.oracle import OracleEngine  # noqa: PLC0415

        return OracleEngine(source)

    return Choice("oracle", "one thread of the CPU", limits.codes, make)


ENGINES: dict[str, Callable[[Limits], Choice]] = {
    "cpu": cpu,
    "cuda": cuda,
    "cuxfilter": cuxfilter,
    "oracle": oracle,
}
"""Each raises EngineUnavailableError where the engine can't run."""


def choose(wanted: str, limits: Limits) -> Choice:
    """The engine that was asked for; for ``auto`` that of a CUDA device that works, else that of the CPU.

    Raises:
        EngineUnavailableError: the engine that was asked for by name can't run here.
    """
    if wanted not in (AUTO, *ENGINES):
        raise EngineUnavailableError("there is none of this name")
    if wanted != AUTO:
        return replace(ENGINES[wanted](limits), why="it was asked for by name")
    try:
        return replace(cuda(limits), why="there is a CUDA device, and it works")
    except EngineUnavailableError as error:
        return replace(cpu(limits), why=f"no CUDA device can be used: {error}")
