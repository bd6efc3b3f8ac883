"""Composite codes: one code for the bins of one or two axes, so that a view costs one column."""

from __future__ import annotations

from math import prod

import numpy as np
import numpy.typing as npt

from gpu.cubes import Axis
from gpu.resident.arrays import Array
from gpu.resident.cache import ResidentEntry
from gpu.resident.encoder import ColumnEncoder

MAX_COMPOSITE_CELLS = 65_536
"""Axes with more cells than a uint16 can number get no composite codes."""


def scaled_lookups(axes: tuple[Axis, ...]) -> list[npt.NDArray[np.uint32]]:
    """Return each axis's lookup of codes, scaled so that their sum numbers the cells, last axis fastest."""
    cells = [axis.cell_count for axis in axes]
    return [axis.bin_lookup * np.uint32(prod(cells[i + 1 :])) for i, axis in enumerate(axes)]


class CompositeCodes(ResidentEntry):
    """The number of each row's cell in the grid of some axes."""

    def __init__(self, encoder: ColumnEncoder, axes: tuple[Axis, ...]) -> None:
        super().__init__()
        self._encoder, self._axes = encoder, axes
        self._lookups = scaled_lookups(axes)
        cells = prod(axis.cell_count for axis in axes)
        self.array: Array = encoder.arrays.create_empty(np.uint8 if cells <= 256 else np.uint16)

    @property
    def nbytes(self) -> int:
        return int(self.array.nbytes)

    def add_rows(self, start: int, stop: int) -> None:
        arrays = self._encoder.arrays
        array = arrays.ensure_capacity(self.array, stop)
        with self._encoder.open_lease() as lease:
            slices = [self._encoder.get_code_slice(lease, axis, start, stop) for axis in self._axes]
            arrays.write_composite_codes(slices, self._lookups, array, range(start, stop))
        self.array = array
