"""Columns as engines keep them: their values, and rows by where they are in the order of these."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gpu.cpu.order
import gpu.cuda.order
from datasets.table.sort_keys import decode_text
from gpu.cpu import CpuEngine
from gpu.oracle import OracleEngine
from gpu.resident import sort_columns
from gpu.resident.memory import EngineMemory
from gpu.sort_order import SortableColumn, SortPosition, encode_bounds
from tests.unit.engine_strategies import arrow_tables, filter_lists
from tests.unit.engines import ENGINE_FACTORIES
from tests.unit.hypothesis_examples import with_examples
from tests.unit.sort_oracle import SORTABLE_COLUMNS, sort_row_numbers
from tests.unit.table_source import TableSource
from tests.unit.test_engines import get_engine_name, make_batch

every_sorter = pytest.mark.parametrize(
    "engine_of", [each for each in ENGINE_FACTORIES if each is not OracleEngine], ids=get_engine_name
)


def make_sort_position(engine, column, row):
    return SortPosition(engine.columns.get_sort_keys(column, np.array([row]))[0].as_py(), row)


def assert_rows_between(engine, table, column, conjunction, data):
    """What is between two places is what lies there when all rows are sorted."""
    descending = data.draw(st.booleans())
    start, stop = sorted(data.draw(st.lists(st.integers(0, table.num_rows), min_size=2, max_size=2)))
    order = sort_row_numbers(table[column], descending)
    mask = OracleEngine(TableSource(table)).compute_mask(conjunction)
    passing = [row for row in order if start <= row < stop and mask[row]]
    cuts = sorted(data.draw(st.lists(st.integers(-1, len(order)), min_size=2, max_size=2)))
    ends = [make_sort_position(engine, column, order[cut]) if 0 <= cut < len(order) else None for cut in cuts]
    first = {order[i]: i for i in range(len(order))}
    low = cuts[0] if ends[0] else 0
    high = cuts[1] if ends[1] else len(order)
    asked = column, tuple(ends), conjunction, range(start, stop)
    before, found = engine.columns.find_rows_between(*asked, descending=descending)
    assert before == sum(first[row] < low for row in passing)
    assert sorted(found.tolist()) == sorted(row for row in passing if low <= first[row] < high)


@every_sorter
@with_examples(60)
@given(arrow_tables(), st.sampled_from(SORTABLE_COLUMNS), filter_lists(), st.data())
def test_rows_between_two_places(engine_of, table, column, conjunction, data):
    assert_rows_between(engine_of(TableSource(table)), table, column, conjunction, data)


@every_sorter
@with_examples(40)
@given(arrow_tables(), st.sampled_from(SORTABLE_COLUMNS), st.data())
def test_keys_ascend_with_the_values(engine_of, table, column, data):
    engine = engine_of(TableSource(table))
    order = sort_row_numbers(table[column], descending=False)
    keys = engine.columns.get_sort_keys(column, np.array(order, np.int64)).to_pylist()
    valued = [key for key in keys if key is not None]
    assert keys[: len(valued)] == valued == sorted(valued)
    values = table[column].take(pa.array(order, pa.int64()))
    assert len(set(valued)) == len(
        {x for x in values.drop_null().to_pylist() if np.isfinite(number_or_zero(x))}
    )


@every_sorter
@with_examples(40)
@given(arrow_tables(), st.sampled_from(SORTABLE_COLUMNS), st.data())
def test_values_are_those_of_the_column(engine_of, table, column, data):
    rows = data.draw(st.lists(st.integers(0, table.num_rows - 1), max_size=20)) if table.num_rows else []
    columns = engine_of(TableSource(table)).columns
    assert not columns.has_column(column)
    columns.load_column(column, if_free=False)
    assert columns.has_column(column)
    found = columns.get_values(column, np.array(rows, np.int64))
    wanted = decode_text(table[column].take(pa.array(rows, pa.int64())))
    assert found.type == wanted.type
    nothing = pc.is_null(wanted, nan_is_null=True)
    assert found.equals(pc.if_else(nothing, pa.scalar(None, wanted.type), wanted).combine_chunks())


def number_or_zero(value):
    return value if isinstance(value, int | float) else 0


@every_sorter
@with_examples(20)
@given(arrow_tables((65, 1000, 8193)), st.sampled_from(SORTABLE_COLUMNS), filter_lists(), st.data())
def test_appended_rows_take_their_places(engine_of, table, column, conjunction, data):
    cut = data.draw(st.integers(0, table.num_rows))
    engine = engine_of(TableSource(table.slice(0, cut)))
    engine.columns.find_rows_between(column, (None, None), [], descending=False)
    engine.append_rows(make_batch(table.slice(cut)))
    assert_rows_between(engine, table, column, conjunction, data)


@every_sorter
def test_any_number_of_rows_may_be_between(engine_of, monkeypatch):
    monkeypatch.setattr(gpu.cpu.order, "_INITIAL_ROOM", 2)
    monkeypatch.setattr(gpu.cuda.order, "INITIAL_ROOM", 2)
    engine = engine_of(TableSource(pa.table({"x": np.arange(200_000)})))
    before, found = engine.columns.find_rows_between("x", (SortPosition(10, 10), None), [], descending=False)
    assert before == 10
    assert sorted(found.tolist()) == list(range(10, 200_000))


NUMERIC_TYPES = [
    *(getattr(pa, f"{sign}int{bits}")() for sign in ("", "u") for bits in (8, 16, 32)),
    *(pa.int64(), pa.float16(), pa.float32(), pa.float64(), pa.bool_()),
    *(pa.date32(), pa.date64(), pa.time32("s"), pa.timestamp("us", "Europe/Oslo")),
]


@pytest.mark.parametrize("kind", NUMERIC_TYPES, ids=str)
def test_no_column_takes_more_than_is_expected(kind):
    most = np.iinfo(kind.to_pandas_dtype()).max if pa.types.is_integer(kind) else 1
    values = pa.array(np.full(100_000, most))
    if pa.types.is_temporal(kind):
        values = values.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
    values = values.cast(kind, safe=False)
    engine = CpuEngine(TableSource(pa.table({"x": values})))
    engine.columns.load_column("x", if_free=False)
    assert engine.columns.get_values("x", np.array([0, 99_999])).equals(values.take(pa.array([0, 99_999])))
    assert 0 < engine.nbytes <= sort_columns.value_width(kind) * 100_128


@every_sorter
@pytest.mark.parametrize("column", ["price", "huge"])
def test_what_integers_can_not_order_is_not_kept(engine_of, column):
    columns = {"price": pa.array([1], pa.decimal128(9, 2)), "huge": pa.array([1], pa.uint64())}
    engine = engine_of(TableSource(pa.table(columns)))
    engine.columns.load_column(column, if_free=False)
    assert not engine.columns.has_column(column)
    assert not engine.columns.has_column("absent")


def test_a_column_that_would_crowd_out_the_others_is_not_kept():
    source = TableSource(pa.table({"x": np.arange(1000.0)}))
    for resident, held in ((16_000, True), (15_999, False)):
        columns = CpuEngine(source, memory=EngineMemory(resident_bytes=resident)).columns
        columns.load_column("x", if_free=False)
        assert columns.has_column("x") == held


def test_columns_that_are_only_shown_take_no_room_that_something_has():
    source = TableSource(pa.table({name: np.arange(1000.0) for name in "abc"}))
    columns = CpuEngine(source, memory=EngineMemory(resident_bytes=22_000)).columns
    for name in "abc":
        columns.load_column(name, if_free=True)
    assert [columns.has_column(name) for name in "abc"] == [True, True, False]
    columns.load_column("c", if_free=False)
    assert [columns.has_column(name) for name in "abc"] == [False, True, True]


def test_what_is_held_stays():
    source = TableSource(pa.table({name: np.arange(1000.0) for name in "ab"}))
    columns = CpuEngine(source, memory=EngineMemory(resident_bytes=16_000)).columns
    columns.load_column("a", if_free=False)
    with columns.pin_columns(["a", "b", "absent"]) as held:
        assert held == {"a"}
        columns.load_column("b", if_free=False)
        assert columns.has_column("a")
    columns.load_column("b", if_free=False)
    assert not columns.has_column("a")


@every_sorter
def test_a_column_is_held_with_all_its_rows(engine_of):
    engine = engine_of(TableSource(pa.table({"x": [1, 2]})))
    engine.columns.load_column("x", if_free=False)
    engine.append_rows(pa.record_batch({"x": [3]}))
    assert engine.columns.has_column("x")
    assert engine.columns.get_values("x", np.array([2, 0])).to_pylist() == [3, 1]


class GatedSource(TableSource):
    """A source whose second piece comes when it is let."""

    def __init__(self, table):
        super().__init__(table)
        self.reached, self.open = Event(), Event()

    def read_column(self, column, start=0):
        for values in super().read_column(column, start):
            yield values.slice(0, 1)
            self.reached.set()
            assert self.open.wait(20)
            yield values.slice(1)


@every_sorter
@pytest.mark.parametrize(("values", "held"), [([1, 2, 3], True), (["a", "b", "c"], False)])
def test_rows_are_appended_while_a_column_is_loaded(engine_of, monkeypatch, values, held):
    monkeypatch.setattr(sort_columns, "MAX_TEXTS", 2)
    source = GatedSource(pa.table({"x": values}))
    engine = engine_of(source)
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(engine.columns.load_column, "x", if_free=False)
        assert source.reached.wait(20)
        engine.append_rows(pa.record_batch({"x": values[:1]}))
        assert engine.row_count == 4
        source.open.set()
        loading.result(20)
    assert engine.columns.has_column("x") == held
    if held:
        assert engine.columns.get_values("x", np.arange(4)).to_pylist() == [1, 2, 3, 1]


def test_missing_values_take_no_memory_while_they_are_loaded():
    rows = 4_000_000
    source = TableSource(pa.table({"x": pa.nulls(rows, pa.int8())}))
    tracemalloc.start()
    try:
        CpuEngine(source).columns.load_column("x", if_free=False)
        assert tracemalloc.get_traced_memory()[1] < 3 * rows
    finally:
        tracemalloc.stop()


def make_name_table(names):
    return pa.table({"name": pa.array(names, pa.string())})


@every_sorter
def test_a_place_is_told_of_all_rows_even_if_one_is_asked_for(engine_of):
    engine = engine_of(TableSource(make_name_table(["c", "a"])))
    assert (
        engine.columns.find_rows_between(
            "name", (make_sort_position(engine, "name", 0), None), [], descending=False
        )[0]
        == 1
    )


@every_sorter
def test_texts_that_come_later_take_their_places(engine_of):
    names = ["pear", "Ärzte", None, "fig", ""]
    later = ["apple", "fig", "zebra", None, "\U0001f355", "\uffff"]
    engine = engine_of(TableSource(make_name_table(names)))
    engine.columns.load_column("name", if_free=False)
    middle = SortPosition(engine.columns.get_sort_keys("name", np.array([0]))[0].as_py(), 0)
    engine.append_rows(make_batch(make_name_table(later)))
    whole = [*names, *later]
    order = sort_row_numbers(pa.chunked_array([whole]), descending=False)
    keys = engine.columns.get_sort_keys("name", np.array(order, np.int64))
    assert keys.null_count == 2
    assert keys.drop_null().to_pylist() == [0, 1, 2, 2, 3, 4, 5, 6, 7]
    for ends in ((None, None), (middle, None), (None, middle)):
        before, found = engine.columns.find_rows_between("name", ends, [], descending=False)
        kept = [row for row in order if row in found.tolist()]
        assert kept == order[before : before + len(kept)]


def holds_names(engine, names):
    """Whether a column of names is held once it was fetched, and the names that come later have come."""
    engine.columns.load_column("name", if_free=False)
    if names:
        assert engine.columns.has_column("name")
        engine.append_rows(make_batch(make_name_table(names)))
        engine.columns.load_column("name", if_free=False)
    return engine.columns.has_column("name")


@every_sorter
@pytest.mark.parametrize("bound", [("MAX_TEXTS", 3), ("MAX_TEXT_BYTES", 80)])
@pytest.mark.parametrize(("names", "later"), [(["a", "b", "c", "d" * 50], []), (["a", "b"], ["c", "d" * 50])])
def test_columns_of_many_texts_are_not_kept(engine_of, monkeypatch, bound, names, later):
    monkeypatch.setattr(sort_columns, *bound)
    engine = engine_of(TableSource(make_name_table(names)))
    before = engine.nbytes
    assert not holds_names(engine, later)
    assert not holds_names(engine, [])
    engine.append_rows(make_batch(make_name_table(["e"])))
    assert engine.nbytes - before < 1000


@every_sorter
def test_a_column_that_outgrows_its_bound_stays_as_long_as_it_is_used(engine_of, monkeypatch):
    monkeypatch.setattr(sort_columns, "MAX_TEXTS", 2)
    engine = engine_of(TableSource(make_name_table(["b", "a"])))
    engine.columns.load_column("name", if_free=False)
    with engine.columns.pin_columns(["name"]) as held:
        engine.append_rows(make_batch(make_name_table(["c"])))
        assert held == {"name"}
        assert engine.columns.has_column("name")
        assert engine.columns.get_values("name", np.arange(3)).to_pylist() == ["b", "a", "c"]
    assert not engine.columns.has_column("name")


def test_texts_count_as_memory():
    engine = CpuEngine(TableSource(make_name_table([f"{n:10000}" for n in range(1000)])))
    engine.columns.load_column("name", if_free=False)
    assert engine.nbytes > 10_000_000


def test_ranks_are_of_all_texts_that_were_there():
    vocabulary = sort_columns.Vocabulary()
    vocabulary.encode_texts(pa.array(["b", "a"]).dictionary_encode())
    sort = pc.sort_indices

    def sort_slowly(values):
        found = sort(values)
        if len(values) == 2:
            vocabulary.encode_texts(pa.array(["c", "0"]).dictionary_encode())
            assert vocabulary.get_ranks().tolist() == [2, 1, 3, 0]
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sort_columns.pc, "sort_indices", sort_slowly)
        assert vocabulary.get_ranks().tolist() == [1, 0]
    assert vocabulary.get_ranks().tolist() == [2, 1, 3, 0]


def test_of_rows_that_are_newer_than_the_ranks_none_is_looked_up():
    numbers = np.full(128, 1 << 30, np.int32)
    numbers[:10] = 0
    values = SortableColumn(numbers, None, np.zeros(1, np.int64))
    none = np.zeros(0, np.uint64)
    sought = encode_bounds(None, None, descending=False)
    assert gpu.cpu.order.find_rows_between(values, none, sought, [(0, 10)])[1].tolist() == list(range(10))
