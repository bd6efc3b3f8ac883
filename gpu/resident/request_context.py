"""What an engine keeps of its rows, by what it is for: made when first wanted, evicted when long unused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gpu.cubes import AnyOf, Axis, Filter, passes_all
from gpu.resident.arrays import Array, Words
from gpu.resident.bitmask import bits_of
from gpu.resident.cache import Lease
from gpu.resident.composite_codes import Joined
from gpu.resident.encoder import Coder
from gpu.resident.numeric_column import Numbers
from gpu.resident.sort_columns import entry_of


@dataclass(frozen=True)
class Resident:
    """One request's view of it: ``rows`` rows, held as long as the lease."""

    coder: Coder
    lease: Lease
    rows: int

    def codes(self, axis: Axis) -> Array:
        return self.coder.codes(self.lease, axis.column, axis.scale, self.rows).array

    def joined(self, axes: tuple[Axis, ...]) -> Array:
        return self.lease.take(("joined", axes), lambda: Joined(self.coder, axes), self.rows).array

    def bits(self, filter_: Filter | AnyOf) -> Words:
        return self.lease.take(("bits", filter_), lambda: bits_of(self.coder, filter_), self.rows).words

    def all_bits(self, filters: Iterable[Filter | AnyOf]) -> list[Words]:
        """The bits of those filters that some rows may fail."""
        return [self.bits(filter_) for filter_ in filters if not passes_all(filter_)]

    def numbers(self, column: str) -> Numbers:
        return self._numbers(Numbers, column)

    def column(self, column: str) -> Numbers:
        """A column's values as numbers, of whatever type they are.

        Raises:
            TooManyTextsError: it can't be kept.
        """
        return self._numbers(entry_of(self.coder.rows.type_of(column)), column)

    def _numbers(self, kind: type[Numbers], column: str) -> Numbers:
        coder = self.coder
        return self.lease.take((kind, column), lambda: kind(coder.rows, coder.arrays, column), self.rows)


@contextmanager
def residing(coder: Coder, rows: int) -> Iterator[Resident]:
    """What is resident of so many rows; it stays until the block ends."""
    with coder.lease() as lease:
        yield Resident(coder, lease, rows)
