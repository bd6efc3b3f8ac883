"""Counting how many of some ascending thresholds each value has reached: the exact way to codes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

_BLOCK = 16_384


@dataclass(frozen=True, eq=False)
class Ladder:
    """Ascending thresholds in the values' own type, of which ``x`` has reached those with ``threshold <= x``.

    ``passed`` more lie below the type's range, so that every value has reached them. ``spacing`` is the origin
    and step of thresholds so evenly spaced that one of the two around a value can be guessed.
    """

    thresholds: npt.NDArray[Any]
    passed: int = 0
    spacing: tuple[float, float] | None = None

    @classmethod
    def floats(cls, edges: npt.NDArray[np.float64]) -> Ladder:
        return cls(edges, 0, _spacing(edges))

    @classmethod
    def integers(cls, edges: npt.NDArray[np.float64], ticks: Fraction, dtype: np.dtype[Any]) -> Ladder:
        """For integers of which ``ticks`` make one unit of the edges: the least ones at or past each edge."""
        every = [ceil(Fraction(float(edge)) * ticks) for edge in edges]
        if dtype.kind == "O":
            return cls(np.array(every, object))
        least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
        thresholds = np.array([value for value in every if least < value <= most], dtype)
        return cls(thresholds, sum(value <= least for value in every), _spacing(thresholds))

    def count(self, values: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        """How many thresholds each value has reached, ``passed`` included; a NaN may count as anything."""
        reached = np.empty(values.shape, dtype)
        for start in range(0, values.size, _BLOCK):
            block = values[start : start + _BLOCK]
            counts = self._guessed(block, *self.spacing) if self.spacing else self._searched(block)
            reached[start : start + _BLOCK] = counts + self.passed
        return reached

    def _searched(self, block: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
        return np.searchsorted(self.thresholds, block, side="right")

    def _guessed(self, block: npt.NDArray[Any], origin: float, step: float) -> npt.NDArray[np.intp]:
        """The nearest threshold is one of the two around the value: one comparison tells which."""
        with np.errstate(over="ignore"):
            guess = block.astype(np.float64)
            guess -= origin
            guess /= step
        np.fmin(np.fmax(guess, 0, out=guess), self.thresholds.size - 1, out=guess)
        nearest = np.rint(guess, out=guess).astype(np.intp)
        counts: npt.NDArray[np.intp] = nearest + (block >= self.thresholds[nearest])
        return counts


def _spacing(thresholds: npt.NDArray[Any]) -> tuple[float, float] | None:
    """Origin and step of thresholds that drift less than a quarter step from even spacing."""
    if thresholds.size < 2:
        return None
    positions = thresholds.astype(np.float64)
    origin, last = float(positions[0]), float(positions[-1])
    step = last / (positions.size - 1) - origin / (positions.size - 1)
    if step < 16 * np.spacing(np.abs(positions).max()):
        return None
    drift = np.abs(positions - (origin + step * np.arange(positions.size))).max()
    return (origin, step) if drift < step / 4 else None
