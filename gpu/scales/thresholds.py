"""Counting how many of some ascending thresholds each value has reached: the exact way to codes."""

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
class Index:
    """Buckets along the thresholds, at most one in each, so that one comparison tells how many are reached.

    ``place`` maps float64 between the first threshold and the last to buckets and never descends: a threshold
    in an earlier bucket is less than the value, one in a later bucket is greater, however the map rounds.
    ``before`` holds how many thresholds lie in earlier buckets, for each bucket.
    """

    lo: float
    hi: float
    place: Callable[[npt.NDArray[np.float64]], Places]
    before: Places

    @classmethod
    def of(cls, thresholds: npt.NDArray[Any]) -> Self | None:
        """The smallest index that keeps the thresholds apart; None if there is none."""
        if thresholds.size < 2:
            return None
        floats = thresholds.astype(np.float64)
        lo, hi = float(floats[0]), float(floats[-1])
        for count in _BUCKETS:
            for place in _places(lo, hi, count):
                buckets = place(floats)
                if (np.diff(buckets) > 0).all():
                    return cls(lo, hi, place, np.searchsorted(buckets, np.arange(buckets[-1] + 1)))
        return None

    def guess(self, block: npt.NDArray[Any]) -> Places:
        """For each value the number of thresholds in earlier buckets; a NaN may be anywhere."""
        inside = block.astype(np.float64)
        np.fmin(np.fmax(inside, self.lo, out=inside), self.hi, out=inside)
        return self.before[self.place(inside)]


@dataclass(frozen=True, eq=False)
class Ladder:
    """Ascending thresholds in the values' own type, of which ``x`` has reached those with ``threshold <= x``.

    ``passed`` more lie below the type's range, so that every value has reached them.
    """

    thresholds: npt.NDArray[Any]
    passed: int
    index: Index | None

    @classmethod
    def floats(cls, edges: npt.NDArray[np.float64]) -> Self:
        return cls(edges, 0, Index.of(edges))

    @classmethod
    def integers(cls, edges: npt.NDArray[np.float64], ticks: Fraction, dtype: np.dtype[Any]) -> Self:
        """For integers of which ``ticks`` make one unit of the edges: the least ones at or past each edge."""
        every = [ceil(Fraction(float(edge)) * ticks) for edge in edges]
        if dtype.kind == "O":
            return cls(np.array(every, object), 0, None)
        least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
        thresholds = np.array([value for value in every if least < value <= most], dtype)
        return cls(thresholds, sum(value <= least for value in every), Index.of(thresholds))

    def count(self, values: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        """How many thresholds each value has reached, ``passed`` included; a NaN may count as anything."""
        reached = np.empty(values.shape, dtype)
        for start in range(0, values.size, _BLOCK):
            block = values[start : start + _BLOCK]
            reached[start : start + _BLOCK] = self._reached(block) + self.passed
        return reached

    def _reached(self, block: npt.NDArray[Any]) -> Places:
        if self.index is None:
            return np.searchsorted(self.thresholds, block, side="right")
        guess = self.index.guess(block)
        reached: Places = guess + (block >= self.thresholds[guess])
        return reached


def _places(lo: float, hi: float, count: int) -> list[Callable[[npt.NDArray[np.float64]], Places]]:
    """Even buckets, and buckets of even width in the bits of positive floats: nearly those of a logarithm."""
    with np.errstate(over="ignore", divide="ignore"):
        scale = np.float64(count) / (np.float64(hi) - np.float64(lo))
    first, last = np.array([lo, hi]).view(np.int64)
    shift = max(int(last - first).bit_length() - count.bit_length(), 0) if lo > 0 else 0
    even = [lambda inside: ((inside - lo) * scale).astype(np.intp)] if 0 < scale < np.inf else []
    return even + ([lambda inside: (inside.view(np.int64) - first) >> shift] if lo > 0 else [])
