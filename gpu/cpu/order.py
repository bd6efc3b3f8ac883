"""Rows by where they are in the order of a column's values, found by all threads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cpu.native import order
from gpu.cpu.pool import run
from gpu.resident.measure_kinds import NUMBERS
from gpu.sort_order import Bounds, RowNumbers, Sortable

Addresses = npt.NDArray[np.uint64]
_ROOM = 1 << 16
"""Rows that a range has room for at first."""
_NO_RANKS = np.zeros(0, np.int64)


def gather(values: Sortable, rows: RowNumbers) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """The numbers of these rows, and which are present."""
    if values.valid is None:
        return values.numbers[rows], np.ones(rows.size, np.bool_)
    bits = values.valid[rows >> 6] >> (rows & 63).astype(np.uint64)
    return values.numbers[rows], (bits & np.uint64(1)).astype(np.bool_)


def between(
    values: Sortable, filters: Addresses, bounds: Bounds, ranges: Iterable[tuple[int, int]]
) -> tuple[int, RowNumbers]:
    """How many of the rows in some ranges that pass come before two places, and which are between them."""
    found = run(_between, [(values, filters, bounds, *each) for each in ranges])
    return sum(before for before, _ in found), np.concatenate([rows for _, rows in found])


def _between(
    values: Sortable, filters: Addresses, bounds: Bounds, start: int, stop: int
) -> tuple[int, RowNumbers]:
    number = NUMBERS.index(values.numbers.dtype.str[1:])
    valid = 0 if values.valid is None else values.valid.ctypes.data
    ranks = _NO_RANKS if values.ranks is None else values.ranks
    counts, found = np.array([0, _ROOM], np.uint64), np.empty(0, np.int64)
    while counts[1] > found.size:
        found = np.empty(int(counts[1]), np.int64)
        given = values.numbers.ctypes.data, number, valid, ranks, filters, bounds
        order.between(*given, start, stop, found, counts)
    return int(counts[0]), found[: int(counts[1])]
