"""A device that is lost is given up: another engine answers, and the reason is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pytest
from structlog.testing import capture_logs

from gpu import registry
from gpu.cpu import CpuEngine
from gpu.cubes import CubeSpec, ViewSpec
from gpu.cuda import probe
from gpu.cuda.device import Device, DeviceLostError
from gpu.cuda.engine import create_memory
from gpu.cuda.fallback import CudaWithFallback
from gpu.engine import get_column_store
from gpu.oracle import OracleEngine
from gpu.registry import EngineLimits, choose_engine
from gpu.resident.memory import GIB
from gpu.sort_order import SortPosition
from tests.device.simulated_cupy import CUDARuntimeError, SimulatedCuPy
from tests.unit.table_source import TableSource
from tests.unit.test_cpu_engine import FINE, NAME, assert_cubes_equal, make_filter, make_specs, make_table

ROWS = 3001


class BreakingCuPy(SimulatedCuPy):
    """A device that is lost when it is to start one more kernel than ``launch_limit``."""

    launch_limit = 1 << 30

    def check_stream(self):
        if sum(self.launches.values()) >= self.launch_limit:
            self.break_device()
        super().check_stream()


def make_engine(cupy, source):
    device = Device(cupy)
    return CudaWithFallback(source, device, create_memory(device, GIB // 8), CpuEngine)


def make_batch(seed):
    return make_table(ROWS, seed=seed).combine_chunks().to_batches()[0]


@pytest.mark.parametrize("launch_limit", range(12))
def test_a_request_that_loses_the_device_is_answered_too(launch_limit):
    source, cupy = TableSource(make_table(ROWS)), BreakingCuPy()
    engine, oracle = make_engine(cupy, source), OracleEngine(source)
    cupy.launch_limit = launch_limit
    with capture_logs() as logs:
        assert_cubes_equal(engine, oracle, make_specs(make_filter(100, 300)))
        np.testing.assert_array_equal(
            engine.compute_mask([make_filter(100, 300)]), oracle.compute_mask([make_filter(100, 300)])
        )
    assert engine.name == "cpu"
    (told,) = [each for each in logs if each["log_level"] == "error"]
    assert "stand-in was lost at 20" in told["reason"]
    assert "cudaErrorIllegalAddress" in told["reason"]


def test_a_lost_device_is_not_used_again():
    cupy = SimulatedCuPy()
    device = Device(cupy)
    cupy.break_device()
    with pytest.raises(DeviceLostError, match="cudaErrorIllegalAddress"):
        device.get_memory()
    cupy.is_broken = False
    with pytest.raises(DeviceLostError):
        device.allocate_zeros(1, np.uint8)


def test_an_error_that_the_device_survives_does_not_lose_it():
    device = Device(SimulatedCuPy())

    def fail_once():
        raise CUDARuntimeError("cudaErrorInvalidValue")

    with pytest.raises(CUDARuntimeError, match="InvalidValue"):
        device.run_on_device(fail_once)
    assert device.loss == ""
    assert device.get_memory()[0] > 0


@pytest.mark.parametrize("lost_after", range(4))
def test_no_row_is_lost_or_doubled_with_the_device(lost_after):
    """It is lost after so many batches; whatever derives from them is extended by each."""
    cupy, source = SimulatedCuPy(), TableSource(make_table(ROWS))
    engine = make_engine(cupy, source)
    whole = [make_table(ROWS)]
    engine.compute_cubes(make_specs())
    for number in range(4):
        if number == lost_after:
            cupy.break_device()
        engine.append_rows(make_batch(number))
        whole.append(make_table(ROWS, seed=number))
        assert engine.row_count == ROWS * (number + 2)
    oracle = OracleEngine(TableSource(pa.concat_tables(whole)))
    assert_cubes_equal(engine, oracle, make_specs(make_filter(100, 300)))
    assert engine.name == "cpu"


def test_the_table_of_rows_goes_on_without_the_device():
    cupy, table = SimulatedCuPy(), make_table(ROWS)
    engine = make_engine(cupy, TableSource(table))
    columns, name = get_column_store(engine), table.column_names[0]
    columns.load_column(name, if_free=False)
    rows = np.arange(0, ROWS, 7)
    wanted = columns.get_values(name, rows)
    cupy.break_device()
    assert columns.get_values(name, rows).equals(wanted)
    before, found = columns.find_rows_between(name, (None, SortPosition(None, 0)), [], descending=False)
    assert (before, found.size) == (0, ROWS - table[name].null_count)
    with columns.pin_columns([name]) as held:
        assert held == {name}


def test_engines_of_one_device_and_requests_at_a_time_all_go_on():
    cupy = SimulatedCuPy()
    device = Device(cupy)
    memory = create_memory(device, GIB // 8)
    sources = [TableSource(make_table(ROWS, seed=seed)) for seed in range(3)]
    engines = [CudaWithFallback(source, device, memory, CpuEngine) for source in sources]
    cupy.break_device()
    asked = [CubeSpec(ViewSpec((NAME,)), (FINE,))]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda index: engines[index % 3].compute_cubes(asked)[0], range(6)))
    for index, cube in enumerate(answers):
        wanted = OracleEngine(sources[index % 3]).compute_cubes(asked)[0]
        np.testing.assert_array_equal(cube.count, wanted.count)


def test_the_registry_tells_that_the_device_was_lost_and_what_answers(monkeypatch):
    cupy = SimulatedCuPy(total=GIB)
    monkeypatch.setattr(probe, "find_device", lambda: probe.verify_device(cupy))
    chosen = choose_engine(registry.AUTO, EngineLimits(thread_count=2, code_bytes=GIB, cube_bytes=GIB // 4))
    engine = chosen.create_engine(TableSource(make_table(ROWS)))
    assert (chosen.active_name, chosen.get_trouble()) == ("cuda", "")
    cupy.break_device()
    assert engine.compute_histogram(ViewSpec(())).count.sum() == ROWS
    assert chosen.active_name == engine.name == "cpu"
    assert "was lost at 20" in chosen.get_trouble()
    assert "The CPU engine answers instead. Restart the service" in chosen.get_trouble()
