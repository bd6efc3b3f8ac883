"""A cube's numbers in the narrowest types that hold them, as they are cached and sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cubes import Cube

Numbers = npt.NDArray[Any]
COUNT_TYPES = (np.dtype("<u1"), np.dtype("<u2"), np.dtype("<u4"))
FLOAT_TYPE = np.dtype("<f8")
INDEX_TYPE = np.dtype("<u4")


@dataclass(frozen=True, eq=False)
class PackedCube:
    """The arrays of a cube, little endian and of its shape: counts as u1, u2, u4 or f8, the others as f8.

    With ``cell_indices`` (u4) the arrays contain only these cells, numbered row by row; all others have no
    rows.
    """

    count: Numbers
    sum: Numbers | None = None
    low: Numbers | None = None
    high: Numbers | None = None
    cell_indices: Numbers | None = None

    def __iter__(self) -> Iterator[tuple[str, Numbers]]:
        arrays = (("count", self.count), ("sum", self.sum), ("low", self.low), ("high", self.high))
        return ((name, array) for name, array in arrays if array is not None)

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for _, array in self) + (
            0 if self.cell_indices is None else self.cell_indices.nbytes
        )


def pack_dense(cube: Cube) -> PackedCube:
    """Return all cells of a cube. Sums beyond 2**53 lose their last digits, as they do in every browser."""
    parts = (cube.sum, cube.low, cube.high)
    return PackedCube(
        _narrow_counts(cube.count), *(part if part is None else _to_floats(part) for part in parts)
    )


def pack_sparse(cube: Cube) -> PackedCube:
    """Return only the cells with rows: a few rows touch few cells of a large cube."""
    cells = np.flatnonzero(cube.count).astype(INDEX_TYPE)
    parts = (cube.sum, cube.low, cube.high)
    total, low, high = (part if part is None else _to_floats(part.reshape(-1)[cells]) for part in parts)
    return PackedCube(_narrow_counts(cube.count.reshape(-1)[cells]), total, low, high, cells)


def _narrow_counts(counts: npt.NDArray[np.int64]) -> Numbers:
    greatest = int(counts.max(initial=0))
    dtype = next((dtype for dtype in COUNT_TYPES if greatest <= np.iinfo(dtype).max), FLOAT_TYPE)
    return np.ascontiguousarray(counts, dtype)


def _to_floats(values: Numbers) -> Numbers:
    return np.ascontiguousarray(values, FLOAT_TYPE)
