"""What the engine of CUDA devices does beyond counting: its memory, its thread, its ways to count a table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu.cubes import Aggregate, Axis, Cancelled, CancelToken, CubeSpec, MeasureSpec, ViewSpec
from gpu.cuda import fill_kernels
from gpu.cuda.arrays import DeviceArrays
from gpu.cuda.device import Device, DeviceFullError
from gpu.cuda.engine import CudaEngine, create_memory
from gpu.cuda.measure_kernels import choose_kernel
from gpu.cuda.shared_memory_tiling import pack_tiles, split_cube
from gpu.oracle import OracleEngine
from gpu.resident.appendable_rows import AppendableRows
from gpu.resident.cache import ResidentCache
from gpu.resident.encoder import ColumnCodes
from gpu.resident.measure_kinds import COUNT, LOW, SUM_INTEGER
from gpu.scales import LinearScale
from tests.device.simulated_cupy import SimulatedCuPy
from tests.unit.engine_strategies import COLUMNS, arrow_tables, column_scales
from tests.unit.engines import get_simulated_device
from tests.unit.hypothesis_examples import with_examples
from tests.unit.table_source import TableSource
from tests.unit.test_cpu_engine import FINE, NAME, assert_cubes_equal, make_filter, make_specs, make_table

ROWS = 5003
KILOBYTE = 1024
SUBNORMALS = [np.float32(bits * 2.0**-149).item() for bits in (1, -1, 3, 0x7FFFFF, -0x7FFFFF, 0x12345)]
"""Floats of 32 bits below their least normal number, which a device can be told to take for 0."""
KERNELS = [choose_kernel(*each) for each in ((COUNT, 0), (LOW, 2), (SUM_INTEGER, 3))]


@pytest.fixture(scope="module")
def source():
    return TableSource(make_table(ROWS))


@pytest.fixture(scope="module")
def oracle(source):
    return OracleEngine(source)


@pytest.mark.parametrize("shared", [9 * KILOBYTE, 40 * KILOBYTE, 227 * KILOBYTE])
def test_tables_of_any_size_are_counted_wherever_they_fit(source, oracle, shared):
    engine = CudaEngine(source, Device(SimulatedCuPy(shared=shared)))
    assert_cubes_equal(engine, oracle, make_specs())
    assert_cubes_equal(engine, oracle, make_specs(make_filter(100, 300)))
    assert_cubes_equal(engine, oracle, make_specs(make_filter(10, 490)))


@with_examples(300)
@given(
    st.integers(1, 100_000),
    st.sampled_from(KERNELS),
    st.sampled_from([9 * KILOBYTE, 48 * KILOBYTE, 227 * KILOBYTE]),
)
def test_slices_cover_a_table_and_fit_in_a_block(cells, kernel, shared):
    cut = split_cube(0, cells, kernel, shared)
    assert [each.low for each in cut] == [0, *np.cumsum([each.size for each in cut])[:-1]]
    assert sum(each.size for each in cut) == cells
    assert all(each.nbytes <= shared for each in cut)
    for some in pack_tiles([*cut, *split_cube(1, 50, kernel, shared)], shared):
        assert sum(each.nbytes for each in some) <= shared


def test_many_views_are_counted_in_one_reading(source):
    cupy = SimulatedCuPy(shared=227 * KILOBYTE)
    engine = CudaEngine(source, Device(cupy))
    views = [
        ViewSpec((NAME,)),
        ViewSpec((Axis("wide", FINE.scale, 25),)),
        ViewSpec((Axis("wide", FINE.scale, 10),)),
    ]
    engine.compute_cubes([CubeSpec(view, (FINE,)) for view in views])
    assert cupy.launches["count"] == 1


@with_examples(60)
@given(arrow_tables((0, 1, 65, 1000)), st.sampled_from(COLUMNS), st.data())
def test_codes_made_on_the_device_are_those_made_on_the_host(rows, column, data):
    scale = data.draw(column_scales(column))
    assert_same_codes(rows[column], scale)


@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"])
def test_integers_of_every_type_are_compared_exactly(kind):
    bounds = np.iinfo(kind)
    values = pa.array([bounds.min, bounds.max, 0, 1, 99, None, bounds.max - 1], kind)
    for scale in (
        LinearScale(lo=-1, step=1, levels=5),
        LinearScale(lo=float(bounds.max) - 1e4, step=4096, levels=3),
    ):
        assert_same_codes(pa.chunked_array([values]), scale)


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64()])
def test_floats_are_compared_as_they_are(kind):
    values = np.array([0.1, 0.3, np.nextafter(0.3, 0), -0.0, np.nan, np.inf, -np.inf, 0.7, *SUBNORMALS])
    column = pa.chunked_array([pa.array(values.astype(kind.to_pandas_dtype()), kind)])
    assert_same_codes(column, LinearScale(lo=0, step=0.1, levels=8))
    assert_same_codes(column, LinearScale(lo=0, step=1e-40, levels=8))


@with_examples(200)
@given(
    st.lists(st.floats(width=32, allow_nan=False) | st.sampled_from(SUBNORMALS), min_size=1, max_size=40),
    st.sampled_from([Aggregate.SUM, Aggregate.MIN, Aggregate.MAX]),
)
def test_floats_of_32_bits_are_measured_as_they_are(values, aggregate):
    """Each row is a cell of its own, so that a sum is one number too."""
    place = pa.array(range(len(values)), pa.int32())
    table = pa.table({"place": place, "value": pa.array(np.array(values, np.float32))})
    axis = Axis("place", LinearScale(lo=0, step=1, levels=len(values)))
    asked = [CubeSpec(ViewSpec((axis,), MeasureSpec(aggregate, "value")))]
    source = TableSource(table)
    assert_cubes_equal(CudaEngine(source, get_simulated_device()), OracleEngine(source), asked)


def assert_same_codes(column, scale):
    """Where each chunk begins in the array doesn't matter."""
    arrays = DeviceArrays(get_simulated_device())
    out = arrays.ensure_capacity(arrays.create_empty(scale.dtype), len(column))
    row = 0
    for chunk in column.chunks:
        arrays.encode_column([(row, chunk)], scale, out)
        row += len(chunk)
    expected = [scale.encode(chunk) for chunk in column.chunks]
    np.testing.assert_array_equal(get_simulated_device().download(out)[:row], np.concatenate([[], *expected]))


def test_datasets_share_the_memory_and_the_oldest_goes_first():
    device = Device(SimulatedCuPy())
    limit = 12 * ROWS
    memory = create_memory(device, limit)
    sources = [TableSource(make_table(ROWS, seed=seed)) for seed in range(3)]
    engines = [CudaEngine(source, device, memory=memory) for source in sources]
    for low in range(2):
        for engine, source in zip(engines, sources, strict=True):
            assert_cubes_equal(engine, OracleEngine(source), make_specs(make_filter(low, 480)))
            assert 0 < engine.nbytes <= memory.resident_cache.nbytes <= limit


def test_a_full_device_lets_go_what_nobody_uses(source, oracle):
    device = Device(SimulatedCuPy())
    first, second = CudaEngine(source, device), CudaEngine(source, device)
    asked = [CubeSpec(ViewSpec((NAME,)), (FINE,))]
    assert_cubes_equal(first, oracle, asked)
    held, needed = first.nbytes, 64 * KILOBYTE + 8 * np.prod(asked[0].shape)
    taken = device.allocate_zeros(device.get_memory()[0] - needed - held // 2, np.uint8)
    assert_cubes_equal(second, oracle, asked)
    assert first.nbytes == 0
    assert (second.nbytes, taken.size) == (held, taken.nbytes)


class ReadCountingSource(TableSource):
    """Says how often a column was read."""

    def __init__(self, *given):
        super().__init__(*given)
        self.reads = 0

    def read_column(self, column, start=0):
        self.reads += 1
        return super().read_column(column, start)


def test_what_made_room_on_the_device_is_copied_back_and_not_read_again(oracle):
    device = Device(SimulatedCuPy())
    source = ReadCountingSource(make_table(ROWS))
    engine = CudaEngine(source, device, memory=create_memory(device, 1))
    assert_cubes_equal(engine, oracle, make_specs(make_filter(100, 300)))
    assert engine.nbytes == 0
    read = source.reads
    assert_cubes_equal(engine, oracle, make_specs(make_filter(100, 300)))
    assert source.reads == read
    engine.append_rows(make_table(ROWS, seed=1).combine_chunks().to_batches()[0])
    grown = OracleEngine(TableSource(pa.concat_tables([make_table(ROWS), make_table(ROWS, seed=1)])))
    assert_cubes_equal(engine, grown, make_specs(make_filter(100, 300)))


def test_without_room_on_the_host_it_is_read_again(oracle):
    device = Device(SimulatedCuPy())
    source = ReadCountingSource(make_table(ROWS))
    engine = CudaEngine(source, device, memory=create_memory(device, 1, host_bytes=0))
    assert_cubes_equal(engine, oracle, make_specs())
    read = source.reads
    assert_cubes_equal(engine, oracle, make_specs(make_filter(100, 300)))
    assert source.reads > read


def test_a_device_that_is_too_small_says_so(source):
    engine = CudaEngine(source, Device(SimulatedCuPy(total=8_000)))
    with pytest.raises(DeviceFullError, match=r"stand-in has .* of 8,000 bytes free, .* are needed"):
        engine.compute_cubes(make_specs())
    assert engine.nbytes == 0


def test_cancelling_is_noticed_between_readings(source):
    cancel = CancelToken()

    class CancellingCuPy(SimulatedCuPy):
        def make_array(self, values):
            if self.launches["count"]:
                cancel.cancel()
            return super().make_array(values)

    cupy = CancellingCuPy(shared=9 * KILOBYTE)
    engine = CudaEngine(source, Device(cupy))
    engine.compute_cubes([CubeSpec(ViewSpec((NAME,)))])
    with pytest.raises(Cancelled):
        engine.compute_cubes(make_specs(), cancel)
    assert cupy.launches["count"] == 1


def test_one_thread_does_all_work_of_a_device(source, oracle):
    engine = CudaEngine(source, Device(SimulatedCuPy()))
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda low: assert_cubes_equal(engine, oracle, make_specs(make_filter(low, 400))[:3]),
                range(6),
            )
        )


def test_a_resident_cache_makes_entries_while_the_device_is_busy():
    """Else the device's thread, short of memory, would wait for the shelf, and the shelf for it."""
    device, busy = Device(SimulatedCuPy()), Event()
    waiting = Thread(target=device.run_on_device, args=[busy.wait])
    waiting.start()
    try:
        rows = AppendableRows(TableSource(make_table(10)))
        codes = ResidentCache(0).pin_or_create(
            "us", "codes", lambda: ColumnCodes(rows, DeviceArrays(device), "wide", FINE.scale)
        )
        assert codes.nbytes == 0
    finally:
        busy.set()
        waiting.join()


def test_arrays_of_the_device_are_no_arrays_of_the_host():
    device = get_simulated_device()
    array = device.upload(np.arange(8))
    with pytest.raises(TypeError, match="used as one of the host"):
        np.asarray(array)
    with pytest.raises(TypeError):
        np.arange(8) + array
    with pytest.raises(TypeError, match="read on the host"):
        array[0]
    with pytest.raises(AssertionError, match="no array of the device"):
        device.run_on_device(array.__setitem__, slice(0, 8), np.arange(8))
    with pytest.raises(AssertionError, match="outside of its stream"):
        array.fill(0)
    other = Device(SimulatedCuPy())
    with pytest.raises(AssertionError, match="another device"):
        other.download(array)


def test_what_a_kernel_writes_beside_an_array_is_noticed():
    device = Device(SimulatedCuPy())
    thresholds, out = device.upload(np.arange(3)), device.allocate_zeros(8, np.uint8)
    fill_kernels.encode_values(device, thresholds, (0, 4), np.arange(8), None, out, 1)
    with pytest.raises(AssertionError, match="written beside an array"):
        device.download(thresholds)
