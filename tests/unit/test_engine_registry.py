"""Which engine counts, and what is said where it can't."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpu import registry
from gpu.cubes import View
from gpu.cuda import probe
from gpu.cuda.device import NoDeviceError
from gpu.registry import EngineUnavailableError, Limits, choose
from gpu.resident.memory import GIB
from tests.device.simulated_cupy import CuPy
from tests.unit.table_source import TableSource
from tests.unit.test_engines import FLIGHTS

LIMITS = Limits(threads=2, codes=GIB, cubes=GIB // 4)


def no_device():
    raise NoDeviceError("the driver is too old")


@pytest.fixture
def without(monkeypatch):
    monkeypatch.setattr(probe, "probe", no_device)


@pytest.fixture
def standing_in(monkeypatch):
    monkeypatch.setattr(probe, "probe", lambda: probe.used(CuPy(total=GIB)))


@pytest.mark.parametrize("name", ["cpu", "oracle", "cuda"])
def test_the_engine_asked_for_counts(standing_in, name):
    chosen = choose(name, LIMITS)
    engine = chosen.make(TableSource(FLIGHTS))
    assert chosen.name == engine.name == name
    assert chosen.why == "it was asked for by name"
    assert engine.histogram(View(())).count.tolist() == [[6]]


def test_a_device_that_works_is_taken_by_itself(standing_in):
    chosen = choose("auto", LIMITS)
    assert (chosen.name, chosen.runs_on, chosen.codes) == ("cuda", "stand-in", int(GIB * 0.8))
    assert chosen.why == "there is a CUDA device, and it works"


def test_without_a_device_the_cpu_is_taken_and_why_is_told(without):
    chosen = choose("auto", LIMITS)
    assert (chosen.name, chosen.runs_on) == ("cpu", "2 threads of the CPU")
    assert chosen.why == "no CUDA device can be used: the driver is too old"


def test_a_device_asked_for_by_name_must_be_there(without):
    with pytest.raises(EngineUnavailableError, match="too old"):
        choose("cuda", LIMITS)


def test_an_engine_nobody_knows_is_refused():
    with pytest.raises(EngineUnavailableError, match="none of this name"):
        choose("abacus", LIMITS)


def test_cuxfilter_stands_beside_what_runs_by_itself(without):
    chosen = choose("cuxfilter", replace(LIMITS, cuxfilter=Path("/opt/python")))
    assert (chosen.name, chosen.codes) == ("cuxfilter", GIB)
    assert chosen.runs_on == "cuxfilter in a process of /opt/python, beside 2 threads of the CPU"
    assert chosen.make(TableSource(FLIGHTS)).name == "cuxfilter"


def test_cuxfilter_needs_an_interpreter():
    with pytest.raises(EngineUnavailableError, match="no interpreter that has it is set"):
        choose("cuxfilter", LIMITS)


def test_what_a_device_may_keep_can_be_set(standing_in):
    assert choose("cuda", Limits(2, GIB, GIB, device=1000)).codes == 1000


def test_a_machine_without_cupy_has_no_device(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "cupy", None)
    with pytest.raises(NoDeviceError, match="CuPy is not installed"):
        probe.probe()


class NoDriver(CuPy):
    def __init__(self):
        super().__init__()
        self.cuda.runtime.getDeviceCount = self.fail

    def fail(self):
        raise RuntimeError("cudaErrorInsufficientDriver")


class Full(CuPy):
    def zeros(self, *_):
        raise MemoryError


class Miscounting(CuPy):
    def asnumpy(self, array):
        return super().asnumpy(array) + np.uint64(1)


@pytest.mark.parametrize(
    ("cupy", "reason"), [(NoDriver, "InsufficientDriver"), (Full, "bytes free"), (Miscounting, "miscounts")]
)
def test_a_device_is_judged_by_its_use(cupy, reason):
    with pytest.raises(NoDeviceError, match=reason):
        probe.used(cupy())


def test_every_engine_of_the_setting_is_known():
    assert {"cpu", "cuda", "oracle"} <= set(registry.ENGINES)
