"""The sources of rows while they are read: files and, for some columns, memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from datasets.cubes.in_flight import RequestTicket
from datasets.query.compile import RowFilters
from datasets.storage.store import Store
from datasets.table.columns import ResidentColumn, StoredColumn
from datasets.table.order_search import SortColumn, SortOrder
from datasets.table.row_bitmap import RowBitmap, RowNumbers
from datasets.table.row_groups import RowGroupIndex, read_rows
from gpu.engine import ColumnStore


@dataclass(frozen=True)
class RowSources:
    """The files of a version, and the columns of ``resident_columns`` that are pinned in memory."""

    store: Store
    row_groups: RowGroupIndex
    resident_columns: ColumnStore | None
    resident_names: frozenset[str]

    def open_sort_column(
        self, sorting: SortOrder, filters: RowFilters, bitmap: RowBitmap, ticket: RequestTicket
    ) -> SortColumn[Any]:
        """Return the sort column of the rows that pass."""
        if self.resident_columns is not None and sorting.column in self.resident_names:
            return ResidentColumn(self.resident_columns, filters, bitmap, sorting, ticket)
        return StoredColumn(self.store, self.row_groups, bitmap, sorting, ticket)

    def columns_in_files(self, names: Sequence[str]) -> list[str]:
        """Return those of these columns that aren't in memory."""
        return [name for name in dict.fromkeys(names) if name not in self.resident_names]

    def get_rows(self, numbers: RowNumbers, names: Sequence[str], ticket: RequestTicket) -> pa.Table:
        """Return the rows with these numbers, in this order.

        Raises:
            SupersededError: the request was superseded.
        """
        found, others = {}, self.columns_in_files(names)
        if self.resident_columns is not None:
            for name in self.resident_names.intersection(names):
                found[name] = pa.chunked_array([self.resident_columns.get_values(name, numbers)])
        if others:
            read = read_rows(self.store, self.row_groups, numbers, others, ticket)
            found |= zip(others, read.columns, strict=True)
        return pa.table([found[name] for name in names], names=list(names))
