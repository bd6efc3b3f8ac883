"""The order of a column's values: integers that follow it, and places in it.

Rows come in order of (kind, key, number): first those that have a value, and equal ones by their number.
Where the greatest value comes first, all bits of a key are flipped, which turns the order of integers round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = Any
"""NumPy's where rows are counted on the host, CuPy's where on a device."""
RowNumbers = npt.NDArray[np.int64]
Ranks = npt.NDArray[np.int64]
Bounds = npt.NDArray[np.int64]
BEGINNING, VALUED, WITHOUT, END = range(-1, 3)
"""Kinds: before all rows, with a value, without one, behind all rows."""


@dataclass(frozen=True)
class Place:
    """Where a row is in the order of a column's values: its key (None: it has no value) and its number."""

    key: int | None
    row: int


@dataclass(frozen=True, eq=False)
class Sortable:
    """The values of a column as numbers in their order.

    Attributes:
        numbers: by row. Floats that are not finite count as missing.
        valid: the bits of those present, 64 rows a word; None: all are.
        ranks: by number, on the host: numbers are in the order of these; None: in their own.
    """

    numbers: Array
    valid: Array | None = None
    ranks: Ranks | None = None


def keys(numbers: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Numbers, int64 or narrower or floats, as integers in the same order.

    But for their sign the bits of floats ascend with them; both zeros are 0.
    """
    if numbers.dtype.kind != "f":
        return numbers.astype(np.int64)
    kind = np.dtype(f"i{numbers.dtype.itemsize}")
    bits = numbers.view(kind)
    return np.where(bits < 0, -(bits & np.iinfo(kind).max), bits).astype(np.int64)


def bounds(low: Place | None, high: Place | None, *, descending: bool) -> Bounds:
    """What kernels compare rows with: the bits to flip; then kind, key and number of either end."""
    flip = -1 if descending else 0
    ends = _end(low, BEGINNING, flip), _end(high, END, flip)
    return np.array([flip, *ends[0], *ends[1]], np.int64)


def _end(place: Place | None, otherwise: int, flip: int) -> tuple[int, int, int]:
    if place is None:
        return otherwise, 0, 0
    if place.key is None:
        return WITHOUT, 0, place.row
    return VALUED, place.key ^ flip, place.row
