"""Filter bits: whether each row passes a filter, 64 rows per word."""

from __future__ import annotations

import numpy as np

from gpu.cubes import AnyOf, Filter
from gpu.resident.arrays import BitWords
from gpu.resident.cache import ResidentEntry
from gpu.resident.encoder import ColumnEncoder


class FilterBits(ResidentEntry):
    """The bits of the rows that pass every predicate of a filter. Bits after the last row are 0."""

    def __init__(self, encoder: ColumnEncoder, predicates: Filter) -> None:
        super().__init__()
        self._encoder, self._predicates = encoder, predicates
        self.words: BitWords = encoder.arrays.create_empty(np.uint64)

    @property
    def nbytes(self) -> int:
        return int(self.words.nbytes)

    def add_rows(self, start: int, stop: int) -> None:
        arrays = self._encoder.arrays
        words = arrays.ensure_capacity(self.words, (stop + 63) // 64)
        for i, predicate in enumerate(self._predicates):
            with self._encoder.open_lease() as lease:
                code_slice = self._encoder.get_code_slice(lease, predicate, start, stop)
                arrays.write_filter_bits(
                    code_slice, predicate.ranges, words, range(start, stop), intersect=i > 0
                )
        self.words = words


class AnyOfFilterBits(ResidentEntry):
    """The bits of the rows that pass at least one of several conjunctions, none of which is empty."""

    def __init__(self, encoder: ColumnEncoder, any_of: AnyOf) -> None:
        super().__init__()
        self._encoder, self._filter = encoder, any_of
        self.words: BitWords = encoder.arrays.create_empty(np.uint64)

    @property
    def nbytes(self) -> int:
        return int(self.words.nbytes)

    def add_rows(self, start: int, stop: int) -> None:
        """Add rows. If the first word already contains rows, their bits are computed again."""
        arrays, first, last = self._encoder.arrays, start // 64, (stop + 63) // 64
        words = arrays.ensure_capacity(self.words, last)
        for alternative in self._filter.alternatives:
            bits = FilterBits(self._encoder, alternative)
            bits.add_rows(64 * first, stop)
            arrays.union_bits(words, bits.words, range(first, last))
        self.words = words


def create_filter_bits(encoder: ColumnEncoder, filter_: Filter | AnyOf) -> FilterBits | AnyOfFilterBits:
    return AnyOfFilterBits(encoder, filter_) if isinstance(filter_, AnyOf) else FilterBits(encoder, filter_)
