"""A scale of calendar units in UTC, with edges in epoch milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from gpu.scales.base import MAX_FINE_LEVELS, MAX_LEVELS, BaseOrderedScale
from gpu.scales.calendar_units import UNIT_LENGTHS, UNITS, Milliseconds, Unit, list_unit_starts

MIN_INSTANT, MAX_INSTANT = -8_640_000_000_000_000, 8_640_000_000_000_000
"""The range of instants that JavaScript's Date can represent."""
_GROUPS = 18
_MAX_LEVELS: dict[Unit, int] = {"1d": 750}
"""Two years by day, because steps of a week would be too coarse to brush with."""


class TimeScale(BaseOrderedScale):
    """A scale with an edge wherever a unit begins, from ``start`` to ``stop`` (epoch ms).

    Both must be beginnings of a unit. Scales of weeks have an edge at every month as well, so that their
    levels add up to whole months and years.
    """

    type: Literal["time"] = "time"
    unit: Unit
    start: int = Field(ge=2 * MIN_INSTANT)
    stop: int = Field(le=2 * MAX_INSTANT)

    @model_validator(mode="after")
    def _require_whole_units(self) -> Self:
        if self.start >= self.stop:
            raise ValueError("a time scale must end after it starts")
        if self.stop - self.start > MAX_LEVELS * UNIT_LENGTHS[self.unit]:
            raise ValueError(f"a time scale has at most {MAX_LEVELS} levels of {self.unit}")
        edges = list_fine_edges(self.unit, self.start, self.stop)
        if edges[0] != self.start or edges[-1] != self.stop:
            raise ValueError(f"start and stop must be beginnings of a {self.unit} unit")
        return self

    @property
    def levels(self) -> int:
        return int(self.edges.size) - 1

    @property
    def measures_time(self) -> bool:
        return True

    def build_edges(self) -> npt.NDArray[np.float64]:
        return list_fine_edges(self.unit, self.start, self.stop).astype(np.float64)

    def find_groupings(self) -> Mapping[int, npt.NDArray[np.intp]]:
        """Return groups by each coarser unit; the domain may cut the first and the last group short."""
        edges = self.edges.astype(np.int64)
        groupings: dict[int, npt.NDArray[np.intp]] = {}
        for unit in UNITS[UNITS.index(self.unit) :]:
            inner = list_unit_starts(unit, self.start, self.stop)
            inner = inner[(inner > self.start) & (inner < self.stop)]
            if np.isin(inner, edges).all():
                groupings.setdefault(inner.size + 1, np.searchsorted(edges, np.append(self.start, inner)))
        return groupings


def list_fine_edges(unit: Unit, lo: int, hi: int) -> Milliseconds:
    """Return the beginnings of units around ``lo`` to ``hi``; for weeks also the beginnings of months."""
    edges = list_unit_starts(unit, lo, hi)
    if unit != "1w":
        return edges
    both = np.union1d(edges, list_unit_starts("1mo", lo, hi))
    return both[np.searchsorted(both, lo, side="right") - 1 : np.searchsorted(both, hi) + 1]


def create_time_scale(lo: int, hi: int, least: Unit = UNITS[0]) -> TimeScale:
    """Return a scale over ``lo <= t < hi`` (epoch ms), widened to whole units, of which it has at least 18.

    If that takes units that are shorter than ``least``, it has fewer of these.

    Raises:
        ValueError: The domain exceeds what a Date can represent.
    """
    if not MIN_INSTANT <= lo < hi <= MAX_INSTANT:
        raise ValueError(f"times must lie between {MIN_INSTANT} and {MAX_INSTANT} ms, not {lo} to {hi}")
    units = UNITS[UNITS.index(least) :]
    wide = [unit for unit in units if unit != "1w" and hi - lo >= _GROUPS * UNIT_LENGTHS[unit]]
    ends = list_unit_starts(wide[-1] if wide else least, lo, hi)
    start, stop = int(ends[0]), int(ends[-1])
    fine = next(
        unit for unit in units if stop - start <= _MAX_LEVELS.get(unit, MAX_FINE_LEVELS) * UNIT_LENGTHS[unit]
    )
    return TimeScale(unit=fine, start=start, stop=stop)
