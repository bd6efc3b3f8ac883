"""Rows by their numbers, read from the row groups that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pyarrow as pa

from datasets.cubes.in_flight import Turn
from datasets.storage.prefetch import ahead
from datasets.storage.store import RowGroup, Store
from datasets.table.row_bitmap import Numbers
from datasets.table.sort_keys import plain

OF_ONE = 256
"""Bytes in memory of what is known of a row group, about."""


class RowGroups:
    """Where rows are: the row groups of a version, in row order."""

    def __init__(self, all_: Sequence[RowGroup]) -> None:
        self.all = all_
        self._ends = np.array([group.rows.stop for group in all_], np.int64)

    @property
    def nbytes(self) -> int:
        return OF_ONE * len(self.all)

    def of(self, numbers: Numbers) -> Numbers:
        """The place among the row groups of that of each row."""
        return np.searchsorted(self._ends, numbers, side="right").astype(np.int64)


def gather(store: Store, groups: RowGroups, numbers: Numbers, columns: Sequence[str], turn: Turn) -> pa.Table:
    """The rows of these numbers, in this order. Only the row groups that hold some are read.

    Raises:
        OutdatedError: the turn ended first.
    """
    wanted = list(columns)
    none = plain_table(store.schema.empty_table().select(wanted))
    order = np.argsort(numbers)
    ascending = numbers[order]
    places, firsts = np.unique(groups.of(ascending), return_index=True)

    def read(place: int, rows: Numbers) -> pa.Table:
        turn.require_going_on()
        group = groups.all[place]
        found = store.read_group(group, wanted).select(wanted)
        return plain_table(found.take(pa.array(rows - group.rows.start)))

    held = zip(places.tolist(), np.split(ascending, firsts)[1:], strict=True)
    tables = ahead(partial(read, *each) for each in held)
    return pa.concat_tables([none, *tables]).take(pa.array(np.argsort(order)))


def plain_table(table: pa.Table) -> pa.Table:
    """The table with its text as such, not dictionary-encoded."""
    return pa.table([plain(column) for column in table.columns], names=table.column_names)
