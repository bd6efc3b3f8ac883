"""Finding rows by their position in the order of a column's values, by all threads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cpu.native import order
from gpu.cpu.pool import run_parallel
from gpu.resident.measure_kinds import NUMBER_DTYPES
from gpu.sort_order import RowNumbers, SortableColumn, SortBounds

Addresses = npt.NDArray[np.uint64]
_INITIAL_ROOM = 1 << 16
"""The number of rows that a range has room for at first."""
_NO_RANKS = np.zeros(0, np.int64)


def gather_values(values: SortableColumn, rows: RowNumbers) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return the numbers of these rows, and which are present."""
    if values.valid_bits is None:
        return values.numbers[rows], np.ones(rows.size, np.bool_)
    bits = values.valid_bits[rows >> 6] >> (rows & 63).astype(np.uint64)
    return values.numbers[rows], (bits & np.uint64(1)).astype(np.bool_)


def find_rows_between(
    values: SortableColumn, filters: Addresses, bounds: SortBounds, ranges: Iterable[tuple[int, int]]
) -> tuple[int, RowNumbers]:
    """Return how many passing rows of some ranges come before the bounds, and which are between them."""
    found = run_parallel(_find_in_range, [(values, filters, bounds, *part) for part in ranges])
    return sum(before for before, _ in found), np.concatenate([rows for _, rows in found])


def _find_in_range(
    values: SortableColumn, filters: Addresses, bounds: SortBounds, start: int, stop: int
) -> tuple[int, RowNumbers]:
    number = NUMBER_DTYPES.index(values.numbers.dtype.str[1:])
    valid = 0 if values.valid_bits is None else values.valid_bits.ctypes.data
    ranks = _NO_RANKS if values.ranks is None else values.ranks
    counts, found = np.array([0, _INITIAL_ROOM], np.uint64), np.empty(0, np.int64)
    while counts[1] > found.size:  # too little room: search again with exactly enough
        found = np.empty(int(counts[1]), np.int64)
        values_and_bounds = values.numbers.ctypes.data, number, valid, ranks, filters, bounds
        order.find_rows_between(*values_and_bounds, start, stop, found, counts)
    return int(counts[0]), found[: int(counts[1])]
