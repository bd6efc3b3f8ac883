"""Search for the rows at some positions of an order, without sorting the whole column.

1. A sample of the sort column gives two rows between which the positions are, with a margin for chance.
2. One pass counts the rows before the lower one, and keeps those between the two, which are then sorted.
3. If the count shows that the positions are outside, a sample of all row groups is taken; at last, all rows
   are sorted.

The first sample is of some row groups only. It is fair as long as rows are stored in random order, which
appended rows are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import ClassVar, Generic, Protocol, TypeVar

from datasets.table.row_bitmap import RowNumbers

P = TypeVar("P")
"""A position in an order."""
P_co = TypeVar("P_co", covariant=True)

WINDOW_ROWS = 1 << 13
"""The least number of rows that are found together; windows begin at multiples of it."""
MAX_UNSAMPLED_ROWS = 1 << 17
"""Up to this many rows are sorted without a sample."""
SAMPLE_ROWS = 1 << 17
SAMPLE_DIVISOR = 1 << 10
"""From a thousand times ``SAMPLE_ROWS`` on, the sample is a thousandth of the rows, so that few are kept."""
MIN_STRETCHES = 8
STANDARD_DEVIATIONS = 6
"""The margin around the expected place of a position in the sample; its standard deviation is binomial."""
EXTRA_ROWS = 16


@dataclass(frozen=True)
class SortOrder:
    """The column that rows are sorted by, and the direction."""

    column: str
    descending: bool = False


class OrderedRows(Protocol[P_co]):
    """Some rows in the order of a column."""

    def __len__(self) -> int: ...

    def position_at(self, at: int) -> P_co:
        """Return the position in the whole order of the row at index ``at`` of these."""
        ...

    def row_numbers_at(self, places: range) -> RowNumbers:
        """Return the row numbers of those at these indices."""
        ...


class SortColumn(Protocol[P]):
    """The sort column of the rows that pass, which can be sampled stretch by stretch.

    All methods raise ``SupersededError`` when the request is superseded.

    Attributes:
        window_rows: how many rows are found together.
    """

    window_rows: ClassVar[int]

    @property
    def stretch_count(self) -> int: ...

    def sample_rows(self, step: int, every: int) -> OrderedRows[P]:
        """Return every ``every``-th row of every ``step``-th stretch."""
        ...

    def rows_between(self, lower: P | None, upper: P | None) -> tuple[int, OrderedRows[P]]:
        """Return how many rows come before ``lower``, and the rows from there on that come before ``upper``.

        None is the beginning or the end of all rows.
        """
        ...


@dataclass(frozen=True)
class OrderSearch(Generic[P]):
    """A search in the order of a column; ``total`` rows pass."""

    column: SortColumn[P]
    total: int

    def find_rows(self, places: range) -> RowNumbers:
        """Return the numbers of the rows at these positions, all of which must exist.

        Raises:
            SupersededError: the request was superseded.
        """
        for lower, upper in self._candidate_bounds(places):
            before, found = self.column.rows_between(lower, upper)
            if before <= places.start and places.stop <= before + len(found):
                return found.row_numbers_at(range(places.start - before, places.stop - before))
        raise AssertionError("the last attempt keeps all rows")

    def _candidate_bounds(self, places: range) -> Iterator[tuple[P | None, P | None]]:
        """Yield bounds that probably enclose these places; the last ones, which are open, certainly do."""
        total, count = self.total, self.column.stretch_count
        if total > MAX_UNSAMPLED_ROWS:
            size = max(SAMPLE_ROWS, total // SAMPLE_DIVISOR)
            sampled = max(MIN_STRETCHES, ceil(count * size / total))
            for step in sorted({max(1, count // sampled), 1}, reverse=True):
                yield self._sample_bounds(
                    self.column.sample_rows(step, max(1, total // step // size)), places
                )
        yield None, None

    def _sample_bounds(self, sample: OrderedRows[P], places: range) -> tuple[P | None, P | None]:
        low = floor(self._expected_place(sample, places.start, -1))
        high = ceil(self._expected_place(sample, places.stop, 1))
        lower = sample.position_at(low) if 0 <= low < len(sample) else None
        return lower, sample.position_at(high) if 0 <= high < len(sample) else None

    def _expected_place(self, sample: OrderedRows[P], place: int, side: int) -> float:
        """Return the lowest (``side`` -1) or highest (``side`` 1) likely index in the sample of a place.

        The sampled rows before a place follow a binomial distribution. The margin is six of its standard
        deviations, and a few rows where these are tiny.
        """
        share = place / self.total
        margin = STANDARD_DEVIATIONS * sqrt(len(sample) * share * (1 - share)) + EXTRA_ROWS
        return len(sample) * share + side * margin
