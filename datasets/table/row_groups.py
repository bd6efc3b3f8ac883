"""Reading of rows by their numbers, from the row groups that contain them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from datasets.cubes.in_flight import RequestTicket
from datasets.storage.prefetch import prefetch_results
from datasets.storage.store import RowGroup, Store
from datasets.table.row_bitmap import RowNumbers
from datasets.table.row_sizes import SLICE_BYTES, SliceBudget
from datasets.table.sort_keys import decode_text

BYTES_PER_GROUP = 256
"""About how many bytes the entry of a row group takes in memory."""


class RowGroupIndex:
    """The row groups of a version, in row order."""

    def __init__(self, all_: Sequence[RowGroup]) -> None:
        self.groups = all_
        self._ends = np.array([group.rows.stop for group in all_], np.int64)

    @property
    def nbytes(self) -> int:
        return BYTES_PER_GROUP * len(self.groups)

    def group_indices(self, numbers: RowNumbers) -> RowNumbers:
        """Return for each row the index of its row group."""
        return np.searchsorted(self._ends, numbers, side="right").astype(np.int64)


@dataclass(frozen=True)
class SliceRequest:
    """What is read of some rows: these columns, within a budget, until the request is superseded."""

    columns: Sequence[str]
    ticket: RequestTicket
    budget: SliceBudget


def read_rows(store: Store, groups: RowGroupIndex, numbers: RowNumbers, asked: SliceRequest) -> pa.Table:
    """Return the rows with these numbers, in this order. Only row groups that contain some are read.

    Raises:
        SupersededError: the request was superseded.
        OversizedSliceError: the rows take more bytes than the budget has.
    """
    wanted = list(asked.columns)
    none = decode_text_columns(store.schema.empty_table().select(wanted))
    order = np.argsort(numbers)
    ascending = numbers[order]
    places, firsts = np.unique(groups.group_indices(ascending), return_index=True)

    def read_group(place: int, rows: RowNumbers) -> pa.Table:
        asked.ticket.require_current()
        group = groups.groups[place]
        with store.open_row_group(group, wanted, SLICE_BYTES) as batches:
            found = _take_rows(batches, rows - group.rows.start, asked.budget)
            return pa.concat_tables([none, *(table.select(wanted) for table in found)])

    held = zip(places.tolist(), np.split(ascending, firsts)[1:], strict=True)
    tables = prefetch_results(partial(read_group, *each) for each in held)
    return pa.concat_tables([none, *tables]).take(pa.array(np.argsort(order)))


def _take_rows(
    batches: Iterator[pa.RecordBatch], numbers: RowNumbers, budget: SliceBudget
) -> Iterator[pa.Table]:
    """Yield the rows with these numbers, which ascend; batches after the last one aren't read."""
    start = taken = 0
    while taken < len(numbers):
        batch = next(batches)
        stop = int(np.searchsorted(numbers, start + batch.num_rows))
        found = pa.Table.from_batches([batch]).take(pa.array(numbers[taken:stop] - start))
        budget.spend_on(found)
        yield decode_text_columns(found)
        start, taken = start + batch.num_rows, stop


def decode_text_columns(table: pa.Table) -> pa.Table:
    """Return the table with plain text instead of dictionary-encoded text."""
    return pa.table([decode_text(column) for column in table.columns], names=table.column_names)
