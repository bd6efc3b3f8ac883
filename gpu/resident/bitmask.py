"""Filter bits: for each row, whether it passes a filter; 64 rows a word."""

from __future__ import annotations

import numpy as np

from gpu.cubes import AnyOf, Filter
from gpu.resident.arrays import Words
from gpu.resident.encoder import Coder
from gpu.resident.entry import Entry


class Bits(Entry):
    """The rows that pass every predicate of a filter. Bits behind the last row are 0."""

    def __init__(self, coder: Coder, predicates: Filter) -> None:
        super().__init__()
        self._coder, self._predicates = coder, predicates
        self.words: Words = coder.arrays.empty(np.uint64)

    @property
    def nbytes(self) -> int:
        return int(self.words.nbytes)

    def grow(self, start: int, stop: int) -> None:
        arrays = self._coder.arrays
        words = arrays.grown(self.words, (stop + 63) // 64)
        for i, predicate in enumerate(self._predicates):
            with self._coder.lease() as lease:
                window = self._coder.window(lease, predicate, start, stop)
                arrays.select(window, predicate.ranges, words, range(start, stop), narrow=i > 0)
        self.words = words


class BitsOfAny(Entry):
    """The rows that pass one of several conjunctions, none of them empty."""

    def __init__(self, coder: Coder, any_of: AnyOf) -> None:
        super().__init__()
        self._coder, self._any_of = coder, any_of
        self.words: Words = coder.arrays.empty(np.uint64)

    @property
    def nbytes(self) -> int:
        return int(self.words.nbytes)

    def grow(self, start: int, stop: int) -> None:
        """Add rows; a word that has some already gets the bits of those again."""
        arrays, first, last = self._coder.arrays, start // 64, (stop + 63) // 64
        words = arrays.grown(self.words, last)
        for alternative in self._any_of.alternatives:
            bits = Bits(self._coder, alternative)
            bits.grow(64 * first, stop)
            arrays.widen(words, bits.words, range(first, last))
        self.words = words


def bits_of(coder: Coder, filter_: Filter | AnyOf) -> Bits | BitsOfAny:
    return BitsOfAny(coder, filter_) if isinstance(filter_, AnyOf) else Bits(coder, filter_)
