"""Rows by where they are in the order of a column's values; needs but NumPy and CuPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cuda.device import Array, Device, address
from gpu.sort_order import Bounds, RowNumbers, Sortable

ROOM = 1 << 20
"""Rows that there is room for at first."""


def gather(
    values: Sortable, device: Device, rows: RowNumbers
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """The numbers of these rows, and which are present, on the host."""
    bits, present = device.zeros(rows.size, np.int64), device.zeros(rows.size, np.uint8)
    given = _described(values, device, 0), device.upload(rows), rows.size, bits, present
    device.launch("gather", rows.size, *given)
    found, dtype = device.download(bits), values.numbers.dtype
    if dtype.kind == "f":
        found = found.astype(f"i{dtype.itemsize}").view(dtype)
    return found, device.download(present).astype(np.bool_)


def between(
    values: Sortable, device: Device, filters: Sequence[Array], bounds: Bounds, rows: range
) -> tuple[int, RowNumbers]:
    """How many of the rows that pass every filter come before the bounds, and which are between them."""
    ranks = None if values.ranks is None else device.upload(values.ranks)
    described = _described(values, device, 0 if ranks is None else address(ranks))
    words = device.upload(np.array([address(each) for each in filters], np.uint64))
    what = described, words, len(filters), device.upload(bounds), rows.start, rows.stop
    before, inside, found = 0, ROOM, device.zeros(0, np.int64)
    while inside > found.size:
        found, counts = device.zeros(inside, np.int64), device.zeros(2, np.uint64)
        given = *what, found, found.size, counts
        device.launch("between", len(rows) // 16 + 2, *given, shared=8)
        before, inside = device.download(counts).tolist()
    return before, device.download(found[:inside])


def _described(values: Sortable, device: Device, ranks: int) -> Array:
    """The kernels' struct of them."""
    numbers = values.numbers
    valid = 0 if values.valid is None else address(values.valid)
    given = address(numbers), numbers.itemsize, int(numbers.dtype.kind == "f"), valid, ranks
    return device.upload(np.array(given, np.uint64))
