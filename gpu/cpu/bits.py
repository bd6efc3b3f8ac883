"""Filter bits: for each row, whether it passes a filter; 64 rows a word."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gpu.cpu.codes import grown
from gpu.cpu.native.select import MOST_RANGES, select
from gpu.cpu.pool import cores, parts, run
from gpu.cpu.shelf import Entry
from gpu.cpu.window import Coder, Window
from gpu.cubes import AnyOf, Filter

Words = npt.NDArray[np.uint64]
Ranges = tuple[tuple[int, int], ...]


def write_bits(window: Window, ranges: Ranges, words: Words, rows: range, *, narrow: bool) -> None:
    """Set the bits of the rows whose code is in one of the ranges, or clear the others' where ``narrow``."""
    real = [(low, high - low - 1) for low, high in ranges if low < high]
    pairs = np.array(real, np.uint64).reshape(-1, 2)
    table = np.zeros(0, np.uint8)
    if len(real) > MOST_RANGES:
        table = np.zeros(65_536, np.uint8)
        for low, high in ranges:
            table[low:high] = 1
    fixed = window.address, window.array.itemsize, pairs, table, words.ctypes.data
    run(select, [(*fixed, *part, narrow) for part in parts(rows.start, rows.stop, cores())])


class Bits(Entry):
    """The rows that pass every predicate of a filter. Bits behind the last row are undefined."""

    def __init__(self, coder: Coder, predicates: Filter) -> None:
        super().__init__()
        self._coder, self._predicates = coder, predicates
        self.words: Words = np.empty(0, np.uint64)

    @property
    def nbytes(self) -> int:
        return self.words.nbytes

    def grow(self, start: int, stop: int) -> None:
        words = grown(self.words, (stop + 63) // 64)
        for i, predicate in enumerate(self._predicates):
            with self._coder.lease() as lease:
                window = self._coder.window(lease, predicate, start, stop)
                write_bits(window, predicate.ranges, words, range(start, stop), narrow=i > 0)
        self.words = words


class BitsOfAny(Entry):
    """The rows that pass one of several conjunctions, none of them empty."""

    def __init__(self, coder: Coder, any_of: AnyOf) -> None:
        super().__init__()
        self._coder, self._any_of = coder, any_of
        self.words: Words = np.empty(0, np.uint64)

    @property
    def nbytes(self) -> int:
        return self.words.nbytes

    def grow(self, start: int, stop: int) -> None:
        """Add rows; a word that has some already is made anew, with the same bits for those."""
        first, last = start // 64, (stop + 63) // 64
        found = np.zeros(last - first, np.uint64)
        for alternative in self._any_of.alternatives:
            bits = Bits(self._coder, alternative)
            bits.grow(64 * first, stop)
            found |= bits.words[first:last]
        words = grown(self.words, last)
        words[first:last] = found
        self.words = words


def bits_of(coder: Coder, filter_: Filter | AnyOf) -> Bits | BitsOfAny:
    return BitsOfAny(coder, filter_) if isinstance(filter_, AnyOf) else Bits(coder, filter_)
