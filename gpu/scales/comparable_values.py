"""Arrow values as NumPy arrays in which they can be compared exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_TICKS_PER_SECOND = {"s": 1, "ms": 1000, "us": 1_000_000, "ns": 1_000_000_000}


@dataclass(frozen=True, eq=False)
class Raw:
    """Values, the mask of those present (None: all are), and how many ``ticks`` make a unit of the edges."""

    values: npt.NDArray[Any]
    valid: npt.NDArray[np.bool_] | None
    ticks: Fraction = Fraction(1)

    @property
    def comparable(self) -> np.dtype[Any]:
        """The type in which thresholds compare exactly with the values; object means Python's integers."""
        kind = self.values.dtype.kind
        if kind == "f":
            return np.dtype(np.float64)
        return self.values.dtype if kind == "O" or self.values.dtype == np.uint64 else np.dtype(np.int64)


def number(values: pa.Array) -> Raw:
    """Integers, floats or decimals.

    Raises:
        TypeError: the values are no numbers.
    """
    kind = values.type
    if pa.types.is_integer(kind):
        return Raw(_filled(values), _valid(values))
    if pa.types.is_floating(kind):
        return Raw(_filled(values), _valid(values))
    if pa.types.is_decimal(kind):
        return Raw(_unscaled(values), _valid(values), Fraction(10) ** kind.scale)
    raise TypeError(f"numbers expected, found {kind}")


def temporal(values: pa.Array) -> Raw:
    """Timestamps of any unit, or dates, as integers against edges in milliseconds.

    Raises:
        TypeError: the values are no timestamps or dates.
    """
    kind = values.type
    if pa.types.is_timestamp(kind):
        return Raw(
            _filled(values.view(pa.int64())), _valid(values), Fraction(_TICKS_PER_SECOND[kind.unit], 1000)
        )
    if pa.types.is_date32(kind):
        return Raw(_filled(values.view(pa.int32())), _valid(values), Fraction(1, 86_400_000))
    if pa.types.is_date64(kind):
        return Raw(_filled(values.view(pa.int64())), _valid(values))
    raise TypeError(f"timestamps or dates expected, found {kind}")


def _valid(values: pa.Array) -> npt.NDArray[np.bool_] | None:
    if values.null_count == 0:
        return None
    mask: npt.NDArray[np.bool_] = values.is_valid().to_numpy(zero_copy_only=False)
    return mask


def _filled(values: pa.Array) -> npt.NDArray[Any]:
    present = values.fill_null(0) if values.null_count else values
    array: npt.NDArray[Any] = present.to_numpy(zero_copy_only=False)
    return array


def _unscaled(values: pa.Array) -> npt.NDArray[Any]:
    """The integers a decimal column is stored as: int64 where they fit, Python integers where they don't."""
    wide = values.cast(pa.decimal256(76, values.type.scale))
    limbs = np.frombuffer(wide.buffers()[1], np.int64).reshape(-1, 4)[wide.offset : wide.offset + len(wide)]
    if values.null_count:
        limbs = np.where(_valid(values)[:, None], limbs, 0)  # type: ignore[index]
    low = np.ascontiguousarray(limbs[:, 0])
    if np.array_equal(limbs[:, 1:], np.repeat((low >> 63)[:, None], 3, axis=1)):
        return low
    return np.array([int.from_bytes(row.tobytes(), "little", signed=True) for row in limbs], object)
