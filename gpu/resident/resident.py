"""What an engine keeps of its rows, by what it is for: made when first wanted, evicted when long unused."""

from __future__ import annotations

from dataclasses import dataclass

from gpu.cubes import AnyOf, Axis, Filter
from gpu.order import Sortable
from gpu.resident.arrays import Array, Words
from gpu.resident.bits import bits_of
from gpu.resident.joined import Joined
from gpu.resident.numbers import Numbers
from gpu.resident.shelf import Lease
from gpu.resident.sortable import is_number, is_text, ordinal
from gpu.resident.texts import Texts
from gpu.resident.window import Coder


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

    def numbers(self, column: str) -> Numbers:
        coder = self.coder
        return self.lease.take(
            ("numbers", column), lambda: Numbers(coder.rows, coder.arrays, column), self.rows
        )

    def sortable(self, column: str) -> Sortable:
        """What rows are sorted by; of one that grows, what there is of the rows that are wanted.

        Raises:
            TooManyTextsError: the column can't be kept.
        """
        kind = self.coder.rows.type_of(column)
        if is_text(kind):
            texts = self.texts(column)
            return Sortable(texts.array, texts.valid, texts.vocabulary.ranks())
        found = self.numbers(column) if is_number(kind) else self._ordinals(column)
        return Sortable(found.array, found.valid)

    def texts(self, column: str) -> Texts:
        coder = self.coder
        return self.lease.take(("texts", column), lambda: Texts(coder.rows, coder.arrays, column), self.rows)

    def _ordinals(self, column: str) -> Numbers:
        coder = self.coder
        return self.lease.take(
            ("ordinals", column), lambda: Numbers(coder.rows, coder.arrays, column, ordinal), self.rows
        )
