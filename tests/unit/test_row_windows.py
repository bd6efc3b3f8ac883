"""Rows at any places of any order: those that sorting the whole column gives, however it is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets import store as stores
from datasets.cubes.flights import OutdatedError, Turn
from datasets.rows import passing as passings
from datasets.rows import windows
from datasets.rows.passing import Passing, passing
from datasets.rows.stored import RowGroups, gather
from datasets.rows.windows import Search, Sorting
from datasets.store import Store
from gpu.oracle import OracleEngine
from tests.unit.examples import examples
from tests.unit.sources import TableSource
from tests.unit.strategies import COLUMNS, filters, tables

GROUP = 250


@contextmanager
def stored(table: pa.Table) -> Iterator[Store]:
    """The table in two files of small row groups, sampled as large ones are."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(stores, "ROW_GROUP", GROUP)
        patch.setattr(windows, "FEW", 1000)
        patch.setattr(windows, "SAMPLE", 200)
        patch.setattr(windows, "FEWEST_GROUPS", 2)
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


def comparable(value):
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def in_order(values, numbers, descending):
    """The rows of these numbers, sorted by value: the obvious way."""
    kept = {number: comparable(values[number]) for number in numbers}
    valued = [number for number in numbers if kept[number] is not None]
    valued.sort(key=kept.__getitem__, reverse=descending)  # which leaves equal ones in their order
    return valued + [number for number in numbers if kept[number] is None]


def ticks(column):
    """Values that Python compares as Arrow does: it has no nanoseconds."""
    return column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column


def expected(table, found, sorting):
    numbers = np.flatnonzero(found.mask(range(found.rows))).tolist()
    return in_order(ticks(table[sorting.column]).to_pylist(), numbers, sorting.descending)


@examples(60)
@given(tables(), st.sampled_from(COLUMNS), st.booleans(), st.data())
def test_any_places_of_any_order(table, column, descending, data):
    found = data.draw(masks(data.draw(st.sampled_from([table.num_rows, table.num_rows // 2]))))
    sorting = Sorting(column, descending)
    ordered = expected(table, found, sorting)
    places = sorted(data.draw(st.lists(st.integers(0, found.total), min_size=2, max_size=2)))
    with stored(table) as store:
        search = Search(store, RowGroups(store.groups), found, sorting, Turn())
        assert search.at(range(*places)).tolist() == ordered[slice(*places)]
        first = range(min(50, found.total))
        assert search.at(first).tolist() == ordered[:50]


@pytest.mark.parametrize("places", [range(100), range(5000, 5100), range(9950, 10_000)])
@pytest.mark.parametrize("descending", [False, True])
def test_rows_that_are_in_order_already_are_no_fair_sample_and_still_found(places, descending):
    table = pa.table({"time": np.arange(10_000) // 3 * 3})
    sorting = Sorting("time", descending)
    with stored(table) as store:
        search = Search(store, RowGroups(store.groups), Passing(10_000), sorting, Turn())
        found = search.at(places).tolist()
    assert found == expected(table, Passing(10_000), sorting)[places.start : places.stop]


class Watched(Search):
    """A search that tells how many rows it kept of each pass."""

    kept: ClassVar[list[int]] = []

    def _between(self, bounds):
        before, found = super()._between(bounds)
        self.kept.append(sum(map(len, found)))
        return before, found


def test_few_rows_are_kept_of_many_and_one_pass_is_enough():
    table = pa.table({"x": np.random.default_rng(1).normal(size=50_000)})
    with stored(table) as store:
        search = Watched(store, RowGroups(store.groups), Passing(50_000), Sorting("x"), Turn())
        search.at(range(25_000, 25_100))
        search.at(range(100))
    assert len(Watched.kept) == 2
    assert Watched.kept[0] < 30_000
    assert Watched.kept[1] < 10_000


def test_a_search_ends_with_its_turn():
    turn = Turn()
    with stored(pa.table({"x": np.arange(2000)})) as store:
        search = Search(store, RowGroups(store.groups), Passing(2000), Sorting("x"), turn)
        turn.end()
        with pytest.raises(OutdatedError):
            search.at(range(10))
        with pytest.raises(OutdatedError):
            gather(store, search.groups, np.arange(3), ["x"], turn)


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
