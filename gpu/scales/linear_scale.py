"""Even steps whose edges are round decimal numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from functools import lru_cache
from itertools import pairwise
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, FiniteFloat, model_validator

from gpu.scales.base import FINE_LEVELS, MOST_LEVELS, Ordered

_DIGITS = 60


class Linear(Ordered):
    """Edge ``i`` is the float64 nearest to the decimal number ``lo + i * step``, so that 0.3 is 0.3."""

    type: Literal["linear"] = "linear"
    lo: FiniteFloat
    step: FiniteFloat = Field(gt=0)
    levels: int = Field(ge=1, le=MOST_LEVELS)

    @model_validator(mode="after")
    def _ascend(self) -> Self:
        edges = _decimal_edges(self.lo, self.step, self.levels)
        if any(a >= b for a, b in pairwise(edges)) or np.isinf(edges[-1]):
            raise ValueError(f"steps of {self.step} from {self.lo} leave the range or precision of float64")
        return self

    def build_edges(self) -> npt.NDArray[np.float64]:
        return np.array(_decimal_edges(self.lo, self.step, self.levels))

    def groupings(self) -> Mapping[int, npt.NDArray[np.intp]]:
        """Groups by 1, 2 or 5 times a power of ten that begin at multiples of their width."""
        found = {self.levels: np.arange(self.levels)}
        with localcontext(prec=_DIGITS):
            lo, step = _exact(self.lo), _exact(self.step)
            width = round_up(step)
            while (size := width / step) <= self.levels:
                if size % 1 == 0 and self.levels % size == 0 and lo % width == 0:
                    found[self.levels // int(size)] = np.arange(0, self.levels, int(size))
                width = next_round(width)
        return found


def spanning(lo: float, hi: float, groups: int, integer: bool) -> Linear:
    """A scale over ``lo <= x < hi``, widened by less than one in ``groups`` at either end.

    Edges are multiples of a round step; on integer columns the step is an integer.
    """
    with localcontext(prec=_DIGITS):
        low, high = _exact(lo), _exact(hi)
        least = round_up(_exact(max(8 * float(np.spacing(max(abs(lo), abs(hi)))), float(integer))))
        width = max(round_down((high - low) / groups), least)
        start = (low / width).to_integral_value(ROUND_FLOOR)
        stop = (high / width).to_integral_value(ROUND_CEILING)
        parts = max(n for n in _parts(width, least) if n * (stop - start) <= FINE_LEVELS)
        return Linear(lo=float(start * width), step=float(width / parts), levels=int(stop - start) * parts)


def round_down(value: Decimal) -> Decimal:
    """The largest of 1, 2, 5 times a power of ten that is not above a positive value."""
    power = Decimal(1).scaleb(value.adjusted())
    return max(factor * power for factor in (1, 2, 5) if factor * power <= value)


def round_up(value: Decimal) -> Decimal:
    down = round_down(value)
    return down if down == value else next_round(down)


def next_round(value: Decimal) -> Decimal:
    return round_down(value * Decimal("2.5"))


def _parts(width: Decimal, least: Decimal) -> list[int]:
    """Into how many round parts of at least ``least`` a round width can be cut."""
    power = Decimal(1).scaleb(width.adjusted())
    narrow = [factor * power.scaleb(-shift) for shift in range(4) for factor in (1, 2, 5)]
    return [int(width / part) for part in narrow if least <= part <= width and width % part == 0]


def _exact(value: float) -> Decimal:
    """The shortest decimal number that means this float."""
    return Decimal(repr(float(value)))


@lru_cache(maxsize=256)
def _decimal_edges(lo: float, step: float, levels: int) -> list[float]:
    with localcontext(prec=_DIGITS):
        start, width = _exact(lo), _exact(step)
        return [float(start + i * width) for i in range(levels + 1)]
