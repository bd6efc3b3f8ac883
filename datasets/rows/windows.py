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
from typing import Protocol

import pyarrow as pa

from datasets.rows.keys import Bounds, Keys, ordered
from datasets.rows.passing import Numbers

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


class Column(Protocol):
    """The values that rows which pass have in one column, a stretch of rows after the other.

    All methods raise ``OutdatedError`` when nobody waits any longer.
    """

    @property
    def type(self) -> pa.DataType:
        """That of its keys."""
        ...

    @property
    def stretches(self) -> int: ...

    def sample(self, step: int, every: int) -> list[Keys]:
        """Every so many-th row of every ``step``-th stretch."""
        ...

    def between(self, bounds: Bounds, *, descending: bool) -> tuple[int, list[Keys]]:
        """How many rows come before the lower bound, and those that do not, but before the upper one."""
        ...


@dataclass(frozen=True)
class Search:
    """Looks for rows in the order of a column, of which ``total`` pass."""

    column: Column
    total: int
    descending: bool

    def at(self, places: range) -> Numbers:
        """The numbers of the rows at these places, of which there are as many as pass at most.

        Raises:
            OutdatedError: nobody waits any longer.
        """
        for bounds in self._attempts(places):
            before, between = self.column.between(bounds, descending=self.descending)
            if before <= places.start and places.stop <= before + sum(map(len, between)):
                found = self._ordered(between)
                return found.numbers[places.start - before : places.stop - before]
        raise AssertionError("the last attempt keeps all rows")

    def _attempts(self, places: range) -> Iterator[Bounds]:
        """Between which rows those at these places may be; at last, between none."""
        total, count = self.total, self.column.stretches
        if total > FEW:
            size = max(SAMPLE, total // SHARE)
            few = max(FEWEST_GROUPS, ceil(count * size / total))
            for step in sorted({max(1, count // few), 1}, reverse=True):
                yield self._bounds(self._sample(step, size), places)
        yield None, None

    def _sample(self, step: int, size: int) -> Keys:
        """About so many rows, of every ``step``-th stretch, in order."""
        return self._ordered(self.column.sample(step, max(1, self.total // step // size)))

    def _bounds(self, sample: Keys, places: range) -> Bounds:
        low = floor(self._expected(sample, places.start, -1))
        high = ceil(self._expected(sample, places.stop, 1))
        lower = sample.splitter(low) if 0 <= low < len(sample) else None
        return lower, sample.splitter(high) if 0 <= high < len(sample) else None

    def _expected(self, sample: Keys, place: int, side: int) -> float:
        """Where a place is in the sample, by chance at most."""
        share = place / self.total
        room = DEVIATIONS * sqrt(len(sample) * share * (1 - share)) + SLACK
        return len(sample) * share + side * room

    def _ordered(self, keys: list[Keys]) -> Keys:
        return ordered(keys, self.column.type, self.descending)
