"""Columns of tables that people sort come into memory, and rows are the same wherever they come from."""

from __future__ import annotations

import threading

import numpy as np
import pyarrow as pa

from datasets.cubes.in_flight import Turn
from datasets.table.column_loader import Holding
from datasets.table.row_groups import RowGroups
from datasets.table.row_sources import Sources
from gpu.cpu import CpuEngine
from tests.unit.table_source import TableSource
from tests.unit.test_order_search import stored

TABLE = pa.table(
    {
        "x": [1.5, None, 3],
        "name": ["b", None, "a"],
        "price": pa.array(["1.25", None, "2.5"]).cast(pa.decimal128(9, 2)),
    }
)


def settled():
    """All is fetched that is wanted."""
    for thread in threading.enumerate():
        if thread.name == "holding":
            thread.join(20)
            assert not thread.is_alive()


def test_what_can_be_kept_is_fetched_and_the_rest_goes_on_being_read():
    columns = CpuEngine(TableSource(TABLE)).columns
    holding = Holding()
    for _ in range(2):
        holding.want(columns, "price", TABLE.column_names)
        settled()
        assert [columns.holds(name) for name in TABLE.column_names] == [True, True, False]


def test_a_column_that_can_not_be_read_keeps_no_other_from_being_fetched():
    class Torn(TableSource):
        def read(self, column, start=0):
            yield from super().read(column, start)
            if column == "x":
                raise OSError("the disk has gone")

    columns = CpuEngine(Torn(TABLE)).columns
    holding = Holding()
    holding.want(columns, "x", ["x", "name"])
    settled()
    assert columns.holds("name")


def test_the_column_that_is_sorted_by_comes_first():
    class Noting:
        def __init__(self):
            self.fetched, self.begun, self.go_on = [], threading.Event(), threading.Event()

        def holds(self, _column):
            return False

        def fetch(self, column, *, spare):
            self.begun.set()
            assert self.go_on.wait(20)
            self.fetched.append((column, spare))

    columns, holding = Noting(), Holding()
    holding.want(columns, "a", ["a", "b"])
    assert columns.begun.wait(20)
    holding.want(columns, "c", ["a", "b", "c"])
    columns.go_on.set()
    settled()
    assert columns.fetched[:3] == [("a", False), ("c", False), ("b", True)]


def test_rows_are_the_same_from_memory_and_from_files():
    columns = CpuEngine(TableSource(TABLE)).columns
    names, numbers = ["price", "x", "name", "x"], np.array([2, 0, 1, 2])
    with stored(TABLE) as store:
        groups = RowGroups(store.groups)
        read = Sources(store, groups, None, frozenset())
        assert read.from_files(names) == ["price", "x", "name"]
        for name in ("x", "name"):
            columns.fetch(name, spare=False)
        with columns.held(names) as held:
            sources = Sources(store, groups, columns, held)
            assert sources.from_files(names) == ["price"]
            assert sources.rows(numbers, names, Turn()).equals(read.rows(numbers, names, Turn()))
