"""Which engine counts, and what is said where it can't."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpu import registry
from gpu.cubes import ViewSpec
from gpu.cuda import probe
from gpu.cuda.device import NoDeviceError
from gpu.registry import EngineLimits, EngineUnavailableError, choose_engine
from gpu.resident.memory import GIB
from tests.device.simulated_cupy import SimulatedCuPy
from tests.unit.table_source import TableSource
from tests.unit.test_engines import FLIGHTS

LIMITS = EngineLimits(thread_count=2, code_bytes=GIB, cube_bytes=GIB // 4)


def raise_no_device():
    raise NoDeviceError("the driver is too old")


@pytest.fixture
def without_device(monkeypatch):
    monkeypatch.setattr(probe, "find_device", raise_no_device)


@pytest.fixture
def simulated_device(monkeypatch):
    monkeypatch.setattr(probe, "find_device", lambda: probe.verify_device(SimulatedCuPy(total=GIB)))


@pytest.mark.parametrize("name", ["cpu", "oracle", "cuda"])
def test_the_configured_engine_is_selected(simulated_device, name):
    chosen = choose_engine(name, LIMITS)
    engine = chosen.create_engine(TableSource(FLIGHTS))
    assert chosen.name == engine.name == name
    assert chosen.reason == "it was selected by name"
    assert engine.compute_histogram(ViewSpec(())).count.tolist() == [[6]]


def test_a_working_device_is_selected_automatically(simulated_device):
    chosen = choose_engine("auto", LIMITS)
    assert (chosen.name, chosen.hardware, chosen.code_bytes) == ("cuda", "stand-in", int(GIB * 0.8))
    assert chosen.reason == "a working CUDA device was found"


def test_without_a_device_the_cpu_is_selected_with_a_reason(without_device):
    chosen = choose_engine("auto", LIMITS)
    assert (chosen.name, chosen.hardware) == ("cpu", "2 threads of the CPU")
    assert chosen.reason == "no CUDA device can be used: the driver is too old"


def test_a_device_asked_for_by_name_must_be_there(without_device):
    with pytest.raises(EngineUnavailableError, match="too old"):
        choose_engine("cuda", LIMITS)


def test_an_unknown_engine_is_refused():
    with pytest.raises(EngineUnavailableError, match="it isn't one of auto, cpu, cuda"):
        choose_engine("abacus", LIMITS)


def test_cuxfilter_accompanies_the_default_engine(without_device):
    chosen = choose_engine("cuxfilter", replace(LIMITS, cuxfilter_python=Path("/opt/python")))
    assert (chosen.name, chosen.code_bytes) == ("cuxfilter", GIB)
    assert chosen.hardware == "cuxfilter in a process of /opt/python, and 2 threads of the CPU"
    assert chosen.create_engine(TableSource(FLIGHTS)).name == "cuxfilter"


def test_cuxfilter_needs_an_interpreter():
    with pytest.raises(EngineUnavailableError, match="no Python interpreter with cuxfilter is configured"):
        choose_engine("cuxfilter", LIMITS)


def test_what_a_device_may_keep_can_be_set(simulated_device):
    assert choose_engine("cuda", EngineLimits(2, GIB, GIB, device_bytes=1000)).code_bytes == 1000


def test_a_machine_without_cupy_has_no_device(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "cupy", None)
    with pytest.raises(NoDeviceError, match="CuPy is not installed"):
        probe.find_device()


class CuPyWithoutDriver(SimulatedCuPy):
    def __init__(self):
        super().__init__()
        self.cuda.runtime.getDeviceCount = self.raise_no_driver

    def raise_no_driver(self):
        raise RuntimeError("cudaErrorInsufficientDriver")


class FullCuPy(SimulatedCuPy):
    def zeros(self, *_):
        raise MemoryError


class MiscountingCuPy(SimulatedCuPy):
    def asnumpy(self, array):
        return super().asnumpy(array) + np.uint64(1)


@pytest.mark.parametrize(
    ("cupy", "reason"),
    [
        (CuPyWithoutDriver, "InsufficientDriver"),
        (FullCuPy, "bytes free"),
        (MiscountingCuPy, "a wrong result"),
    ],
)
def test_a_device_is_probed_by_using_it(cupy, reason):
    with pytest.raises(NoDeviceError, match=reason):
        probe.verify_device(cupy())


def test_every_engine_of_the_setting_is_known():
    assert {"cpu", "cuda", "oracle"} <= set(registry.ENGINES)
