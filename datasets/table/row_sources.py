"""The sources of rows while they are read: files and, for some columns, memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from datasets.cubes.in_flight import RequestTicket
from datasets.query.compile import RowFilters
from datasets.storage.store import Store, is_text_type
from datasets.table.columns import ResidentColumn, StoredColumn
from datasets.table.order_search import SortColumn, SortOrder
from datasets.table.row_bitmap import RowBitmap, RowNumbers
from datasets.table.row_groups import RowGroupIndex, SliceRequest, read_rows
from datasets.table.row_sizes import SliceBudget
from gpu.engine import ColumnStore

TEXT_ROWS = 1 << 10
"""How many texts are taken from memory at a time: their length is known only then."""


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
            OversizedSliceError: they take more bytes than a slice may have.
        """
        found, others = {}, self.columns_in_files(names)
        budget = SliceBudget(unlimited=len(numbers) <= 1)
        if self.resident_columns is not None:
            for name in self.resident_names.intersection(names):
                values = self._iterate_values(self.resident_columns, name, numbers)
                found[name] = _collect_values(values, budget)
        if others:
            read = read_rows(self.store, self.row_groups, numbers, SliceRequest(others, ticket, budget))
            found |= zip(others, read.columns, strict=True)
        return pa.table([found[name] for name in names], names=list(names))

    def _iterate_values(self, columns: ColumnStore, name: str, numbers: RowNumbers) -> Iterator[pa.Array]:
        """Yield the values of these rows of a column in memory, texts a few at a time."""
        step = TEXT_ROWS if is_text_type(self.store.schema.field(name).type) else max(1, len(numbers))
        for start in range(0, max(1, len(numbers)), step):
            yield columns.get_values(name, numbers[start : start + step])


def _collect_values(parts: Iterator[pa.Array], budget: SliceBudget) -> pa.ChunkedArray:
    """Return the values as one column, as far as the budget goes."""
    found = []
    for values in parts:
        budget.spend_on(pa.table([values], names=["values"]))
        found.append(values)
    return pa.chunked_array(found)
