"""The conversion of Arrow values to NumPy arrays in which they can be compared exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_TICKS_PER_SECOND = {"s": 1, "ms": 1000, "us": 1_000_000, "ns": 1_000_000_000}


@dataclass(frozen=True, eq=False)
class ComparableValues:
    """Values as a NumPy array, and how they relate to the edges of a scale.

    Attributes:
        valid: The mask of the values that are present; None if all are.
        ticks_per_unit: How many units of the values make one unit of the edges.
    """

    values: npt.NDArray[Any]
    valid: npt.NDArray[np.bool_] | None
    ticks_per_unit: Fraction = Fraction(1)

    @property
    def threshold_dtype(self) -> np.dtype[Any]:
        """Return the type in which thresholds compare exactly with the values; object: Python's integers."""
        kind = self.values.dtype.kind
        if kind == "f":
            return np.dtype(np.float64)
        return self.values.dtype if kind == "O" or self.values.dtype == np.uint64 else np.dtype(np.int64)


def numbers_to_comparable(values: pa.Array) -> ComparableValues:
    """Return integers, floats or decimals as comparable values.

    Raises:
        TypeError: The values are not numbers.
    """
    kind = values.type
    if pa.types.is_integer(kind):
        return ComparableValues(_fill_nulls(values), _valid_mask(values))
    if pa.types.is_floating(kind):
        return ComparableValues(_fill_nulls(values), _valid_mask(values))
    if pa.types.is_decimal(kind):
        return ComparableValues(_unscaled_integers(values), _valid_mask(values), Fraction(10) ** kind.scale)
    raise TypeError(f"numbers expected, found {kind}")


def times_to_comparable(values: pa.Array) -> ComparableValues:
    """Return timestamps of any unit, or dates, as integers to compare with edges in milliseconds.

    Raises:
        TypeError: The values are not timestamps or dates.
    """
    kind = values.type
    if pa.types.is_timestamp(kind):
        return ComparableValues(
            _fill_nulls(values.view(pa.int64())),
            _valid_mask(values),
            Fraction(_TICKS_PER_SECOND[kind.unit], 1000),
        )
    if pa.types.is_date32(kind):
        return ComparableValues(
            _fill_nulls(values.view(pa.int32())), _valid_mask(values), Fraction(1, 86_400_000)
        )
    if pa.types.is_date64(kind):
        return ComparableValues(_fill_nulls(values.view(pa.int64())), _valid_mask(values))
    raise TypeError(f"timestamps or dates expected, found {kind}")


def _valid_mask(values: pa.Array) -> npt.NDArray[np.bool_] | None:
    if values.null_count == 0:
        return None
    mask: npt.NDArray[np.bool_] = values.is_valid().to_numpy(zero_copy_only=False)
    return mask


def _fill_nulls(values: pa.Array) -> npt.NDArray[Any]:
    present = values.fill_null(0) if values.null_count else values
    array: npt.NDArray[Any] = present.to_numpy(zero_copy_only=False)
    return array


def _unscaled_integers(values: pa.Array) -> npt.NDArray[Any]:
    """Return the integers that a decimal column is stored as: int64 if all fit, otherwise Python integers."""
    wide = values.cast(pa.decimal256(76, values.type.scale))
    limbs = np.frombuffer(wide.buffers()[1], np.int64).reshape(-1, 4)[wide.offset : wide.offset + len(wide)]
    if values.null_count:
        limbs = np.where(_valid_mask(values)[:, None], limbs, 0)  # type: ignore[index]
    low = np.ascontiguousarray(limbs[:, 0])
    if np.array_equal(limbs[:, 1:], np.repeat((low >> 63)[:, None], 3, axis=1)):
        return low
    return np.array([int.from_bytes(row.tobytes(), "little", signed=True) for row in limbs], object)
