"""Resident codes: of a column on a scale, and joined ones of the bins of one or two axes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cpu.pool import cores, run
from gpu.cpu.rows import Rows
from gpu.cpu.shelf import Entry
from gpu.scales import Scale

Array = npt.NDArray[Any]


def grown(array: Array, rows: int) -> Array:
    """``array``, or a larger copy that has room for ``rows`` rows and the rest of a word behind them."""
    needed = (rows + 127) & ~63
    if array.size >= needed:
        return array
    larger = np.zeros(needed if array.size == 0 else max(needed, (array.size * 5 // 4) & ~63), array.dtype)
    larger[: array.size] = array
    return larger


def encode(pieces: Iterable[tuple[int, pa.Array]], scale: Scale, out: Array, first: int = 0) -> None:
    """Encode pieces of a column into ``out``, whose first element is row ``first``, several at a time."""

    def place(row: int, values: pa.Array) -> None:
        out[row - first : row - first + len(values)] = scale.encode(values)

    waiting = iter(pieces)
    while some := list(islice(waiting, 2 * cores())):
        run(place, some)


class Codes(Entry):
    """A column's codes on a scale, in the scale's own narrow type."""

    def __init__(self, rows: Rows, column: str, scale: Scale) -> None:
        super().__init__()
        self._rows, self._column, self._scale = rows, column, scale
        self.array: Array = np.empty(0, scale.dtype)

    @property
    def nbytes(self) -> int:
        return self.array.nbytes

    def grow(self, start: int, stop: int) -> None:
        array = grown(self.array, stop)
        encode(self._rows.read(self._column, start, stop), self._scale, array)
        self.array = array
