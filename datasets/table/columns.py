"""The column that rows are sorted by: read from the files, or as an engine holds it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
import pyarrow as pa

from datasets.cubes.in_flight import RequestTicket
from datasets.query.compile import RowFilters
from datasets.storage.prefetch import prefetch_results
from datasets.storage.store import RowGroup, Store
from datasets.table.order_search import WINDOW_ROWS, SortOrder
from datasets.table.resident_keys import ResidentKeys
from datasets.table.row_bitmap import BLOCK_ROWS, RowBitmap, RowNumbers
from datasets.table.row_groups import RowGroupIndex
from datasets.table.sort_keys import StoredKeys, ValuePosition, concat_sorted, sortable_type, to_sortable
from gpu.engine import ColumnStore
from gpu.sort_order import SortPosition


@dataclass(frozen=True)
class StoredColumn:
    """A column that is read one row group at a time; nothing is kept.

    Methods raise ``SupersededError`` when the request is superseded.
    """

    store: Store
    row_groups: RowGroupIndex
    bitmap: RowBitmap
    sorting: SortOrder
    ticket: RequestTicket

    window_rows: ClassVar[int] = 8 * WINDOW_ROWS

    @property
    def stretch_count(self) -> int:
        return len(self.row_groups.groups)

    def sample_rows(self, step: int, every: int) -> StoredKeys:
        return self._sort_keys([keys.take_every(every) for keys in self._read_keys(step)])

    def rows_between(
        self, lower: ValuePosition | None, upper: ValuePosition | None
    ) -> tuple[int, StoredKeys]:
        before, found = 0, []
        for keys in self._read_keys():
            rest = keys
            if lower is not None:
                rest = keys.filter_rows(~keys.mask_before(lower, self.sorting.descending))
                before += len(keys) - len(rest)
            if upper is not None:
                rest = rest.filter_rows(rest.mask_before(upper, self.sorting.descending))
            found.append(rest)
        return before, self._sort_keys(found)

    def _read_keys(self, step: int = 1) -> Iterator[StoredKeys]:
        """Yield the keys of the rows that pass, from every ``step``-th row group that has some."""
        for keys in prefetch_results(
            partial(self._read_group_keys, group) for group in self.row_groups.groups[::step]
        ):
            if keys is not None:
                yield keys

    def _read_group_keys(self, group: RowGroup) -> StoredKeys | None:
        self.ticket.require_current()
        rows = range(group.rows.start, min(group.rows.stop, self.bitmap.rows))
        shown = self.bitmap.get_mask(rows) if rows else np.zeros(0, np.bool_)
        if not shown.any():
            return None
        read = self.store.read_row_group(group, [self.sorting.column]).column(0)
        values = pa.concat_arrays(read.chunks).slice(0, shown.size).filter(pa.array(shown))
        return StoredKeys(to_sortable(values), rows.start + np.flatnonzero(shown))

    def _sort_keys(self, keys: list[StoredKeys]) -> StoredKeys:
        type_ = sortable_type(self.store.schema.field(self.sorting.column).type)
        return concat_sorted(keys, type_, self.sorting.descending)


@dataclass(frozen=True)
class ResidentColumn:
    """A column in memory, in which the engine finds the rows that pass ``filters``, as in ``bitmap``.

    Methods raise ``SupersededError`` when the request is superseded.
    """

    resident_columns: ColumnStore
    filters: RowFilters
    bitmap: RowBitmap
    sorting: SortOrder
    ticket: RequestTicket

    window_rows: ClassVar[int] = WINDOW_ROWS

    @property
    def stretch_count(self) -> int:
        return -(-self.bitmap.rows // BLOCK_ROWS)

    def sample_rows(self, step: int, every: int) -> ResidentKeys:
        return self._load_keys(
            np.concatenate([numbers[::every].copy() for numbers in self._row_number_stretches(step)])
        )

    def rows_between(
        self, lower: SortPosition | None, upper: SortPosition | None
    ) -> tuple[int, ResidentKeys]:
        self.ticket.require_current()
        arguments = self.sorting.column, (lower, upper), list(self.filters), range(self.bitmap.rows)
        before, numbers = self.resident_columns.find_rows_between(
            *arguments, descending=self.sorting.descending
        )
        return before, self._load_keys(numbers)

    def _load_keys(self, numbers: RowNumbers) -> ResidentKeys:
        keys = self.resident_columns.get_sort_keys(self.sorting.column, numbers)
        return ResidentKeys(keys, numbers, descending=self.sorting.descending)

    def _row_number_stretches(self, step: int) -> Iterator[RowNumbers]:
        """Yield the numbers of the rows that pass, from every ``step``-th stretch."""
        for start in range(0, self.bitmap.rows, step * BLOCK_ROWS):
            self.ticket.require_current()
            rows = range(start, min(start + BLOCK_ROWS, self.bitmap.rows))
            yield start + np.flatnonzero(self.bitmap.get_mask(rows))
