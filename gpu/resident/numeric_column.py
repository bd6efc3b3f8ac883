"""The values of a measure's column, in the narrowest type that holds them, and which rows have one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.resident.appendable_rows import PIECE, Rows
from gpu.resident.arrays import Array, Arrays, Window, Words
from gpu.resident.entry import Carry, Movable
from gpu.sort_order import Ranks

Mask = npt.NDArray[np.bool_]
Host = npt.NDArray[Any]


def plain(values: pa.Array) -> tuple[Host, Mask | None]:
    """Numbers as int64, float32 or float64 with 0 where there is none, and which are present (None: all).

    Raises:
        TypeError: the values are no numbers.
    """
    kind = values.type
    if pa.types.is_integer(kind):
        values = values.cast(pa.int64())
    elif pa.types.is_decimal(kind):
        values = values.cast(pa.float64())
    elif pa.types.is_float16(kind):
        values = values.cast(pa.float32())
    elif not pa.types.is_floating(kind):
        raise TypeError(f"numbers expected, found {kind}")
    numbers = (values.fill_null(0) if values.null_count else values).to_numpy(zero_copy_only=False)
    valid = values.is_valid().to_numpy(zero_copy_only=False) if values.null_count else None
    return (numbers, valid) if numbers.dtype.kind == "i" else _without_nan(numbers, valid)


def _without_nan(numbers: Host, valid: Mask | None) -> tuple[Host, Mask | None]:
    missing = np.isnan(numbers)
    if not missing.any():
        return numbers, valid
    return np.where(missing, numbers.dtype.type(0), numbers), ~missing if valid is None else valid & ~missing


def holding(numbers: Host, current: np.dtype[Any]) -> np.dtype[Any]:
    """The narrowest type that holds these numbers and all of ``current``."""
    if numbers.dtype.kind == "f":
        return np.promote_types(numbers.dtype, current)
    if numbers.size == 0:
        return current
    least, most = min(int(numbers.min()), -1), max(int(numbers.max()), 0)
    bounds = np.min_scalar_type(least), np.min_scalar_type(-most - 1)
    return np.promote_types(np.promote_types(*bounds), current)


class Numbers(Movable):
    """A column's numbers.

    Attributes:
        most: no integer is further from 0.
        valid: the bit of each row that has a number; None as long as all do.
    """

    def __init__(self, rows: Rows, arrays: Arrays, column: str) -> None:
        super().__init__()
        self._rows, self._arrays, self._column = rows, arrays, column
        self.array: Array = arrays.empty(np.int8)
        self.most = 0
        self.valid: Words | None = None

    @property
    def nbytes(self) -> int:
        return int(self.array.nbytes) + (0 if self.valid is None else int(self.valid.nbytes))

    def move(self, carry: Carry) -> None:
        array = carry(self.array)
        self.valid = None if self.valid is None else carry(self.valid)
        self.array = array

    def read(self, values: pa.Array) -> tuple[Host, Mask | None]:
        """Values as numbers, and which are present (None: all)."""
        return plain(values)

    def written(self, numbers: Host, present: Mask) -> pa.Array:
        """Numbers as values again; those that are missing, null."""
        return pa.array(numbers, mask=~present)

    def ranks(self) -> Ranks | None:
        """By number, its place in the order of the values; None: they have the order of the numbers."""
        return None

    def grow(self, start: int, stop: int) -> None:
        for row, values in self._rows.read(self._column, start, stop):
            numbers, valid = self.read(values)
            if numbers.dtype.kind == "i" and numbers.size:
                self.most = max(self.most, -int(numbers.min()), int(numbers.max()))
            self.array = self._arrays.grown(self.array, stop, holding(numbers, self.array.dtype))
            self._arrays.put(self.array, row, numbers)
            if valid is not None and self.valid is None:
                self.valid = self._all_valid(row, stop)
            if self.valid is not None:
                self.valid = self._arrays.grown(self.valid, (stop + 63) // 64)
                self._mark(self.valid, row, np.ones(numbers.size, np.bool_) if valid is None else valid)

    def _all_valid(self, rows: int, stop: int) -> Words:
        """Bits for rows until ``stop``, those of the first ``rows`` set."""
        words = self._arrays.grown(self._arrays.empty(np.uint64), (stop + 63) // 64)
        for row in range(0, rows, PIECE):
            self._mark(words, row, np.ones(min(PIECE, rows - row), np.bool_))
        return words

    def _mark(self, words: Words, row: int, present: Mask) -> None:
        """Set or clear the bits of some rows, from ``row`` on."""
        first = row & ~63
        codes = self._arrays.grown(self._arrays.empty(np.uint8), row - first + present.size)
        self._arrays.put(codes, row - first, present.view(np.uint8))
        rows = range(row, row + present.size)
        self._arrays.select(Window(codes, first), ((1, 2),), words, rows, narrow=False)
