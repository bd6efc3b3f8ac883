"""Calls of the kernels that fill arrays; this needs neither columns nor scales, only NumPy and CuPy."""
# ruff: noqa: PLR0913, PLR0917 (kernels only take addresses and bounds, so they take many)

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cuda.device import Array, Device, element_address
from gpu.cuda.kernel_structs import TERM, pack_records

VALUE_DTYPES = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
"""The types that values to encode may have."""
CodeLayout = tuple[int, int]
"""The address of row 0's code, and the bytes of a code."""


def get_code_layout(array: Array, first: int = 0) -> CodeLayout:
    """Return the layout of an array whose first element is row ``first``."""
    return element_address(array, first), int(array.itemsize)


def write_filter_bits(
    device: Device,
    codes: CodeLayout,
    ranges: tuple[tuple[int, int], ...],
    words: Array,
    rows: range,
    *,
    intersect: bool,
) -> None:
    """Write, for each row, whether its code is in one of the ranges.

    With ``intersect`` only clear the bits of rows whose code is in none of them.
    """
    passes = np.zeros(65_536 if codes[1] == 2 else 256, np.bool_)
    for low, high in ranges:
        passes[low:high] = True
    table = device.upload(np.packbits(passes, bitorder="little").view(np.uint32))
    bounds = rows.start, rows.stop, int(intersect)
    device.launch_kernel(
        "write_filter_bits", _strip_count(rows), *codes, table, words, *bounds, shared=table.nbytes
    )


def union_bits(device: Device, words: Array, other: Array, part: range) -> None:
    """Set in ``words`` the bits that are set in ``other``, for the words ``part``."""
    device.launch_kernel("union_bits", len(part), words, other, part.start, part.stop)


def write_composite_codes(
    device: Device, codes: list[CodeLayout], lookups: list[npt.NDArray[np.uint32]], out: Array, rows: range
) -> None:
    """Write the sum of the looked-up codes, for these rows."""
    tables = [device.upload(lookup) for lookup in lookups]
    terms = [(*code, element_address(table), 0) for code, table in zip(codes, tables, strict=True)]
    uploaded = device.upload(pack_records(terms, TERM).view(np.uint64))
    arguments = uploaded, len(terms), out, out.itemsize
    device.launch_kernel("write_composite_codes", _strip_count(rows), *arguments, rows.start, rows.stop)


def encode_values(
    device: Device,
    thresholds: Array,
    ends: tuple[int, int],
    values: npt.NDArray[Any],
    valid: npt.NDArray[np.bool_] | None,
    out: Array,
    row: int,
) -> None:
    """Write the codes of values after the first ``row`` rows: how many thresholds each has reached.

    Args:
        thresholds: int64 for integers, uint64 for unsigned integers of 64 bits, float64 for floats.
        ends: The code below the first threshold, and the code of missing values.
        valid: Which values are present; None if all are. NaN counts as missing.
    """
    scale = device.upload(np.array([element_address(thresholds), thresholds.size, *ends], np.uint64))
    present = 0 if valid is None else device.upload(valid.view(np.uint8))
    arguments = VALUE_DTYPES.index(values.dtype.str[1:]), device.upload(values), present, values.size
    device.launch_kernel("encode_values", values.size, scale, *arguments, out, out.itemsize, row)


def _strip_count(rows: range) -> int:
    """Return a number of strips that is enough for these rows."""
    return len(rows) // 16 + 2
