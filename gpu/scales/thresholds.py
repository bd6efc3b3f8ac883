"""Counting how many of some ascending thresholds each value has reached, which is the exact way to codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any, Self

import numpy as np
import numpy.typing as npt

_BLOCK = 16_384
_BUCKETS = (1024, 4096, 16_384)
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class BucketIndex:
    """Buckets along the thresholds, at most one threshold in each, so that one comparison gives the count.

    ``find_bucket`` maps float64 values between the first and the last threshold to buckets and never
    decreases. A threshold in an earlier bucket is therefore less than the value, and one in a later bucket is
    greater, however the mapping rounds. ``counts_before`` is the number of thresholds in earlier buckets, for
    each bucket.
    """

    lo: float
    hi: float
    find_bucket: Callable[[npt.NDArray[np.float64]], Places]
    counts_before: Places

    @classmethod
    def from_thresholds(cls, thresholds: npt.NDArray[Any]) -> Self | None:
        """Return the smallest index that keeps the thresholds apart; None if there is none."""
        if thresholds.size < 2:
            return None
        floats = thresholds.astype(np.float64)
        lo, hi = float(floats[0]), float(floats[-1])
        for count in _BUCKETS:
            for find_bucket in _bucket_functions(lo, hi, count):
                buckets = find_bucket(floats)
                if (np.diff(buckets) > 0).all():
                    return cls(lo, hi, find_bucket, np.searchsorted(buckets, np.arange(buckets[-1] + 1)))
        return None

    def guess_counts(self, block: npt.NDArray[Any]) -> Places:
        """Return the number of thresholds in earlier buckets for each value; for NaN any number."""
        inside = block.astype(np.float64)
        np.fmin(np.fmax(inside, self.lo, out=inside), self.hi, out=inside)
        return self.counts_before[self.find_bucket(inside)]


@dataclass(frozen=True, eq=False)
class Thresholds:
    """Ascending thresholds in the values' own type. A value ``x`` has reached those with ``threshold <= x``.

    ``below_range`` further thresholds are below the range of the type, so that every value has reached them.
    """

    values: npt.NDArray[Any]
    below_range: int
    index: BucketIndex | None

    @classmethod
    def from_floats(cls, edges: npt.NDArray[np.float64]) -> Self:
        """Return thresholds for float values."""
        return cls(edges, 0, BucketIndex.from_thresholds(edges))

    @classmethod
    def from_integers(cls, edges: npt.NDArray[np.float64], ticks: Fraction, dtype: np.dtype[Any]) -> Self:
        """Return thresholds for integers: for each edge, the least integer at or after it.

        Args:
            ticks: How many of the integers make one unit of the edges.
        """
        reached_from = [ceil(Fraction(float(edge)) * ticks) for edge in edges]
        if dtype.kind == "O":
            return cls(np.array(reached_from, object), 0, None)
        least, greatest = np.iinfo(dtype).min, np.iinfo(dtype).max
        thresholds = np.array([value for value in reached_from if least < value <= greatest], dtype)
        return cls(
            thresholds, sum(value <= least for value in reached_from), BucketIndex.from_thresholds(thresholds)
        )

    def count_reached(self, values: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        """Return how many thresholds each value has reached, with ``below_range``; any number for NaN."""
        reached = np.empty(values.shape, dtype)
        for start in range(0, values.size, _BLOCK):
            block = values[start : start + _BLOCK]
            reached[start : start + _BLOCK] = self._count_block(block) + self.below_range
        return reached

    def _count_block(self, block: npt.NDArray[Any]) -> Places:
        if self.index is None:
            return np.searchsorted(self.values, block, side="right")
        guess = self.index.guess_counts(block)
        reached: Places = guess + (block >= self.values[guess])
        return reached


def _bucket_functions(lo: float, hi: float, count: int) -> list[Callable[[npt.NDArray[np.float64]], Places]]:
    """Return mappings to buckets of equal width, either of the values or of the bits of positive floats.

    The latter are nearly logarithmic.
    """
    with np.errstate(over="ignore", divide="ignore"):
        scale = np.float64(count) / (np.float64(hi) - np.float64(lo))
    first, last = np.array([lo, hi]).view(np.int64)
    shift = max(int(last - first).bit_length() - count.bit_length(), 0) if lo > 0 else 0
    even = [lambda inside: ((inside - lo) * scale).astype(np.intp)] if 0 < scale < np.inf else []
    return even + ([lambda inside: (inside.view(np.int64) - first) >> shift] if lo > 0 else [])
