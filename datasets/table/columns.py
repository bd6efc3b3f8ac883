"""The column that rows are sorted by: read from the files, or as an engine keeps it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
import pyarrow as pa

from datasets.cubes.in_flight import Turn
from datasets.query.compile import Conditions
from datasets.storage.prefetch import ahead
from datasets.storage.store import RowGroup, Store
from datasets.table.order_search import WINDOW, Sorting
from datasets.table.resident_keys import Integers
from datasets.table.row_bitmap import BLOCK, Numbers, Passing
from datasets.table.row_groups import RowGroups
from datasets.table.sort_keys import Keys, Splitter, ordered, sortable, sortable_type
from gpu.engine import Columns
from gpu.sort_order import Place


@dataclass(frozen=True)
class StoredColumn:
    """Read a row group at a time; nothing is kept.

    Raises ``OutdatedError`` when the turn has ended.
    """

    store: Store
    groups: RowGroups
    passing: Passing
    sorting: Sorting
    turn: Turn

    window: ClassVar[int] = 8 * WINDOW

    @property
    def stretches(self) -> int:
        return len(self.groups.all)

    def sample(self, step: int, every: int) -> Keys:
        return self._ordered([keys.every(every) for keys in self._keys(step)])

    def between(self, lower: Splitter | None, upper: Splitter | None) -> tuple[int, Keys]:
        before, found = 0, []
        for keys in self._keys():
            rest = keys
            if lower is not None:
                rest = keys.where(~keys.before(lower, self.sorting.descending))
                before += len(keys) - len(rest)
            if upper is not None:
                rest = rest.where(rest.before(upper, self.sorting.descending))
            found.append(rest)
        return before, self._ordered(found)

    def _keys(self, step: int = 1) -> Iterator[Keys]:
        """The rows that pass, of every ``step``-th row group that has some."""
        for keys in ahead(partial(self._of, group) for group in self.groups.all[::step]):
            if keys is not None:
                yield keys

    def _of(self, group: RowGroup) -> Keys | None:
        self.turn.require_going_on()
        rows = range(group.rows.start, min(group.rows.stop, self.passing.rows))
        shown = self.passing.mask(rows) if rows else np.zeros(0, np.bool_)
        if not shown.any():
            return None
        read = self.store.read_group(group, [self.sorting.column]).column(0)
        values = pa.concat_arrays(read.chunks).slice(0, shown.size).filter(pa.array(shown))
        return Keys(sortable(values), rows.start + np.flatnonzero(shown))

    def _ordered(self, keys: list[Keys]) -> Keys:
        type_ = sortable_type(self.store.schema.field(self.sorting.column).type)
        return ordered(keys, type_, self.sorting.descending)


@dataclass(frozen=True)
class ResidentColumn:
    """Kept in memory, where rows are found that pass some conditions: the same as ``passing`` tells.

    Raises ``OutdatedError`` when the turn has ended.
    """

    memory: Columns
    conditions: Conditions
    passing: Passing
    sorting: Sorting
    turn: Turn

    window: ClassVar[int] = WINDOW

    @property
    def stretches(self) -> int:
        return -(-self.passing.rows // BLOCK)

    def sample(self, step: int, every: int) -> Integers:
        return self._integers(np.concatenate([numbers[::every].copy() for numbers in self._stretches(step)]))

    def between(self, lower: Place | None, upper: Place | None) -> tuple[int, Integers]:
        self.turn.require_going_on()
        sought = self.sorting.column, (lower, upper), list(self.conditions), range(self.passing.rows)
        before, numbers = self.memory.between(*sought, descending=self.sorting.descending)
        return before, self._integers(numbers)

    def _integers(self, numbers: Numbers) -> Integers:
        keys = self.memory.keys(self.sorting.column, numbers)
        return Integers(keys, numbers, descending=self.sorting.descending)

    def _stretches(self, step: int) -> Iterator[Numbers]:
        """The rows that pass, of every ``step``-th stretch."""
        for start in range(0, self.passing.rows, step * BLOCK):
            self.turn.require_going_on()
            rows = range(start, min(start + BLOCK, self.passing.rows))
            yield start + np.flatnonzero(self.passing.mask(rows))
