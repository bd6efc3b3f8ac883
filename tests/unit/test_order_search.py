"""Rows at any places of any order: those that sorting the whole column gives, however it is found."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.cubes.in_flight import OutdatedError, Turn
from datasets.storage import store as stores
from datasets.storage.store import Store
from datasets.table import columns, order_search
from datasets.table import row_bitmap as passings
from datasets.table.columns import ResidentColumn, StoredColumn
from datasets.table.order_search import Search, Sorting
from datasets.table.row_bitmap import Passing, passing
from datasets.table.row_groups import RowGroups, gather
from gpu.cpu import CpuEngine
from gpu.oracle import OracleEngine
from tests.unit.engine_strategies import COLUMNS, filters, tables
from tests.unit.hypothesis_examples import examples
from tests.unit.sort_oracle import SORTED, in_order
from tests.unit.table_source import TableSource

GROUP = 250


@contextmanager
def small() -> Iterator[pytest.MonkeyPatch]:
    """Few rows are sampled as many are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order_search, "FEW", 1000)
        patch.setattr(order_search, "SAMPLE", 200)
        patch.setattr(order_search, "FEWEST_STRETCHES", 2)
        patch.setattr(columns, "BLOCK", GROUP)
        yield patch


@contextmanager
def stored(table: pa.Table) -> Iterator[Store]:
    """The table in two files of small row groups, sampled as large ones are."""
    with TemporaryDirectory() as folder, small() as patch:
        patch.setattr(stores, "ROW_GROUP", GROUP)
        store = Store(Path(folder))
        half = table.num_rows // 2
        store.write(0, table.slice(0, half))
        store.write(1, table.slice(half))
        yield store


@st.composite
def masks(draw, rows):
    """Which rows pass: some, few, none, or all, which needs no bits."""
    share = draw(st.sampled_from([None, 0, 0.01, 0.5, 1]))
    if share is None:
        return Passing(rows)
    mask = np.random.default_rng(draw(st.integers(0, 99))).random(rows) < share
    return Passing(rows, np.packbits(mask, bitorder="little"))


def ordered(table, found, column, descending):
    """The rows that pass, in order."""
    mask = found.mask(range(found.rows))
    return [row for row in in_order(table[column], descending) if row < found.rows and mask[row]]


def stored_column(store, found, *sorting, turn=None):
    return StoredColumn(store, RowGroups(store.groups), found, Sorting(*sorting), turn or Turn())


def resident_column(table, found, *sorting, conditions=(), turn=None):
    memory = CpuEngine(TableSource(table)).columns
    return ResidentColumn(memory, frozenset(conditions), found, Sorting(*sorting), turn or Turn())


def assert_any_places(column, found, wanted, data):
    search = Search(column, found.total)
    places = sorted(data.draw(st.lists(st.integers(0, found.total), min_size=2, max_size=2)))
    assert search.at(range(*places)).tolist() == wanted[slice(*places)]
    assert search.at(range(min(50, found.total))).tolist() == wanted[:50]


@examples(60)
@given(tables(), st.sampled_from(COLUMNS), st.booleans(), st.data())
def test_any_places_of_any_order(table, name, descending, data):
    found = data.draw(masks(data.draw(st.sampled_from([table.num_rows, table.num_rows // 2]))))
    wanted = ordered(table, found, name, descending)
    with stored(table) as store:
        assert_any_places(stored_column(store, found, name, descending), found, wanted, data)


@examples(60)
@given(tables(), st.sampled_from(SORTED), filters(), st.booleans(), st.data())
def test_any_places_of_any_order_in_memory(table, name, conditions, descending, data):
    rows = data.draw(st.sampled_from([table.num_rows, table.num_rows // 2]))
    found = passing(OracleEngine(TableSource(table)), frozenset(conditions), rows, Turn())
    wanted = ordered(table, found, name, descending)
    with small():
        column = resident_column(table, found, name, descending, conditions=conditions)
        assert_any_places(column, found, wanted, data)


@pytest.mark.parametrize("places", [range(100), range(5000, 5100), range(9950, 10_000)])
@pytest.mark.parametrize("descending", [False, True])
def test_rows_that_are_in_order_already_are_no_fair_sample_and_still_found(places, descending):
    table, found = pa.table({"time": np.arange(10_000) // 3 * 3}), Passing(10_000)
    wanted = ordered(table, found, "time", descending)[places.start : places.stop]
    with stored(table) as store:
        sorting = "time", descending
        for column in (stored_column(store, found, *sorting), resident_column(table, found, *sorting)):
            assert Search(column, found.total).at(places).tolist() == wanted


class Watched:
    """A column that tells how many rows were kept of each pass."""

    def __init__(self, column):
        self.column, self.kept = column, []
        self.stretches, self.sample = column.stretches, column.sample

    def between(self, *places):
        before, found = self.column.between(*places)
        self.kept.append(len(found))
        return before, found


def test_few_rows_are_kept_of_many_and_one_pass_is_enough():
    table, found = pa.table({"x": np.random.default_rng(1).normal(size=50_000)}), Passing(50_000)
    with stored(table) as store:
        for column in (stored_column(store, found, "x"), resident_column(table, found, "x")):
            watched = Watched(column)
            search = Search(watched, found.total)
            search.at(range(25_000, 25_100))
            search.at(range(100))
            assert len(watched.kept) == 2
            assert watched.kept[0] < 30_000
            assert watched.kept[1] < 10_000


def test_of_a_sample_nothing_else_is_kept_in_memory():
    column = resident_column(pa.table({"x": np.zeros(4_000_000, np.int8)}), Passing(4_000_000), "x")
    column.sample(1000, 1)
    tracemalloc.start()
    try:
        assert len(column.sample(1, 1000)) > 4000
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_a_search_ends_with_its_turn():
    turn, found, table = Turn(), Passing(2000), pa.table({"x": np.arange(2000)})
    turn.end()
    with stored(table) as store:
        stored_one = stored_column(store, found, "x", turn=turn)
        for column in (stored_one, resident_column(table, found, "x", turn=turn)):
            with pytest.raises(OutdatedError):
                Search(column, found.total).at(range(10))
        with pytest.raises(OutdatedError):
            gather(store, stored_one.groups, np.arange(3), ["x"], turn)


@examples(30)
@given(tables(), st.data())
def test_rows_are_gathered_by_their_numbers_in_any_order(table, data):
    numbers = data.draw(st.lists(st.integers(0, table.num_rows - 1), max_size=40)) if table.num_rows else []
    columns = data.draw(st.lists(st.sampled_from(COLUMNS), min_size=1, unique=True))
    with stored(table) as store:
        found = gather(store, RowGroups(store.groups), np.array(numbers, np.int64), columns, Turn())
    assert found.column_names == columns
    wanted = table.select(columns).take(pa.array(numbers, pa.int64()))
    for name in columns:
        assert str(found[name].to_pylist()) == str(wanted[name].to_pylist())


@examples(40)
@given(tables(), st.data())
def test_what_passes_is_what_the_engine_says(table, data):
    engine = OracleEngine(TableSource(table))
    conditions = frozenset(data.draw(filters()))
    rows = data.draw(st.integers(0, table.num_rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passings, "AT_ONCE", 4096)
        patch.setattr(passings, "BLOCK", 1024)
        found = passing(engine, conditions, rows, Turn())
        mask = engine.mask(list(conditions), range(rows))
        numbers = np.flatnonzero(mask)
        assert found.total == numbers.size
        for _ in range(3):
            start, stop = sorted(data.draw(st.lists(st.integers(0, rows), min_size=2, max_size=2)))
            assert found.mask(range(start, stop)).tolist() == mask[start:stop].tolist()
            assert found.numbers(start, stop).tolist() == numbers[start:stop].tolist()
