"""A cube's numbers in the narrowest types that hold them, as they are cached and sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cubes import Cube
from gpu.wide_sums import Sums, round_sums, take_sums

Numbers = npt.NDArray[Any]
COUNT_TYPES = (np.dtype("<u1"), np.dtype("<u2"), np.dtype("<u4"))
FLOAT_TYPE = np.dtype("<f8")
INDEX_TYPE = np.dtype("<u4")


@dataclass(frozen=True, eq=False)
class PackedCube:
    """The arrays of a cube, little endian and of its shape: counts as u1, u2, u4 or f8, the others as f8.

    ``rest`` is what rounding the sums to f8 left out, None if nothing: the exact sums are those of both.
    With ``cell_indices`` (u4) the arrays contain only these cells, numbered row by row; all others have no
    rows.
    """

    count: Numbers
    sum: Numbers | None = None
    rest: Numbers | None = None
    low: Numbers | None = None
    high: Numbers | None = None
    cell_indices: Numbers | None = None

    def __iter__(self) -> Iterator[tuple[str, Numbers]]:
        sums = ("sum", self.sum), ("rest", self.rest)
        arrays = (("count", self.count), *sums, ("low", self.low), ("high", self.high))
        return ((name, array) for name, array in arrays if array is not None)

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for _, array in self) + (
            0 if self.cell_indices is None else self.cell_indices.nbytes
        )


def pack_dense(cube: Cube) -> PackedCube:
    """Return all cells of a cube."""
    return PackedCube(
        _narrow_counts(cube.count), *_pack_sums(cube.sum), _pack_floats(cube.low), _pack_floats(cube.high)
    )


def pack_sparse(cube: Cube) -> PackedCube:
    """Return only the cells with rows: a few rows touch few cells of a large cube."""
    cells = np.flatnonzero(cube.count).astype(INDEX_TYPE)
    low, high = (None if part is None else part.reshape(-1)[cells] for part in (cube.low, cube.high))
    sums = None if cube.sum is None else take_sums(cube.sum, cells)
    count = _narrow_counts(cube.count.reshape(-1)[cells])
    return PackedCube(count, *_pack_sums(sums), _pack_floats(low), _pack_floats(high), cells)


def _narrow_counts(counts: npt.NDArray[np.int64]) -> Numbers:
    greatest = int(counts.max(initial=0))
    dtype = next((dtype for dtype in COUNT_TYPES if greatest <= np.iinfo(dtype).max), FLOAT_TYPE)
    return np.ascontiguousarray(counts, dtype)


def _pack_sums(sums: Sums | None) -> tuple[Numbers | None, Numbers | None]:
    """Return sums as f8, and what this rounding left out."""
    if sums is None:
        return None, None
    total, rest = round_sums(sums)
    return _pack_floats(total), _pack_floats(rest)


def _pack_floats(values: Numbers | None) -> Numbers | None:
    return None if values is None else np.ascontiguousarray(values, FLOAT_TYPE)
