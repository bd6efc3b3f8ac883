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
from typing import ClassVar, Generic, Protocol, TypeVar

from datasets.table.row_bitmap import Numbers

P = TypeVar("P")
"""A place in an order."""
P_co = TypeVar("P_co", covariant=True)

WINDOW = 1 << 13
"""Rows of an order that are found together at least; all windows begin at multiples of it."""
FEW = 1 << 17
"""So many rows are sorted as they are."""
SAMPLE = 1 << 17
SHARE = 1 << 10
"""Of more than a thousand times as many rows the sample is a thousandth, so that what is kept stays small."""
FEWEST_STRETCHES = 8
DEVIATIONS = 6
SLACK = 16


@dataclass(frozen=True)
class Sorting:
    """By which column rows are sorted, and which way."""

    column: str
    descending: bool = False


class Some(Protocol[P_co]):
    """Some rows of an order."""

    def __len__(self) -> int: ...

    def place(self, at: int) -> P_co:
        """Where the row is that is the ``at``-th of these."""
        ...

    def numbers_at(self, places: range) -> Numbers:
        """The numbers of those from one place to another of these."""
        ...


class Column(Protocol[P]):
    """The rows that pass, by what they are sorted by; a stretch of them after the other can be sampled.

    All methods raise ``OutdatedError`` when nobody waits any longer.

    Attributes:
        window: rows that are found together.
    """

    window: ClassVar[int]

    @property
    def stretches(self) -> int: ...

    def sample(self, step: int, every: int) -> Some[P]:
        """Every so many-th row of every ``step``-th stretch."""
        ...

    def between(self, lower: P | None, upper: P | None) -> tuple[int, Some[P]]:
        """How many rows come before the lower place, and those that do not, but before the upper one.

        None is the beginning, or the end, of all.
        """
        ...


@dataclass(frozen=True)
class Search(Generic[P]):
    """Looks for rows in the order of a column, of which ``total`` pass."""

    column: Column[P]
    total: int

    def at(self, places: range) -> Numbers:
        """The numbers of the rows at these places, of which there are as many as pass at most.

        Raises:
            OutdatedError: nobody waits any longer.
        """
        for lower, upper in self._attempts(places):
            before, found = self.column.between(lower, upper)
            if before <= places.start and places.stop <= before + len(found):
                return found.numbers_at(range(places.start - before, places.stop - before))
        raise AssertionError("the last attempt keeps all rows")

    def _attempts(self, places: range) -> Iterator[tuple[P | None, P | None]]:
        """Between which rows those at these places may be; at last, between none."""
        total, count = self.total, self.column.stretches
        if total > FEW:
            size = max(SAMPLE, total // SHARE)
            few = max(FEWEST_STRETCHES, ceil(count * size / total))
            for step in sorted({max(1, count // few), 1}, reverse=True):
                yield self._bounds(self.column.sample(step, max(1, total // step // size)), places)
        yield None, None

    def _bounds(self, sample: Some[P], places: range) -> tuple[P | None, P | None]:
        low = floor(self._expected(sample, places.start, -1))
        high = ceil(self._expected(sample, places.stop, 1))
        lower = sample.place(low) if 0 <= low < len(sample) else None
        return lower, sample.place(high) if 0 <= high < len(sample) else None

    def _expected(self, sample: Some[P], place: int, side: int) -> float:
        """Where a place is in the sample, by chance at most."""
        share = place / self.total
        room = DEVIATIONS * sqrt(len(sample) * share * (1 - share)) + SLACK
        return len(sample) * share + side * room
