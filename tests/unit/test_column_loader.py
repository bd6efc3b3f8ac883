"""Columns of tables that people sort come into memory, and rows are the same wherever they come from."""

from __future__ import annotations

import threading

import numpy as np
import pyarrow as pa

from datasets.cubes.in_flight import RequestTicket
from datasets.table.column_loader import ColumnLoader
from datasets.table.row_groups import RowGroupIndex
from datasets.table.row_sources import RowSources
from gpu.cpu import CpuEngine
from tests.unit.table_source import TableSource
from tests.unit.test_order_search import stored_in_groups

TABLE = pa.table(
    {
        "x": [1.5, None, 3],
        "name": ["b", None, "a"],
        "price": pa.array(["1.25", None, "2.5"]).cast(pa.decimal128(9, 2)),
    }
)


def wait_for_loading():
    """All is fetched that is wanted."""
    for thread in threading.enumerate():
        if thread.name == "column-loader":
            thread.join(20)
            assert not thread.is_alive()


def test_what_can_be_kept_is_fetched_and_the_rest_goes_on_being_read():
    columns = CpuEngine(TableSource(TABLE)).columns
    holding = ColumnLoader()
    for _ in range(2):
        holding.request_columns(columns, "price", TABLE.column_names)
        wait_for_loading()
        assert [columns.has_column(name) for name in TABLE.column_names] == [True, True, False]


def test_a_column_that_can_not_be_read_keeps_no_other_from_being_fetched():
    class FailingSource(TableSource):
        def read_column(self, column, start=0):
            yield from super().read_column(column, start)
            if column == "x":
                raise OSError("the disk has gone")

    columns = CpuEngine(FailingSource(TABLE)).columns
    holding = ColumnLoader()
    holding.request_columns(columns, "x", ["x", "name"])
    wait_for_loading()
    assert columns.has_column("name")


def test_the_column_that_is_sorted_by_comes_first():
    class RecordingColumns:
        def __init__(self):
            self.loaded_columns, self.begun, self.go_on = [], threading.Event(), threading.Event()

        def has_column(self, _column):
            return False

        def load_column(self, column, *, if_free):
            self.begun.set()
            assert self.go_on.wait(20)
            self.loaded_columns.append((column, if_free))

    columns, holding = RecordingColumns(), ColumnLoader()
    holding.request_columns(columns, "a", ["a", "b"])
    assert columns.begun.wait(20)
    holding.request_columns(columns, "c", ["a", "b", "c"])
    columns.go_on.set()
    wait_for_loading()
    assert columns.loaded_columns[:3] == [("a", False), ("c", False), ("b", True)]


def test_rows_are_the_same_from_memory_and_from_files():
    columns = CpuEngine(TableSource(TABLE)).columns
    names, numbers = ["price", "x", "name", "x"], np.array([2, 0, 1, 2])
    with stored_in_groups(TABLE) as store:
        groups = RowGroupIndex(store.row_groups)
        read = RowSources(store, groups, None, frozenset())
        assert read.columns_in_files(names) == ["price", "x", "name"]
        for name in ("x", "name"):
            columns.load_column(name, if_free=False)
        with columns.pin_columns(names) as held:
            sources = RowSources(store, groups, columns, held)
            assert sources.columns_in_files(names) == ["price"]
            assert sources.get_rows(numbers, names, RequestTicket()).equals(
                read.get_rows(numbers, names, RequestTicket())
            )
