"""The column that rows are sorted by: read from the files, or as an engine keeps it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from datasets.compile import Conditions
from datasets.cubes.flights import Turn
from datasets.rows.keys import Bounds, Keys, Splitter, sortable, sortable_type
from datasets.rows.passing import BLOCK, Numbers, Passing
from datasets.rows.stored import RowGroups
from datasets.store import Store
from gpu.engine import Sorter
from gpu.order import Place


@dataclass(frozen=True)
class StoredColumn:
    """Read a row group at a time; nothing is kept.

    Raises ``OutdatedError`` when the turn has ended.
    """

    store: Store
    groups: RowGroups
    passing: Passing
    name: str
    turn: Turn

    @property
    def type(self) -> pa.DataType:
        return sortable_type(self.store.schema.field(self.name).type)

    @property
    def stretches(self) -> int:
        return len(self.groups.all)

    def sample(self, step: int, every: int) -> list[Keys]:
        return [keys.every(every) for keys in self._keys(step)]

    def between(self, bounds: Bounds, *, descending: bool) -> tuple[int, list[Keys]]:
        lower, upper = bounds
        before, found = 0, []
        for keys in self._keys():
            rest = keys
            if lower is not None:
                rest = keys.where(~keys.before(lower, descending))
                before += len(keys) - len(rest)
            if upper is not None:
                rest = rest.where(rest.before(upper, descending))
            found.append(rest)
        return before, found

    def _keys(self, step: int = 1) -> Iterator[Keys]:
        """The rows that pass, of every ``step``-th row group."""
        for group in self.groups.all[::step]:
            self.turn.require_going_on()
            rows = range(group.rows.start, min(group.rows.stop, self.passing.rows))
            shown = self.passing.mask(rows) if rows else np.zeros(0, np.bool_)
            if shown.any():
                read = self.store.read_group(group, [self.name]).column(0)
                values = pa.concat_arrays(read.chunks).slice(0, shown.size).filter(pa.array(shown))
                yield Keys(sortable(values), rows.start + np.flatnonzero(shown))


@dataclass(frozen=True)
class ResidentColumn:
    """Kept by an engine, which finds rows in it that pass some conditions: the same as ``passing`` tells."""

    sorter: Sorter
    conditions: Conditions
    passing: Passing
    name: str
    turn: Turn

    @property
    def type(self) -> pa.DataType:
        return pa.int64()

    @property
    def stretches(self) -> int:
        return -(-self.passing.rows // BLOCK)

    def sample(self, step: int, every: int) -> list[Keys]:
        return [self._keys(np.concatenate([numbers[::every] for numbers in self._stretches(step)]))]

    def between(self, bounds: Bounds, *, descending: bool) -> tuple[int, list[Keys]]:
        self.turn.require_going_on()
        lower, upper = map(_place, bounds)
        rows = range(self.passing.rows)
        sought = self.name, (lower, upper), list(self.conditions), rows
        before, numbers = self.sorter.between(*sought, descending=descending)
        return before, [self._keys(numbers)]

    def _keys(self, numbers: Numbers) -> Keys:
        return Keys(self.sorter.keys(self.name, numbers), numbers)

    def _stretches(self, step: int) -> Iterator[Numbers]:
        """The rows that pass, of every ``step``-th stretch."""
        for start in range(0, self.passing.rows, step * BLOCK):
            self.turn.require_going_on()
            rows = range(start, min(start + BLOCK, self.passing.rows))
            yield start + np.flatnonzero(self.passing.mask(rows))


def _place(splitter: Splitter | None) -> Place | None:
    return None if splitter is None else Place(splitter.value.as_py(), splitter.number)
