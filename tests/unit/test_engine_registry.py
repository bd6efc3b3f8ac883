"""Which engine counts, and what is said where it can't."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from structlog.testing import capture_logs

from gpu import registry
from gpu.cubes import ViewSpec
from gpu.cuda import probe
from gpu.cuda.device import NoDeviceError
from gpu.cuxfilter.process import worker_environment
from gpu.kernel_cache import set_kernel_cache
from gpu.registry import EngineLimits, EngineUnavailableError, choose_engine
from gpu.resident.memory import GIB
from tests.device.simulated_cupy import CompileException, SimulatedCuPy
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
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(NoDeviceError, match="CuPy is not installed"):
        probe.find_device()


@pytest.mark.parametrize(
    "error",
    [
        "PermissionError(13, 'Permission denied', '/home/dataxchange/.cupy')",
        "OSError('libcuda.so.1: cannot open shared object file')",
        "RuntimeError('module compiled against another ABI')",
        "ImportError('libcudart.so.13 is missing')",
        "ModuleNotFoundError('No module named cuda.pathfinder', name='cuda')",
        "ValueError('numpy.dtype size changed')",
    ],
)
def test_whatever_ends_the_import_of_cupy_the_cpu_is_selected_with_the_reason(monkeypatch, tmp_path, error):
    (tmp_path / "cupy.py").write_text(f"raise {error}")
    monkeypatch.delitem(sys.modules, "cupy", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with capture_logs() as logs:
        chosen = choose_engine("auto", LIMITS)
    assert chosen.name == "cpu"
    assert chosen.reason.startswith("no CUDA device can be used: CuPy can't be imported: ")
    assert error.split("(", 1)[0] in chosen.reason
    (told,) = logs
    assert (told["log_level"], told["reason"] in chosen.reason) == ("warning", True)
    with pytest.raises(EngineUnavailableError, match=error.split("(", 1)[0]):
        choose_engine("cuda", LIMITS)


def test_a_machine_without_cupy_gets_no_warning(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with capture_logs() as logs:
        assert choose_engine("auto", LIMITS).name == "cpu"
    assert logs == []


def test_another_package_of_that_name_is_no_device():
    with pytest.raises(NoDeviceError, match="the package cupy isn't CuPy"):
        probe.verify_device(SimpleNamespace())


@pytest.mark.parametrize("named", [None, "/srv/kernels"])
def test_kernels_are_kept_where_the_service_can_write(monkeypatch, tmp_path, named):
    monkeypatch.setenv("CUPY_CACHE_DIR", "")
    monkeypatch.delenv("CUPY_CACHE_DIR")
    if named:
        monkeypatch.setenv("CUPY_CACHE_DIR", named)
    set_kernel_cache(tmp_path / "cupy")
    assert os.environ["CUPY_CACHE_DIR"] == (named or str(tmp_path / "cupy"))
    assert worker_environment()["CUPY_CACHE_DIR"] == os.environ["CUPY_CACHE_DIR"]


class CuPyThatCompilesNothing(SimulatedCuPy):
    def RawModule(self, **_):  # noqa: N802
        raise CompileException("kernels.cu(1): error")


class CuPyWithoutNvrtc(SimulatedCuPy):
    def RawModule(self, **_):  # noqa: N802
        raise RuntimeError("Failure finding libnvrtc.so")


class CuPyWithFullDisk(SimulatedCuPy):
    def RawModule(self, **_):  # noqa: N802
        raise OSError(28, "No space left on device")


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
        (CuPyThatCompilesNothing, r"CompileException: kernels.cu\(1\): error"),
        (CuPyWithoutNvrtc, "libnvrtc"),
        (CuPyWithFullDisk, "No space left"),
        (FullCuPy, "bytes free"),
        (MiscountingCuPy, "a wrong result"),
    ],
)
def test_a_device_is_probed_by_using_it(cupy, reason):
    with pytest.raises(NoDeviceError, match=reason):
        probe.verify_device(cupy())


def test_every_engine_of_the_setting_is_known():
    assert {"cpu", "cuda", "oracle"} <= set(registry.ENGINES)
