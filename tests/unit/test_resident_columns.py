"""Columns as engines keep them: their values, and rows by where they are in the order of these."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gpu.cpu.order
import gpu.cuda.order
from datasets.rows.keys import plain
from gpu.cpu import CpuEngine
from gpu.oracle import OracleEngine
from gpu.order import Place
from gpu.resident import texts
from gpu.resident.memory import Memory
from tests.unit.engines import ENGINES
from tests.unit.examples import examples
from tests.unit.sorting import SORTED, in_order
from tests.unit.sources import TableSource
from tests.unit.strategies import filters, tables
from tests.unit.test_engines import batch_of, named

every_sorter = pytest.mark.parametrize(
    "engine_of", [each for each in ENGINES if each is not OracleEngine], ids=named
)


def place(engine, column, row):
    return Place(engine.columns.keys(column, np.array([row]))[0].as_py(), row)


def assert_between_all(engine, table, column, conjunction, data):
    """What is between two places is what lies there when all rows are sorted."""
    descending = data.draw(st.booleans())
    start, stop = sorted(data.draw(st.lists(st.integers(0, table.num_rows), min_size=2, max_size=2)))
    order = in_order(table[column], descending)
    mask = OracleEngine(TableSource(table)).mask(conjunction)
    passing = [row for row in order if start <= row < stop and mask[row]]
    cuts = sorted(data.draw(st.lists(st.integers(-1, len(order)), min_size=2, max_size=2)))
    ends = [place(engine, column, order[cut]) if 0 <= cut < len(order) else None for cut in cuts]
    first = {order[i]: i for i in range(len(order))}
    low = cuts[0] if ends[0] else 0
    high = cuts[1] if ends[1] else len(order)
    asked = column, tuple(ends), conjunction, range(start, stop)
    before, found = engine.columns.between(*asked, descending=descending)
    assert before == sum(first[row] < low for row in passing)
    assert sorted(found.tolist()) == sorted(row for row in passing if low <= first[row] < high)


@every_sorter
@examples(60)
@given(tables(), st.sampled_from(SORTED), filters(), st.data())
def test_rows_between_two_places(engine_of, table, column, conjunction, data):
    assert_between_all(engine_of(TableSource(table)), table, column, conjunction, data)


@every_sorter
@examples(40)
@given(tables(), st.sampled_from(SORTED), st.data())
def test_keys_ascend_with_the_values(engine_of, table, column, data):
    engine = engine_of(TableSource(table))
    order = in_order(table[column], descending=False)
    keys = engine.columns.keys(column, np.array(order, np.int64)).to_pylist()
    valued = [key for key in keys if key is not None]
    assert keys[: len(valued)] == valued == sorted(valued)
    values = table[column].take(pa.array(order, pa.int64()))
    assert len(set(valued)) == len({x for x in values.drop_null().to_pylist() if np.isfinite(as_number(x))})


@every_sorter
@examples(40)
@given(tables(), st.sampled_from(SORTED), st.data())
def test_values_are_those_of_the_column(engine_of, table, column, data):
    rows = data.draw(st.lists(st.integers(0, table.num_rows - 1), max_size=20)) if table.num_rows else []
    columns = engine_of(TableSource(table)).columns
    assert not columns.holds(column)
    columns.fetch(column)
    assert columns.holds(column)
    found = columns.values(column, np.array(rows, np.int64))
    wanted = plain(table[column].take(pa.array(rows, pa.int64())))
    assert found.type == wanted.type
    nothing = pc.is_null(wanted, nan_is_null=True)
    assert found.equals(pc.if_else(nothing, pa.scalar(None, wanted.type), wanted).combine_chunks())


def as_number(value):
    return value if isinstance(value, int | float) else 0


@every_sorter
@examples(20)
@given(tables((65, 1000, 8193)), st.sampled_from(SORTED), filters(), st.data())
def test_appended_rows_take_their_places(engine_of, table, column, conjunction, data):
    cut = data.draw(st.integers(0, table.num_rows))
    engine = engine_of(TableSource(table.slice(0, cut)))
    engine.columns.between(column, (None, None), [], descending=False)
    engine.append(batch_of(table.slice(cut)))
    assert_between_all(engine, table, column, conjunction, data)


@every_sorter
def test_any_number_of_rows_may_be_between(engine_of, monkeypatch):
    monkeypatch.setattr(gpu.cpu.order, "_ROOM", 2)
    monkeypatch.setattr(gpu.cuda.order, "ROOM", 2)
    engine = engine_of(TableSource(pa.table({"x": np.arange(200_000)})))
    before, found = engine.columns.between("x", (Place(10, 10), None), [], descending=False)
    assert before == 10
    assert sorted(found.tolist()) == list(range(10, 200_000))


@every_sorter
@pytest.mark.parametrize("column", ["price", "huge"])
def test_what_integers_can_not_order_is_not_sorted(engine_of, column):
    columns = {"price": pa.array([1], pa.decimal128(9, 2)), "huge": pa.array([1], pa.uint64())}
    engine = engine_of(TableSource(pa.table(columns)))
    assert not engine.columns.keeps(column)
    with pytest.raises(KeyError):
        engine.columns.keeps("absent")


def test_a_column_that_would_crowd_out_the_others_is_not_kept():
    source = TableSource(pa.table({"x": np.arange(1000.0)}))
    assert CpuEngine(source, memory=Memory(resident=16_000)).columns.keeps("x")
    assert not CpuEngine(source, memory=Memory(resident=15_999)).columns.keeps("x")


def test_columns_are_fetched_only_into_room_that_nothing_has():
    source = TableSource(pa.table({name: np.arange(1000.0) for name in "abc"}))
    engine = CpuEngine(source, memory=Memory(resident=22_000))
    for name in "abc":
        engine.columns.fetch(name)
    assert [engine.columns.holds(name) for name in "abc"] == [True, True, False]
    engine.columns.keys("c", np.array([999]))
    assert engine.columns.holds("c")


@every_sorter
def test_a_column_is_held_with_all_its_rows(engine_of):
    engine = engine_of(TableSource(pa.table({"x": [1, 2]})))
    engine.columns.fetch("x")
    engine.append(pa.record_batch({"x": [3]}))
    assert engine.columns.holds("x")
    assert engine.columns.values("x", np.array([2, 0])).to_pylist() == [3, 1]


def named_rows(names):
    return pa.table({"name": pa.array(names, pa.string())})


@every_sorter
def test_texts_that_come_later_take_their_places(engine_of):
    names = ["pear", "Ärzte", None, "fig", ""]
    later = ["apple", "fig", "zebra", None, "\U0001f355", "\uffff"]
    engine = engine_of(TableSource(named_rows(names)))
    assert engine.columns.keeps("name")
    middle = Place(engine.columns.keys("name", np.array([0]))[0].as_py(), 0)
    engine.append(batch_of(named_rows(later)))
    whole = [*names, *later]
    order = in_order(pa.chunked_array([whole]), descending=False)
    keys = engine.columns.keys("name", np.array(order, np.int64))
    assert keys.null_count == 2
    assert keys.drop_null().to_pylist() == [0, 1, 2, 2, 3, 4, 5, 6, 7]
    for ends in ((None, None), (middle, None), (None, middle)):
        before, found = engine.columns.between("name", ends, [], descending=False)
        kept = [row for row in order if row in found.tolist()]
        assert kept == order[before : before + len(kept)]


@every_sorter
def test_columns_of_many_texts_are_not_kept(engine_of, monkeypatch):
    monkeypatch.setattr(texts, "MOST", 3)
    engine = engine_of(TableSource(named_rows(["a", "b", "c", "d", "a"])))
    before = engine.nbytes
    assert not engine.columns.keeps("name")
    assert not engine.columns.keeps("name")
    assert engine.nbytes == before
    grows = engine_of(TableSource(named_rows(["a", "b", "c"])))
    assert grows.columns.keeps("name")
    grows.append(batch_of(named_rows(["d", "e"])))
    assert not grows.columns.keeps("name")
