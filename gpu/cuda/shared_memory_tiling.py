"""Where cells are counted: in shared memory, a slice of a cube at a time, or in the cube itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

MOST_SLICES = 4
"""A cube that would take more is counted in the device's memory: each slice reads every row again."""
_MOST_COPIES = 32
_PART = 16
"""Copies of a small table take at most this part of the shared memory."""
_SPARE = 64
"""Bytes that rounding up a slice and its places may take."""


@dataclass(frozen=True)
class Slice:
    """The cells ``low <= cell < low + size`` of the cube ``index``; ``copies=0``: in the cube itself."""

    index: int
    low: int
    size: int
    copies: int
    measures: bool

    @property
    def pitch(self) -> int:
        """How far copies are apart: odd, so that they begin in different banks."""
        return self.size | 1

    @property
    def totals_at(self) -> int:
        """Where totals begin behind the counts, in bytes."""
        return (self.pitch * self.copies * 4 + 7) & ~7

    @property
    def nbytes(self) -> int:
        """Shared memory it takes."""
        return self.totals_at + (self.pitch * self.copies * 8 if self.measures else 0)


def slices(index: int, cells: int, measures: bool, shared: int) -> list[Slice]:
    """How a cube is counted by blocks that have ``shared`` bytes."""
    width = 12 if measures else 4
    parts = -(-cells * width // (shared - _SPARE))
    if parts > MOST_SLICES:
        return [Slice(index, 0, cells, 0, measures)]
    copies = 1
    while copies < _MOST_COPIES and 2 * copies * (cells | 1) * width <= shared // _PART:
        copies *= 2
    bounds = [cells * i // parts for i in range(parts + 1)]
    return [Slice(index, low, high - low, copies, measures) for low, high in pairwise(bounds)]


def packed(some: Iterable[Slice], shared: int) -> list[list[Slice]]:
    """Slices that fit in shared memory side by side; counting and measuring are done by different kernels."""
    passes: list[list[Slice]] = []
    for each in sorted(some, key=lambda each: -each.nbytes):
        fitting = (
            others
            for others in passes
            if others[0].measures == each.measures
            and sum(other.nbytes for other in others) + each.nbytes <= shared
        )
        found = next(fitting, None)
        if found is None:
            passes.append([each])
        else:
            found.append(each)
    return passes
