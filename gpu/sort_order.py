"""The sort order of a column's values: integer keys that follow it, and positions in it.

Rows are ordered by (kind, key, row number): rows with a value come first, and equal values are ordered by row
number. For descending order all bits of a key are inverted, which reverses the order of integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = Any
"""A NumPy array if rows are counted on the host, a CuPy array if they are counted on a device."""
RowNumbers = npt.NDArray[np.int64]
Ranks = npt.NDArray[np.int64]
SortBounds = npt.NDArray[np.int64]
BEFORE_ALL, WITH_VALUE, WITHOUT_VALUE, AFTER_ALL = range(-1, 3)
"""The kinds of positions: before all rows, with a value, without a value, after all rows."""


@dataclass(frozen=True)
class SortPosition:
    """A row's position in the order of a column's values: its key (None without a value) and its number."""

    key: int | None
    row: int


@dataclass(frozen=True, eq=False)
class SortableColumn:
    """The values of a column as numbers that can be sorted.

    Attributes:
        numbers: The number of each row. Floats that are not finite count as missing.
        valid_bits: The bits of the rows that have a value, 64 rows per word; None if all rows have one.
        ranks: The rank of each number, on the host; None if the numbers are in sort order themselves.
    """

    numbers: Array
    valid_bits: Array | None = None
    ranks: Ranks | None = None


def to_sort_keys(numbers: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return int64 keys in the same order as the numbers, which are integers of at most 64 bits or floats.

    Apart from the sign, the bits of floats are in ascending order. Both zeros get the key 0.
    """
    if numbers.dtype.kind != "f":
        return numbers.astype(np.int64)
    kind = np.dtype(f"i{numbers.dtype.itemsize}")
    bits = numbers.view(kind)
    return np.where(bits < 0, -(bits & np.iinfo(kind).max), bits).astype(np.int64)


def encode_bounds(low: SortPosition | None, high: SortPosition | None, *, descending: bool) -> SortBounds:
    """Return what kernels compare rows with: the bits to invert, then kind, key and row of both bounds.

    ``low`` None means before all rows, ``high`` None means after all rows.
    """
    flip = -1 if descending else 0
    ends = _encode_end(low, BEFORE_ALL, flip), _encode_end(high, AFTER_ALL, flip)
    return np.array([flip, *ends[0], *ends[1]], np.int64)


def _encode_end(position: SortPosition | None, default_kind: int, flip: int) -> tuple[int, int, int]:
    if position is None:
        return default_kind, 0, 0
    if position.key is None:
        return WITHOUT_VALUE, 0, position.row
    return WITH_VALUE, position.key ^ flip, position.row
