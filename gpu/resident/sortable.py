"""What rows are sorted by: numbers in the order of a column's values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from gpu import order
from gpu.resident.arrays import Array, Words
from gpu.resident.numbers import Host, Mask, plain


@dataclass(frozen=True, eq=False)
class Sortable:
    """A column's values as numbers, and the bits of those present; without ``valid`` all are.

    Floats that are not finite count as missing.
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
    """Integers in the order of the numbers, null where there is no finite one."""
    return pa.array(order.keys(numbers), mask=~(present & np.isfinite(numbers)))
