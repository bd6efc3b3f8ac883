"""Reading of rows by their numbers, from the row groups that contain them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pyarrow as pa

from datasets.cubes.in_flight import RequestTicket
from datasets.storage.prefetch import prefetch_results
from datasets.storage.store import RowGroup, Store
from datasets.table.row_bitmap import RowNumbers
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


def read_rows(
    store: Store, groups: RowGroupIndex, numbers: RowNumbers, columns: Sequence[str], ticket: RequestTicket
) -> pa.Table:
    """Return the rows with these numbers, in this order. Only row groups that contain some are read.

    Raises:
        SupersededError: the request was superseded.
    """
    wanted = list(columns)
    none = decode_text_columns(store.schema.empty_table().select(wanted))
    order = np.argsort(numbers)
    ascending = numbers[order]
    places, firsts = np.unique(groups.group_indices(ascending), return_index=True)

    def read_group(place: int, rows: RowNumbers) -> pa.Table:
        ticket.require_current()
        group = groups.groups[place]
        found = store.read_row_group(group, wanted).select(wanted)
        return decode_text_columns(found.take(pa.array(rows - group.rows.start)))

    held = zip(places.tolist(), np.split(ascending, firsts)[1:], strict=True)
    tables = prefetch_results(partial(read_group, *each) for each in held)
    return pa.concat_tables([none, *tables]).take(pa.array(np.argsort(order)))


def decode_text_columns(table: pa.Table) -> pa.Table:
    """Return the table with plain text instead of dictionary-encoded text."""
    return pa.table([decode_text(column) for column in table.columns], names=table.column_names)
