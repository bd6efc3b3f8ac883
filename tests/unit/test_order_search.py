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

from datasets.cubes.in_flight import RequestTicket, SupersededError
from datasets.storage import store as stores
from datasets.storage.store import Store
from datasets.table import columns, order_search, row_bitmap
from datasets.table.columns import ResidentColumn, StoredColumn
from datasets.table.order_search import OrderSearch, SortOrder
from datasets.table.row_bitmap import RowBitmap, compute_bitmap
from datasets.table.row_groups import RowGroupIndex, SliceRequest, read_rows
from datasets.table.row_sizes import SliceBudget
from gpu.cpu import CpuEngine
from gpu.oracle import OracleEngine
from tests.unit.engine_strategies import COLUMNS, arrow_tables, filter_lists
from tests.unit.hypothesis_examples import with_examples
from tests.unit.sort_oracle import SORTABLE_COLUMNS, sort_row_numbers
from tests.unit.table_source import TableSource

ROW_GROUP_SIZE = 250


@contextmanager
def small_sampling() -> Iterator[pytest.MonkeyPatch]:
    """Few rows are sampled as many are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order_search, "MAX_UNSAMPLED_ROWS", 1000)
        patch.setattr(order_search, "SAMPLE_ROWS", 200)
        patch.setattr(order_search, "MIN_STRETCHES", 2)
        patch.setattr(columns, "BLOCK_ROWS", ROW_GROUP_SIZE)
        yield patch


@contextmanager
def stored_in_groups(table: pa.Table) -> Iterator[Store]:
    """The table in two files of small row groups, sampled as large ones are."""
    with TemporaryDirectory() as folder, small_sampling() as patch:
        patch.setattr(stores, "ROW_GROUP_ROWS", ROW_GROUP_SIZE)
        store = Store(Path(folder))
        half = table.num_rows // 2
        store.write_part(0, table.slice(0, half))
        store.write_part(1, table.slice(half))
        yield store


@st.composite
def row_bitmaps(draw, rows):
    """Which rows pass: some, few, none, or all, which needs no bits."""
    share = draw(st.sampled_from([None, 0, 0.01, 0.5, 1]))
    if share is None:
        return RowBitmap(rows)
    mask = np.random.default_rng(draw(st.integers(0, 99))).random(rows) < share
    return RowBitmap(rows, np.packbits(mask, bitorder="little"))


def list_passing_in_order(table, bitmap, column, descending):
    """The rows that pass, in order."""
    mask = bitmap.get_mask(range(bitmap.rows))
    return [row for row in sort_row_numbers(table[column], descending) if row < bitmap.rows and mask[row]]


def make_stored_column(store, bitmap, *sorting, ticket=None):
    return StoredColumn(
        store, RowGroupIndex(store.row_groups), bitmap, SortOrder(*sorting), ticket or RequestTicket()
    )


def make_resident_column(table, bitmap, *sorting, conditions=(), ticket=None):
    memory = CpuEngine(TableSource(table)).columns
    return ResidentColumn(
        memory, frozenset(conditions), bitmap, SortOrder(*sorting), ticket or RequestTicket()
    )


def assert_any_range(column, bitmap, expected_rows, data):
    search = OrderSearch(column, bitmap.passing_count)
    places = sorted(data.draw(st.lists(st.integers(0, bitmap.passing_count), min_size=2, max_size=2)))
    assert search.find_rows(range(*places)).tolist() == expected_rows[slice(*places)]
    assert search.find_rows(range(min(50, bitmap.passing_count))).tolist() == expected_rows[:50]


@with_examples(60)
@given(arrow_tables(), st.sampled_from(COLUMNS), st.booleans(), st.data())
def test_any_range_of_any_order(table, name, descending, data):
    found = data.draw(row_bitmaps(data.draw(st.sampled_from([table.num_rows, table.num_rows // 2]))))
    wanted = list_passing_in_order(table, found, name, descending)
    with stored_in_groups(table) as store:
        assert_any_range(make_stored_column(store, found, name, descending), found, wanted, data)


@with_examples(60)
@given(arrow_tables(), st.sampled_from(SORTABLE_COLUMNS), filter_lists(), st.booleans(), st.data())
def test_any_range_of_any_order_in_memory(table, name, conditions, descending, data):
    rows = data.draw(st.sampled_from([table.num_rows, table.num_rows // 2]))
    found = compute_bitmap(OracleEngine(TableSource(table)), frozenset(conditions), rows, RequestTicket())
    wanted = list_passing_in_order(table, found, name, descending)
    with small_sampling():
        column = make_resident_column(table, found, name, descending, conditions=conditions)
        assert_any_range(column, found, wanted, data)


@pytest.mark.parametrize("places", [range(100), range(5000, 5100), range(9950, 10_000)])
@pytest.mark.parametrize("descending", [False, True])
def test_rows_that_are_in_order_already_are_no_fair_sample_and_still_found(places, descending):
    table, found = pa.table({"time": np.arange(10_000) // 3 * 3}), RowBitmap(10_000)
    wanted = list_passing_in_order(table, found, "time", descending)[places.start : places.stop]
    with stored_in_groups(table) as store:
        sorting = "time", descending
        for column in (
            make_stored_column(store, found, *sorting),
            make_resident_column(table, found, *sorting),
        ):
            assert OrderSearch(column, found.passing_count).find_rows(places).tolist() == wanted


class CountingColumn:
    """A column that tells how many rows were kept of each pass."""

    def __init__(self, column):
        self.column, self.kept = column, []
        self.stretch_count, self.sample_rows = column.stretch_count, column.sample_rows

    def rows_between(self, *places):
        before, found = self.column.rows_between(*places)
        self.kept.append(len(found))
        return before, found


def test_few_rows_are_kept_of_many_and_one_pass_is_enough():
    table, found = pa.table({"x": np.random.default_rng(1).normal(size=50_000)}), RowBitmap(50_000)
    with stored_in_groups(table) as store:
        for column in (make_stored_column(store, found, "x"), make_resident_column(table, found, "x")):
            watched = CountingColumn(column)
            search = OrderSearch(watched, found.passing_count)
            search.find_rows(range(25_000, 25_100))
            search.find_rows(range(100))
            assert len(watched.kept) == 2
            assert watched.kept[0] < 30_000
            assert watched.kept[1] < 10_000


def test_of_a_sample_nothing_else_is_kept_in_memory():
    column = make_resident_column(pa.table({"x": np.zeros(4_000_000, np.int8)}), RowBitmap(4_000_000), "x")
    column.sample_rows(1000, 1)
    tracemalloc.start()
    try:
        assert len(column.sample_rows(1, 1000)) > 4000
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_a_search_ends_when_its_request_is_superseded():
    turn, found, table = RequestTicket(), RowBitmap(2000), pa.table({"x": np.arange(2000)})
    turn.mark_superseded()
    with stored_in_groups(table) as store:
        stored_one = make_stored_column(store, found, "x", ticket=turn)
        for column in (stored_one, make_resident_column(table, found, "x", ticket=turn)):
            with pytest.raises(SupersededError):
                OrderSearch(column, found.passing_count).find_rows(range(10))
        with pytest.raises(SupersededError):
            read_rows(
                store,
                stored_one.row_groups,
                np.arange(3),
                SliceRequest(["x"], turn, SliceBudget(unlimited=False)),
            )


@with_examples(30)
@given(arrow_tables(), st.data())
def test_rows_are_gathered_by_their_numbers_in_any_order(table, data):
    numbers = data.draw(st.lists(st.integers(0, table.num_rows - 1), max_size=40)) if table.num_rows else []
    columns = data.draw(st.lists(st.sampled_from(COLUMNS), min_size=1, unique=True))
    with stored_in_groups(table) as store:
        asked = SliceRequest(columns, RequestTicket(), SliceBudget(unlimited=False))
        found = read_rows(store, RowGroupIndex(store.row_groups), np.array(numbers, np.int64), asked)
    assert found.column_names == columns
    wanted = table.select(columns).take(pa.array(numbers, pa.int64()))
    for name in columns:
        assert str(found[name].to_pylist()) == str(wanted[name].to_pylist())


@with_examples(40)
@given(arrow_tables(), st.data())
def test_row_bitmaps_equal_the_mask_of_the_engine(table, data):
    engine = OracleEngine(TableSource(table))
    conditions = frozenset(data.draw(filter_lists()))
    rows = data.draw(st.integers(0, table.num_rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_bitmap, "ROWS_PER_REQUEST", 4096)
        patch.setattr(row_bitmap, "BLOCK_ROWS", 1024)
        found = compute_bitmap(engine, conditions, rows, RequestTicket())
        mask = engine.compute_mask(list(conditions), range(rows))
        numbers = np.flatnonzero(mask)
        assert found.passing_count == numbers.size
        for _ in range(3):
            start, stop = sorted(data.draw(st.lists(st.integers(0, rows), min_size=2, max_size=2)))
            assert found.get_mask(range(start, stop)).tolist() == mask[start:stop].tolist()
            assert found.get_row_numbers(start, stop).tolist() == numbers[start:stop].tolist()
