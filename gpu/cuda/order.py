"""Rows by where they are in the order of a column's values; needs but NumPy and CuPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cuda.device import Array, Device, address

ROOM = 1 << 20
"""Rows that there is room for at first."""


def gather(
    device: Device, numbers: Array, valid: Array | None, rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """The numbers of these rows, and which are present, on the host."""
    bits, present = device.zeros(rows.size, np.int64), device.zeros(rows.size, np.uint8)
    given = _described(device, numbers, valid), device.upload(rows), rows.size, bits, present
    device.launch("gather", rows.size, *given)
    found = device.download(bits)
    if numbers.dtype.kind == "f":
        found = found.astype(f"i{numbers.itemsize}").view(numbers.dtype)
    return found, device.download(present).astype(np.bool_)


def between(  # noqa: PLR0913, PLR0917
    device: Device,
    numbers: Array,
    valid: Array | None,
    filters: Sequence[Array],
    bounds: npt.NDArray[np.int64],
    rows: range,
) -> tuple[int, npt.NDArray[np.int64]]:
    """How many of the rows that pass every filter come before the bounds, and which are between them.

    Args:
        bounds: as ``gpu.order.bounds`` has them.
    """
    described = _described(device, numbers, valid)
    words = device.upload(np.array([address(each) for each in filters], np.uint64))
    what = described, words, len(filters), device.upload(bounds), rows.start, rows.stop
    before, inside, found = 0, ROOM, device.zeros(0, np.int64)
    while inside > found.size:
        found, counts = device.zeros(inside, np.int64), device.zeros(2, np.uint64)
        given = *what, found, found.size, counts
        device.launch("between", len(rows) // 16 + 2, *given, shared=8)
        before, inside = device.download(counts).tolist()
    return before, device.download(found[:inside])


def _described(device: Device, numbers: Array, valid: Array | None) -> Array:
    bits = 0 if valid is None else address(valid)
    real = int(numbers.dtype.kind == "f")
    return device.upload(np.array([address(numbers), numbers.itemsize, real, bits], np.uint64))
