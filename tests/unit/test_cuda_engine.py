"""What the engine of CUDA devices does beyond counting: its memory, its thread, its ways to count a table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu.cubes import Axis, Cancel, Cancelled, CubeSpec, View
from gpu.cuda import fill_kernels
from gpu.cuda.arrays import DeviceArrays
from gpu.cuda.device import Device, DeviceFullError
from gpu.cuda.engine import CudaEngine, memory_of
from gpu.cuda.shared_memory_tiling import packed, slices
from gpu.oracle import OracleEngine
from gpu.resident.appendable_rows import Rows
from gpu.resident.cache import Shelf
from gpu.resident.codes import Codes
from gpu.scales import Linear
from tests.device.simulated_cupy import CuPy
from tests.unit.engine_strategies import COLUMNS, scales, tables
from tests.unit.engines import standin
from tests.unit.hypothesis_examples import examples
from tests.unit.table_source import TableSource
from tests.unit.test_cpu_engine import FINE, NAME, assert_right, between, specs, table

ROWS = 5003
KILOBYTE = 1024


@pytest.fixture(scope="module")
def source():
    return TableSource(table(ROWS))


@pytest.fixture(scope="module")
def oracle(source):
    return OracleEngine(source)


@pytest.mark.parametrize("shared", [9 * KILOBYTE, 40 * KILOBYTE, 227 * KILOBYTE])
def test_tables_of_any_size_are_counted_wherever_they_fit(source, oracle, shared):
    engine = CudaEngine(source, Device(CuPy(shared=shared)))
    assert_right(engine, oracle, specs())
    assert_right(engine, oracle, specs(between(100, 300)))
    assert_right(engine, oracle, specs(between(10, 490)))


@examples(300)
@given(st.integers(1, 100_000), st.booleans(), st.sampled_from([9 * KILOBYTE, 48 * KILOBYTE, 227 * KILOBYTE]))
def test_slices_cover_a_table_and_fit_in_a_block(cells, measures, shared):
    cut = slices(0, cells, measures, shared)
    assert [each.low for each in cut] == [0, *np.cumsum([each.size for each in cut])[:-1]]
    assert sum(each.size for each in cut) == cells
    assert all(each.nbytes <= shared for each in cut)
    for some in packed([*cut, *slices(1, 50, measures, shared)], shared):
        assert sum(each.nbytes for each in some) <= shared


def test_many_views_are_counted_in_one_reading(source):
    cupy = CuPy(shared=227 * KILOBYTE)
    engine = CudaEngine(source, Device(cupy))
    views = [View((NAME,)), View((Axis("wide", FINE.scale, 25),)), View((Axis("wide", FINE.scale, 10),))]
    engine.cubes([CubeSpec(view, (FINE,)) for view in views])
    assert cupy.launches["count"] == 1


@examples(60)
@given(tables((0, 1, 65, 1000)), st.sampled_from(COLUMNS), st.data())
def test_codes_made_on_the_device_are_those_made_on_the_host(rows, column, data):
    scale = data.draw(scales(column))
    assert_same_codes(rows[column], scale)


@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"])
def test_integers_of_every_type_are_compared_exactly(kind):
    bounds = np.iinfo(kind)
    values = pa.array([bounds.min, bounds.max, 0, 1, 99, None, bounds.max - 1], kind)
    for scale in (Linear(lo=-1, step=1, levels=5), Linear(lo=float(bounds.max) - 1e4, step=4096, levels=3)):
        assert_same_codes(pa.chunked_array([values]), scale)


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64()])
def test_floats_are_compared_as_they_are(kind):
    values = np.array([0.1, 0.3, np.nextafter(0.3, 0), -0.0, np.nan, np.inf, -np.inf, 0.7])
    column = pa.chunked_array([pa.array(values.astype(kind.to_pandas_dtype()), kind)])
    assert_same_codes(column, Linear(lo=0, step=0.1, levels=8))


def assert_same_codes(column, scale):
    """Where each chunk begins in the array doesn't matter."""
    arrays = DeviceArrays(standin())
    out = arrays.grown(arrays.empty(scale.dtype), len(column))
    row = 0
    for chunk in column.chunks:
        arrays.encode([(row, chunk)], scale, out)
        row += len(chunk)
    expected = [scale.encode(chunk) for chunk in column.chunks]
    np.testing.assert_array_equal(standin().download(out)[:row], np.concatenate([[], *expected]))


def test_datasets_share_the_memory_and_the_oldest_goes_first():
    device = Device(CuPy())
    limit = 12 * ROWS
    memory = memory_of(device, limit)
    sources = [TableSource(table(ROWS, seed=seed)) for seed in range(3)]
    engines = [CudaEngine(source, device, memory=memory) for source in sources]
    for low in range(2):
        for engine, source in zip(engines, sources, strict=True):
            assert_right(engine, OracleEngine(source), specs(between(low, 480)))
            assert 0 < engine.nbytes <= memory.shelf.nbytes <= limit


def test_a_full_device_lets_go_what_nobody_uses(source, oracle):
    device = Device(CuPy())
    first, second = CudaEngine(source, device), CudaEngine(source, device)
    asked = [CubeSpec(View((NAME,)), (FINE,))]
    assert_right(first, oracle, asked)
    held, needed = first.nbytes, 64 * KILOBYTE + 8 * np.prod(asked[0].shape)
    taken = device.zeros(device.memory()[0] - needed - held // 2, np.uint8)
    assert_right(second, oracle, asked)
    assert first.nbytes == 0
    assert (second.nbytes, taken.size) == (held, taken.nbytes)


class Counted(TableSource):
    """Says how often a column was read."""

    def __init__(self, *given):
        super().__init__(*given)
        self.reads = 0

    def read(self, column, start=0):
        self.reads += 1
        return super().read(column, start)


def test_what_made_room_on_the_device_is_copied_back_and_not_read_again(oracle):
    device = Device(CuPy())
    source = Counted(table(ROWS))
    engine = CudaEngine(source, device, memory=memory_of(device, 1))
    assert_right(engine, oracle, specs(between(100, 300)))
    assert engine.nbytes == 0
    read = source.reads
    assert_right(engine, oracle, specs(between(100, 300)))
    assert source.reads == read
    engine.append(table(ROWS, seed=1).combine_chunks().to_batches()[0])
    grown = OracleEngine(TableSource(pa.concat_tables([table(ROWS), table(ROWS, seed=1)])))
    assert_right(engine, grown, specs(between(100, 300)))


def test_without_room_on_the_host_it_is_read_again(oracle):
    device = Device(CuPy())
    source = Counted(table(ROWS))
    engine = CudaEngine(source, device, memory=memory_of(device, 1, host=0))
    assert_right(engine, oracle, specs())
    read = source.reads
    assert_right(engine, oracle, specs(between(100, 300)))
    assert source.reads > read


def test_a_device_that_is_too_small_says_so(source):
    engine = CudaEngine(source, Device(CuPy(total=8_000)))
    with pytest.raises(DeviceFullError, match=r"stand-in has .* of 8,000 bytes free, .* are needed"):
        engine.cubes(specs())
    assert engine.nbytes == 0


def test_cancelling_is_noticed_between_readings(source):
    cancel = Cancel()

    class Cancelling(CuPy):
        def made(self, values):
            if self.launches["count"]:
                cancel.set()
            return super().made(values)

    cupy = Cancelling(shared=9 * KILOBYTE)
    engine = CudaEngine(source, Device(cupy))
    engine.cubes([CubeSpec(View((NAME,)))])
    with pytest.raises(Cancelled):
        engine.cubes(specs(), cancel)
    assert cupy.launches["count"] == 1


def test_one_thread_does_all_work_of_a_device(source, oracle):
    engine = CudaEngine(source, Device(CuPy()))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda low: assert_right(engine, oracle, specs(between(low, 400))[:3]), range(6)))


def test_a_shelf_makes_entries_while_the_device_is_busy():
    """Else the device's thread, short of memory, would wait for the shelf, and the shelf for it."""
    device, busy = Device(CuPy()), Event()
    waiting = Thread(target=device.run, args=[busy.wait])
    waiting.start()
    try:
        rows = Rows(TableSource(table(10)))
        codes = Shelf(0).hold("us", "codes", lambda: Codes(rows, DeviceArrays(device), "wide", FINE.scale))
        assert codes.nbytes == 0
    finally:
        busy.set()
        waiting.join()


def test_arrays_of_the_device_are_no_arrays_of_the_host():
    device = standin()
    array = device.upload(np.arange(8))
    with pytest.raises(TypeError, match="used as one of the host"):
        np.asarray(array)
    with pytest.raises(TypeError):
        np.arange(8) + array
    with pytest.raises(TypeError, match="read on the host"):
        array[0]
    with pytest.raises(AssertionError, match="no array of the device"):
        device.run(array.__setitem__, slice(0, 8), np.arange(8))
    with pytest.raises(AssertionError, match="outside of its stream"):
        array.fill(0)
    other = Device(CuPy())
    with pytest.raises(AssertionError, match="another device"):
        other.download(array)


def test_what_a_kernel_writes_beside_an_array_is_noticed():
    device = Device(CuPy())
    thresholds, out = device.upload(np.arange(3)), device.zeros(8, np.uint8)
    fill_kernels.append(device, thresholds, (0, 4), np.arange(8), None, out, 1)
    with pytest.raises(AssertionError, match="written beside an array"):
        device.download(thresholds)
