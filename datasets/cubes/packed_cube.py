"""A cube's numbers in the fewest bytes that hold them: what the cache keeps and the wire carries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cubes import Cube

Numbers = npt.NDArray[Any]
COUNTS = (np.dtype("<u1"), np.dtype("<u2"), np.dtype("<u4"))
FLOATS = np.dtype("<f8")
PLACES = np.dtype("<u4")


@dataclass(frozen=True, eq=False)
class Cells:
    """The arrays of a cube, each little endian and of its shape: counts u1, u2, u4 or f8, the others f8.

    Where there are ``places`` (u4), the arrays are of these cells only, numbered row by row; no other counts.
    """

    count: Numbers
    sum: Numbers | None = None
    low: Numbers | None = None
    high: Numbers | None = None
    places: Numbers | None = None

    def __iter__(self) -> Iterator[tuple[str, Numbers]]:
        arrays = (("count", self.count), ("sum", self.sum), ("low", self.low), ("high", self.high))
        return ((name, array) for name, array in arrays if array is not None)

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for _, array in self) + (0 if self.places is None else self.places.nbytes)


def narrow(cube: Cube) -> Cells:
    """The cube's cells. Sums beyond 2**53 lose their last digits, as they do in every browser."""
    parts = (cube.sum, cube.low, cube.high)
    return Cells(_narrow_counts(cube.count), *(part if part is None else _floats(part) for part in parts))


def few(cube: Cube) -> Cells:
    """The cells that hold something: a few rows touch few cells of a large cube."""
    places = np.flatnonzero(cube.count).astype(PLACES)
    parts = (cube.sum, cube.low, cube.high)
    total, low, high = (part if part is None else _floats(part.reshape(-1)[places]) for part in parts)
    return Cells(_narrow_counts(cube.count.reshape(-1)[places]), total, low, high, places)


def _narrow_counts(counts: npt.NDArray[np.int64]) -> Numbers:
    most = int(counts.max(initial=0))
    dtype = next((dtype for dtype in COUNTS if most <= np.iinfo(dtype).max), FLOATS)
    return np.ascontiguousarray(counts, dtype)


def _floats(values: Numbers) -> Numbers:
    return np.ascontiguousarray(values, FLOATS)
