"""A scale of nearly even ratios at preferred numbers (ISO 3, R80); bins begin at 1, 2, 5 or whole decades."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import floor, log10
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator, model_validator

from gpu.scales.base import MAX_FINE_LEVELS, MAX_LEVELS, BaseOrderedScale

MIN_VALUE, MAX_VALUE = 1e-300, 1e300
_HUNDREDTHS = (
    100, 103, 106, 109, 112, 115, 118, 122, 125, 128, 132, 136, 140, 145, 150, 155, 160, 165, 170, 175,
    180, 185, 190, 195, 200, 206, 212, 218, 224, 230, 236, 243, 250, 258, 265, 272, 280, 290, 300, 307,
    315, 325, 335, 345, 355, 365, 375, 387, 400, 412, 425, 437, 450, 462, 475, 487, 500, 515, 530, 545,
    560, 580, 600, 615, 630, 650, 670, 690, 710, 730, 750, 775, 800, 825, 850, 875, 900, 925, 950, 975,
    1000,
)  # fmt: skip
_R80 = [Decimal(hundredths) / 100 for hundredths in _HUNDREDTHS]
_SERIES = (1, 5, 10, 20, 40, *(80 * factor * 10**power for power in range(6) for factor in (1, 5)))
_ALIGNED_SERIES = tuple(series for series in _SERIES if series != 5)
_DECADES = (2, 5, 10, 20, 50, 100)


class LogScale(BaseOrderedScale):
    """A scale with ``per_decade`` steps in each decade; ``start`` is the first edge's index, where 0 is at 1.

    With more than 80 steps per decade, the steps of R80 are divided into even parts.
    """

    type: Literal["log"] = "log"
    per_decade: int
    start: int
    levels: int = Field(ge=1, le=MAX_LEVELS)

    @field_validator("per_decade")
    @classmethod
    def _require_preferred(cls, per_decade: int) -> int:
        if per_decade not in _SERIES:
            raise ValueError(f"the steps per decade must be one of {_SERIES}, not {per_decade}")
        return per_decade

    @model_validator(mode="after")
    def _require_representable(self) -> Self:
        if self.start < -300 * self.per_decade or self.start + self.levels > 301 * self.per_decade:
            raise ValueError("a log scale must lie between 1e-300 and 1e301")
        return self

    def build_edges(self) -> npt.NDArray[np.float64]:
        indexes = range(self.start, self.start + self.levels + 1)
        return np.array([_edge_value(index, self.per_decade) for index in indexes])

    def find_groupings(self) -> Mapping[int, npt.NDArray[np.intp]]:
        """Return groups that begin at numbers of a coarser series, at 1, 2 and 5, or every few decades."""
        indexes = np.arange(self.start, self.start + self.levels + 1)
        starts = (np.flatnonzero(mask[:-1]) for mask in self._coarser_masks(indexes) if mask[0] and mask[-1])
        return {places.size: places for places in starts}

    def _coarser_masks(self, indexes: npt.NDArray[np.intp]) -> Iterator[npt.NDArray[np.bool_]]:
        """Yield, for each coarser series, a mask of the fine edges that belong to it."""
        fine = self.per_decade
        yield from (indexes % (fine * count) == 0 for count in _DECADES)
        yield from (indexes % (fine // series) == 0 for series in _SERIES if fine % series == 0)
        if fine % 10 == 0:
            yield np.isin(indexes % fine, np.array([0, 3, 7]) * (fine // 10))


def create_log_scale(lo: float, hi: float, groups: int) -> LogScale:
    """Return a scale over ``lo <= x < hi``, widened at either end by less than about one part in ``groups``.

    Raises:
        ValueError: The domain is not between 1e-300 and 1e300.
    """
    if not MIN_VALUE <= lo < hi <= MAX_VALUE:
        raise ValueError(
            f"the bounds of a log scale must be positive, {MIN_VALUE} to {MAX_VALUE}, not {lo} to {hi}"
        )
    decades = log10(hi) - log10(lo)
    series = next((series for series in _ALIGNED_SERIES if series * decades >= groups), _ALIGNED_SERIES[-1])
    start, stop = _last_edge(lo, series), _last_edge(hi, series)
    stop += _edge_value(stop, series) < hi
    fits = (fine // series for fine in _SERIES if fine % series == 0)
    parts = max((part for part in fits if part * (stop - start) <= MAX_FINE_LEVELS), default=1)
    return LogScale(per_decade=series * parts, start=start * parts, levels=(stop - start) * parts)


def _last_edge(value: float, series: int) -> int:
    """Return the index of the last edge of the series that is not above a value."""
    near = floor(log10(value)) * series
    candidates = range(near - series, near + 2 * series)
    return candidates[bisect_right(candidates, value, key=lambda index: _edge_value(index, series)) - 1]


def _edge_value(index: int, per_decade: int) -> float:
    decade, place = divmod(index, per_decade)
    preferred, part = divmod(place * 80, per_decade)
    low, high = _R80[preferred : preferred + 2]
    return float((low + (high - low) * part / per_decade).scaleb(decade))
