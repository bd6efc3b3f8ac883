"""One code for the bins of one axis or two, so that a view costs one column however it is binned."""

from __future__ import annotations

from math import prod

import numpy as np
import numpy.typing as npt

from gpu.cubes import Axis
from gpu.resident.arrays import Array
from gpu.resident.encoder import Coder
from gpu.resident.entry import Entry

MOST_JOINED = 65_536
"""Axes of more cells than a uint16 can number aren't joined."""


def lookups(axes: tuple[Axis, ...]) -> list[npt.NDArray[np.uint32]]:
    """Each axis's lookup of codes, scaled so that their sum numbers the cells, the last axis fastest."""
    cells = [axis.cells for axis in axes]
    return [axis.lookup * np.uint32(prod(cells[i + 1 :])) for i, axis in enumerate(axes)]


class Joined(Entry):
    """The number of each row's cell in the grid of some axes."""

    def __init__(self, coder: Coder, axes: tuple[Axis, ...]) -> None:
        super().__init__()
        self._coder, self._axes = coder, axes
        self._lookups = lookups(axes)
        cells = prod(axis.cells for axis in axes)
        self.array: Array = coder.arrays.empty(np.uint8 if cells <= 256 else np.uint16)

    @property
    def nbytes(self) -> int:
        return int(self.array.nbytes)

    def grow(self, start: int, stop: int) -> None:
        arrays = self._coder.arrays
        array = arrays.grown(self.array, stop)
        with self._coder.lease() as lease:
            windows = [self._coder.window(lease, axis, start, stop) for axis in self._axes]
            arrays.join(windows, self._lookups, array, range(start, stop))
        self.array = array
