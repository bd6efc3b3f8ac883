"""From the values of a column to numbers in their order."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from gpu import sort_order
from gpu.resident.numeric_column import Host, Mask, Numbers
from gpu.resident.ordinals import Ordinals
from gpu.resident.texts import Texts
from gpu.sort_order import Ranks


def is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def width(kind: pa.DataType) -> int | None:
    """Bytes that a value takes in memory at most; None where no numbers have its order."""
    if pa.types.is_boolean(kind):
        return 1
    if is_text(kind):
        return 2
    if pa.types.is_uint64(kind) or not (is_number(kind) or pa.types.is_temporal(kind)):
        return None
    wider = pa.types.is_unsigned_integer(kind) or pa.types.is_float16(kind)
    return int(kind.bit_width) // 8 * (2 if wider else 1)


def entry_of(kind: pa.DataType) -> type[Numbers]:
    """What keeps a column of this type."""
    if is_text(kind):
        return Texts
    return Numbers if is_number(kind) else Ordinals


def keys(numbers: Host, present: Mask, ranks: Ranks | None) -> pa.Array:
    """Integers in the order of the numbers or of their ranks, null where there is no finite one."""
    found = sort_order.keys(numbers) if ranks is None else ranks[numbers]
    return pa.array(found, mask=~(present & np.isfinite(numbers)))
