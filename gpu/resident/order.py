"""The order of a column's values: integers that follow it, and places in it.

Rows come in order of (kind, key, number): first those that have a value, and equal ones by their number.
Where the greatest value comes first, all bits of a key are flipped, which turns the order of integers round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.engine import Place
from gpu.resident.arrays import Array, Words
from gpu.resident.numbers import Host, Mask, plain

Bounds = npt.NDArray[np.int64]
_BEGINNING, _VALUED, _WITHOUT, _END = range(-1, 3)
"""Kinds: before all rows, with a value, without one, behind all rows."""


@dataclass(frozen=True, eq=False)
class Sortable:
    """What rows are sorted by: numbers in the order of a column's values, and the bits of those present.

    Without ``valid`` all are. Floats that are not finite count as missing.
    """

    numbers: Array
    valid: Words | None


def is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def width(kind: pa.DataType) -> int | None:
    """Bytes that a value takes in memory at most; None where no numbers have its order."""
    if pa.types.is_boolean(kind):
        return 1
    if pa.types.is_uint64(kind) or not (is_number(kind) or pa.types.is_temporal(kind)):
        return None
    return int(kind.bit_width) // 8


def ordinal(values: pa.Array) -> tuple[Host, Mask | None]:
    """Instants and booleans as numbers, and which are present (None: all)."""
    if pa.types.is_boolean(values.type):
        return plain(values.cast(pa.uint8()))
    return plain(values.cast(pa.int32() if values.type.bit_width == 32 else pa.int64()))


def keys(numbers: Host, present: Mask) -> pa.Array:
    """Numbers as integers in the same order: but for their sign, bits of floats ascend with them."""
    if numbers.dtype.kind != "f":
        return pa.array(numbers.astype(np.int64), mask=~present)
    kind = np.dtype(f"i{numbers.dtype.itemsize}")
    bits = numbers.view(kind)
    signless = np.where(bits < 0, -(bits & np.iinfo(kind).max), bits)
    return pa.array(signless.astype(np.int64), mask=~(present & np.isfinite(numbers)))


def bounds(low: Place | None, high: Place | None, *, descending: bool) -> Bounds:
    """What kernels compare rows with: the bits to flip; then kind, key and number of either end."""
    flip = -1 if descending else 0
    ends = _end(low, _BEGINNING, flip), _end(high, _END, flip)
    return np.array([flip, *ends[0], *ends[1]], np.int64)


def _end(place: Place | None, otherwise: int, flip: int) -> tuple[int, int, int]:
    if place is None:
        return otherwise, 0, 0
    if place.key is None:
        return _WITHOUT, 0, place.row
    return _VALUED, place.key ^ flip, place.row
