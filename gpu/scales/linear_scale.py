"""A scale of even steps whose edges are round decimal numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from functools import lru_cache
from itertools import pairwise
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, FiniteFloat, model_validator

from gpu.scales.base import MAX_FINE_LEVELS, MAX_LEVELS, BaseOrderedScale

_DIGITS = 60


class LinearScale(BaseOrderedScale):
    """A scale whose edge ``i`` is the float64 nearest to the decimal ``lo + i * step``: 0.3 is 0.3."""

    type: Literal["linear"] = "linear"
    lo: FiniteFloat
    step: FiniteFloat = Field(gt=0)
    levels: int = Field(ge=1, le=MAX_LEVELS)

    @model_validator(mode="after")
    def _require_ascending(self) -> Self:
        edges = _decimal_edges(self.lo, self.step, self.levels)
        if any(a >= b for a, b in pairwise(edges)) or np.isinf(edges[-1]):
            raise ValueError(f"steps of {self.step} from {self.lo} exceed the range or precision of float64")
        return self

    def build_edges(self) -> npt.NDArray[np.float64]:
        return np.array(_decimal_edges(self.lo, self.step, self.levels))

    def find_groupings(self) -> Mapping[int, npt.NDArray[np.intp]]:
        """Return groups of 1, 2 or 5 times a power of ten that begin at multiples of their width."""
        groupings = {self.levels: np.arange(self.levels)}
        with localcontext(prec=_DIGITS):
            lo, step = _to_decimal(self.lo), _to_decimal(self.step)
            width = round_up(step)
            while (size := width / step) <= self.levels:
                if size % 1 == 0 and self.levels % size == 0 and lo % width == 0:
                    groupings[self.levels // int(size)] = np.arange(0, self.levels, int(size))
                width = next_round(width)
        return groupings


def create_linear_scale(lo: float, hi: float, groups: int, integer: bool) -> LinearScale:
    """Return a scale over ``lo <= x < hi``, widened at either end by less than one part in ``groups``.

    Edges are multiples of a round step; on integer columns the step is an integer.
    """
    with localcontext(prec=_DIGITS):
        low, high = _to_decimal(lo), _to_decimal(hi)
        least = round_up(_to_decimal(max(8 * float(np.spacing(max(abs(lo), abs(hi)))), float(integer))))
        width = max(round_down((high - low) / groups), least)
        start = (low / width).to_integral_value(ROUND_FLOOR)
        stop = (high / width).to_integral_value(ROUND_CEILING)
        parts = max(n for n in _round_parts(width, least) if n * (stop - start) <= MAX_FINE_LEVELS)
        return LinearScale(
            lo=float(start * width), step=float(width / parts), levels=int(stop - start) * parts
        )


def round_down(value: Decimal) -> Decimal:
    """Return the largest of 1, 2, 5 times a power of ten that is not above a positive value."""
    power = Decimal(1).scaleb(value.adjusted())
    return max(factor * power for factor in (1, 2, 5) if factor * power <= value)


def round_up(value: Decimal) -> Decimal:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below a positive value."""
    down = round_down(value)
    return down if down == value else next_round(down)


def next_round(value: Decimal) -> Decimal:
    """Return the round number (1, 2, 5 times a power of ten) that follows this one."""
    return round_down(value * Decimal("2.5"))


def _round_parts(width: Decimal, least: Decimal) -> list[int]:
    """Return into how many round parts of at least ``least`` a round width can be divided."""
    power = Decimal(1).scaleb(width.adjusted())
    narrow = [factor * power.scaleb(-shift) for shift in range(4) for factor in (1, 2, 5)]
    return [int(width / part) for part in narrow if least <= part <= width and width % part == 0]


def _to_decimal(value: float) -> Decimal:
    """Return the shortest decimal number that stands for this float."""
    return Decimal(repr(float(value)))


@lru_cache(maxsize=256)
def _decimal_edges(lo: float, step: float, levels: int) -> list[float]:
    with localcontext(prec=_DIGITS):
        start, width = _to_decimal(lo), _to_decimal(step)
        return [float(start + i * width) for i in range(levels + 1)]
