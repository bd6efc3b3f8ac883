"""Kernels that fill arrays by row; they know no columns and no scales, and need but NumPy and CuPy."""
# ruff: noqa: PLR0913, PLR0917 (addresses and bounds are all a kernel can be given)

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cuda.device import Array, Device, address
from gpu.cuda.kernel_structs import TERM, records

VALUES = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
"""The types that values may come in."""
Codes = tuple[int, int]
"""Where row 0's code is, and how many bytes a code has."""


def codes_of(array: Array, first: int = 0) -> Codes:
    """Those of an array whose first element is row ``first``."""
    return address(array, first), int(array.itemsize)


def choose(
    device: Device,
    codes: Codes,
    ranges: tuple[tuple[int, int], ...],
    words: Array,
    rows: range,
    *,
    narrow: bool,
) -> None:
    """Write the bits of rows whose code is in one of the ranges; where ``narrow`` only clear others'."""
    passes = np.zeros(65_536 if codes[1] == 2 else 256, np.bool_)
    for low, high in ranges:
        passes[low:high] = True
    table = device.upload(np.packbits(passes, bitorder="little").view(np.uint32))
    bounds = rows.start, rows.stop, int(narrow)
    device.launch("choose", _strips(rows), *codes, table, words, *bounds, shared=table.nbytes)


def widen(device: Device, words: Array, other: Array, part: range) -> None:
    """Set, in these words, the bits that ``other`` has too."""
    device.launch("widen", len(part), words, other, part.start, part.stop)


def join(
    device: Device, codes: list[Codes], lookups: list[npt.NDArray[np.uint32]], out: Array, rows: range
) -> None:
    """Write the sum of what the codes are looked up as."""
    tables = [device.upload(lookup) for lookup in lookups]
    terms = [(*code, address(table), 0) for code, table in zip(codes, tables, strict=True)]
    given = device.upload(records(terms, TERM).view(np.uint64))
    what = given, len(terms), out, out.itemsize
    device.launch("join", _strips(rows), *what, rows.start, rows.stop)


def append(
    device: Device,
    thresholds: Array,
    ends: tuple[int, int],
    values: npt.NDArray[Any],
    valid: npt.NDArray[np.bool_] | None,
    out: Array,
    row: int,
) -> None:
    """Write the codes of values behind the first ``row`` rows: how many thresholds each has reached.

    Args:
        thresholds: int64 for signed values, uint64 for those of 64 bits without a sign, float64 for floats.
        ends: the code below the first threshold, and that of missing values.
        valid: which values there are; None: all. NaN is missing.
    """
    given = device.upload(np.array([address(thresholds), thresholds.size, *ends], np.uint64))
    present = 0 if valid is None else device.upload(valid.view(np.uint8))
    what = VALUES.index(values.dtype.str[1:]), device.upload(values), present, values.size
    device.launch("append", values.size, given, *what, out, out.itemsize, row)


def _strips(rows: range) -> int:
    """No fewer than hold a row of these."""
    return len(rows) // 16 + 2
