"""The rows at some places of an order, found in few passes over the column and without sorting all of it.

A sample of the values tells between which two of them the rows at these places are, with room for chance; one
pass then counts the rows before, and keeps those between, which are sorted. Rows are stored in random order:
some row groups are a fair sample. Where they are not, as rows that were appended are in order of time, the
count tells, and a sample of all row groups is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, sqrt

import numpy as np
import pyarrow as pa

from datasets.cubes.flights import Turn
from datasets.rows.keys import Keys, Splitter, ordered, sortable, sortable_type
from datasets.rows.passing import Numbers, Passing
from datasets.rows.stored import RowGroups
from datasets.store import Store

Bounds = tuple[Splitter | None, Splitter | None]

FEW = 1 << 17
"""So many rows are sorted as they are."""
SAMPLE = 1 << 17
SHARE = 1 << 10
"""Of more than a thousand times as many rows the sample is a thousandth, so that what is kept stays small."""
FEWEST_GROUPS = 8
DEVIATIONS = 6
SLACK = 16


@dataclass(frozen=True)
class Sorting:
    """By which column rows are sorted, and which way."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class Search:
    """Looks for rows in the order of ``sorting``, among those that pass."""

    store: Store
    groups: RowGroups
    passing: Passing
    sorting: Sorting
    turn: Turn

    def at(self, places: range) -> Numbers:
        """The numbers of the rows at these places, of which there are as many as pass at most.

        Raises:
            OutdatedError: the turn ended first.
        """
        for bounds in self._attempts(places):
            before, between = self._between(bounds)
            if before <= places.start and places.stop <= before + sum(map(len, between)):
                found = self._ordered(between)
                return found.numbers[places.start - before : places.stop - before]
        raise AssertionError("the last attempt keeps all rows")

    def _attempts(self, places: range) -> Iterator[Bounds]:
        """Between which rows those at these places may be; at last, between none."""
        total, count = self.passing.total, len(self.groups.all)
        if total > FEW:
            size = max(SAMPLE, total // SHARE)
            few = max(FEWEST_GROUPS, ceil(count * size / total))
            for step in sorted({max(1, count // few), 1}, reverse=True):
                yield self._bounds(self._sample(step, size), places)
        yield None, None

    def _sample(self, step: int, size: int) -> Keys:
        """About so many rows, of every ``step``-th row group, in order."""
        every = max(1, self.passing.total // step // size)
        return self._ordered([keys.every(every) for keys in self._keys(step)])

    def _bounds(self, sample: Keys, places: range) -> Bounds:
        low = floor(self._expected(sample, places.start, -1))
        high = ceil(self._expected(sample, places.stop, 1))
        lower = sample.splitter(low) if 0 <= low < len(sample) else None
        return lower, sample.splitter(high) if 0 <= high < len(sample) else None

    def _expected(self, sample: Keys, place: int, side: int) -> float:
        """Where a place is in the sample, by chance at most."""
        share = place / self.passing.total
        room = DEVIATIONS * sqrt(len(sample) * share * (1 - share)) + SLACK
        return len(sample) * share + side * room

    def _between(self, bounds: Bounds) -> tuple[int, list[Keys]]:
        """How many rows are before the lower bound, and those that are not, but before the upper one."""
        lower, upper = bounds
        before, found = 0, []
        for keys in self._keys():
            rest = keys
            if lower is not None:
                rest = keys.where(~keys.before(lower, self.sorting.descending))
                before += len(keys) - len(rest)
            if upper is not None:
                rest = rest.where(rest.before(upper, self.sorting.descending))
            found.append(rest)
        return before, found

    def _keys(self, step: int = 1) -> Iterator[Keys]:
        """The rows that pass, of every ``step``-th row group."""
        for group in self.groups.all[::step]:
            self.turn.require_going_on()
            rows = range(group.rows.start, min(group.rows.stop, self.passing.rows))
            shown = self.passing.mask(rows) if rows else np.zeros(0, np.bool_)
            if shown.any():
                read = self.store.read_group(group, [self.sorting.column]).column(0)
                values = pa.concat_arrays(read.chunks).slice(0, shown.size).filter(pa.array(shown))
                yield Keys(sortable(values), rows.start + np.flatnonzero(shown))

    def _ordered(self, keys: list[Keys]) -> Keys:
        type_ = self.store.schema.field(self.sorting.column).type
        return ordered(keys, sortable_type(type_), self.sorting.descending)
