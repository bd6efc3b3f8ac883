"""Calendar units in UTC, with edges in epoch milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from gpu.scales.base import FINE_LEVELS, MOST_LEVELS, Ordered
from gpu.scales.calendar_units import LENGTHS, UNITS, Milliseconds, Unit, starts

LEAST, MOST = -8_640_000_000_000_000, 8_640_000_000_000_000
"""The instants that JavaScript's Date can hold."""
_GROUPS = 18
_MOST_OF: dict[Unit, int] = {"1d": 750}
"""Two years by day, as weeks would be too coarse a step for a hand."""


class Time(Ordered):
    """Edges from ``start`` to ``stop`` (epoch ms, both beginnings of a unit) wherever a unit begins.

    Scales of weeks have an edge at every month as well, so that their levels make up whole months and years.
    """

    type: Literal["time"] = "time"
    unit: Unit
    start: int = Field(ge=2 * LEAST)
    stop: int = Field(le=2 * MOST)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.start >= self.stop:
            raise ValueError("a time scale must end after it starts")
        if self.stop - self.start > MOST_LEVELS * LENGTHS[self.unit]:
            raise ValueError(f"more than {MOST_LEVELS} levels of {self.unit}")
        edges = fine_edges(self.unit, self.start, self.stop)
        if edges[0] != self.start or edges[-1] != self.stop:
            raise ValueError(f"start and stop must be beginnings of a unit of {self.unit}")
        return self

    @property
    def levels(self) -> int:
        return int(self.edges.size) - 1

    @property
    def measures_time(self) -> bool:
        return True

    def build_edges(self) -> npt.NDArray[np.float64]:
        return fine_edges(self.unit, self.start, self.stop).astype(np.float64)

    def groupings(self) -> Mapping[int, npt.NDArray[np.intp]]:
        """Groups by each coarser unit; the first and the last may be cut short by the domain."""
        edges = self.edges.astype(np.int64)
        found: dict[int, npt.NDArray[np.intp]] = {}
        for unit in UNITS[UNITS.index(self.unit) :]:
            inner = starts(unit, self.start, self.stop)
            inner = inner[(inner > self.start) & (inner < self.stop)]
            if np.isin(inner, edges).all():
                found.setdefault(inner.size + 1, np.searchsorted(edges, np.append(self.start, inner)))
        return found


def fine_edges(unit: Unit, lo: int, hi: int) -> Milliseconds:
    """Beginnings of units around ``lo`` to ``hi``; for weeks those of months as well."""
    edges = starts(unit, lo, hi)
    if unit != "1w":
        return edges
    both = np.union1d(edges, starts("1mo", lo, hi))
    return both[np.searchsorted(both, lo, side="right") - 1 : np.searchsorted(both, hi) + 1]


def spanning(lo: int, hi: int) -> Time:
    """A scale over ``lo <= t < hi`` (epoch ms), widened to whole units of which it has at least 18.

    Raises:
        ValueError: the domain is none that a Date can hold.
    """
    if not LEAST <= lo < hi <= MOST:
        raise ValueError(f"times lie between {LEAST} and {MOST} ms, not {lo} to {hi}")
    wide = [unit for unit in UNITS if unit != "1w" and hi - lo >= _GROUPS * LENGTHS[unit]]
    ends = starts(wide[-1] if wide else UNITS[0], lo, hi)
    start, stop = int(ends[0]), int(ends[-1])
    fine = next(unit for unit in UNITS if stop - start <= _MOST_OF.get(unit, FINE_LEVELS) * LENGTHS[unit])
    return Time(unit=fine, start=start, stop=stop)
