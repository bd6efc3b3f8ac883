"""Finding rows by their position in the order of a column's values; this needs only NumPy and CuPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cuda.device import Array, Device, element_address
from gpu.sort_order import RowNumbers, SortableColumn, SortBounds

INITIAL_ROOM = 1 << 20
"""The number of rows that there is room for at first."""


def gather_values(
    values: SortableColumn, device: Device, rows: RowNumbers
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return the numbers of these rows on the host, and which are present."""
    bits, present = device.allocate_zeros(rows.size, np.int64), device.allocate_zeros(rows.size, np.uint8)
    arguments = _upload_description(values, device, 0), device.upload(rows), rows.size, bits, present
    device.launch_kernel("gather_values", rows.size, *arguments)
    numbers, dtype = device.download(bits), values.numbers.dtype
    if dtype.kind == "f":
        numbers = numbers.astype(f"i{dtype.itemsize}").view(dtype)
    return numbers, device.download(present).astype(np.bool_)


def find_rows_between(
    values: SortableColumn, device: Device, filters: Sequence[Array], bounds: SortBounds, rows: range
) -> tuple[int, RowNumbers]:
    """Return how many passing rows come before the bounds, and which passing rows are between them."""
    ranks = None if values.ranks is None else device.upload(values.ranks)
    described = _upload_description(values, device, 0 if ranks is None else element_address(ranks))
    words = device.upload(np.array([element_address(bits) for bits in filters], np.uint64))
    query = described, words, len(filters), device.upload(bounds), rows.start, rows.stop
    before, inside, found = 0, INITIAL_ROOM, device.allocate_zeros(0, np.int64)
    while inside > found.size:  # too little room: search again with exactly enough
        found, counts = device.allocate_zeros(inside, np.int64), device.allocate_zeros(2, np.uint64)
        arguments = *query, found, found.size, counts
        device.launch_kernel("find_rows_between", len(rows) // 16 + 2, *arguments, shared=8)
        before, inside = device.download(counts).tolist()
    return before, device.download(found[:inside])


def _upload_description(values: SortableColumn, device: Device, ranks: int) -> Array:
    """Upload the struct by which the kernels read the numbers."""
    numbers = values.numbers
    valid = 0 if values.valid_bits is None else element_address(values.valid_bits)
    fields = element_address(numbers), numbers.itemsize, int(numbers.dtype.kind == "f"), valid, ranks
    return device.upload(np.array(fields, np.uint64))
