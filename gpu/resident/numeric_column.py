"""The numbers of a column, in the narrowest type that holds them, and which rows have one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.resident.appendable_rows import PIECE_ROWS, AppendableRows
from gpu.resident.arrays import Array, Arrays, BitWords, CodeSlice
from gpu.resident.cache import Spillable, Transfer
from gpu.sort_order import Ranks

Mask = npt.NDArray[np.bool_]
HostArray = npt.NDArray[Any]


def to_numpy(values: pa.Array) -> tuple[HostArray, Mask | None]:
    """Return numbers as int64, float32 or float64, 0 for missing ones, and which are present (None: all).

    Raises:
        TypeError: The values are not numbers.
    """
    kind = values.type
    if pa.types.is_integer(kind):
        values = values.cast(pa.int64())
    elif pa.types.is_decimal(kind):
        values = values.cast(pa.float64())
    elif pa.types.is_float16(kind):
        values = values.cast(pa.float32())
    elif not pa.types.is_floating(kind):
        raise TypeError(f"a measure needs a number column, found {kind}")
    numbers = (values.fill_null(0) if values.null_count else values).to_numpy(zero_copy_only=False)
    valid = values.is_valid().to_numpy(zero_copy_only=False) if values.null_count else None
    return (numbers, valid) if numbers.dtype.kind == "i" else _without_nan(numbers, valid)


def _without_nan(numbers: HostArray, valid: Mask | None) -> tuple[HostArray, Mask | None]:
    missing = np.isnan(numbers)
    if not missing.any():
        return numbers, valid
    return np.where(missing, numbers.dtype.type(0), numbers), ~missing if valid is None else valid & ~missing


def narrowest_dtype(numbers: HostArray, current: np.dtype[Any]) -> np.dtype[Any]:
    """Return the narrowest type that holds these numbers and all values of ``current``."""
    if numbers.dtype.kind == "f":
        return np.promote_types(numbers.dtype, current)
    if numbers.size == 0:
        return current
    least, greatest = min(int(numbers.min()), -1), max(int(numbers.max()), 0)
    bounds = np.min_scalar_type(least), np.min_scalar_type(-greatest - 1)
    return np.promote_types(np.promote_types(*bounds), current)


class NumericColumn(Spillable):
    """The numbers of a column.

    Attributes:
        max_magnitude: The greatest absolute value, if the numbers are integers.
        valid_bits: The bits of the rows that have a number; None as long as all have one.
    """

    def __init__(self, rows: AppendableRows, arrays: Arrays, column: str) -> None:
        super().__init__()
        self._rows, self._arrays, self._column = rows, arrays, column
        self.array: Array = arrays.create_empty(np.int8)
        self.max_magnitude = 0
        self.valid_bits: BitWords | None = None

    @property
    def nbytes(self) -> int:
        return int(self.array.nbytes) + (0 if self.valid_bits is None else int(self.valid_bits.nbytes))

    def transfer_arrays(self, transfer: Transfer) -> None:
        array = transfer(self.array)
        self.valid_bits = None if self.valid_bits is None else transfer(self.valid_bits)
        self.array = array

    def convert_values(self, values: pa.Array) -> tuple[HostArray, Mask | None]:
        """Return values as numbers, and a mask of those that are present (None: all)."""
        return to_numpy(values)

    def to_arrow(self, numbers: HostArray, present: Mask) -> pa.Array:
        """Return numbers as the values that they stand for; null where none is present."""
        return pa.array(numbers, mask=~present)

    def get_ranks(self) -> Ranks | None:
        """Return the rank of each number in the order of the values; None if the numbers have that order."""
        return None

    def add_rows(self, start: int, stop: int) -> None:
        for row, values in self._rows.read_pieces(self._column, start, stop):
            numbers, valid = self.convert_values(values)
            if numbers.dtype.kind == "i" and numbers.size:
                self.max_magnitude = max(self.max_magnitude, -int(numbers.min()), int(numbers.max()))
            self.array = self._arrays.ensure_capacity(
                self.array, stop, narrowest_dtype(numbers, self.array.dtype)
            )
            self._arrays.write_values(self.array, row, numbers)
            if valid is not None and self.valid_bits is None:
                self.valid_bits = self._create_valid_bits(row, stop)
            if self.valid_bits is not None:
                self.valid_bits = self._arrays.ensure_capacity(self.valid_bits, (stop + 63) // 64)
                self._write_valid_bits(
                    self.valid_bits, row, np.ones(numbers.size, np.bool_) if valid is None else valid
                )

    def _create_valid_bits(self, rows: int, stop: int) -> BitWords:
        """Return bits for the rows before ``stop``, with those of the first ``rows`` rows set."""
        words = self._arrays.ensure_capacity(self._arrays.create_empty(np.uint64), (stop + 63) // 64)
        for row in range(0, rows, PIECE_ROWS):
            self._write_valid_bits(words, row, np.ones(min(PIECE_ROWS, rows - row), np.bool_))
        return words

    def _write_valid_bits(self, words: BitWords, row: int, present: Mask) -> None:
        """Set or clear the bits of some rows, beginning at ``row``."""
        first = row & ~63
        codes = self._arrays.ensure_capacity(self._arrays.create_empty(np.uint8), row - first + present.size)
        self._arrays.write_values(codes, row - first, present.view(np.uint8))
        rows = range(row, row + present.size)
        self._arrays.write_filter_bits(CodeSlice(codes, first), ((1, 2),), words, rows, intersect=False)
