"""Kernels that turn codes into filter bits, and combine filter bits."""
# ruff: noqa: PLR0913, PLR0917 (kernels only take addresses and sizes, so they take many)

from __future__ import annotations

import numpy as np
from numba import carray

from gpu.cpu.native.jit import Native, inline, kernel
from gpu.cpu.native.simd import as_u8, as_u16, as_u64, popcount, within8, within16

MAX_RANGES = 8
"""Up to this many ranges are compared as vectors; with more, codes are looked up one by one."""

_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


@inline
def edge_mask(row: Native, start: Native, stop: Native) -> Native:
    """Return, for the word that begins at ``row``, the bits of the rows ``start <= row < stop``."""
    mask = _ALL
    if row < start:
        mask &= _ALL << np.uint64(start - row)
    if stop - row < np.uintp(64):
        mask &= _ALL >> np.uint64(np.uintp(64) - (stop - row))
    return mask


@inline
def _compare(address: Native, width: Native, ranges: Native) -> Native:
    word = np.uint64(0)
    for r in range(np.uintp(ranges.shape[0])):
        if width == np.uintp(1):
            word |= within8(address, ranges[r, 0], ranges[r, 1])
        else:
            word |= within16(address, ranges[r, 0], ranges[r, 1])
    return word


@inline
def _look_up(address: Native, width: Native, table: Native) -> Native:
    word = np.uint64(0)
    narrow, wide = carray(as_u8(address), 64), carray(as_u16(address), 64)
    if width == np.uintp(1):
        for lane in range(np.uintp(64)):
            word |= np.uint64(table[np.uintp(narrow[lane])]) << np.uint64(lane)
    else:
        for lane in range(np.uintp(64)):
            word |= np.uint64(table[np.uintp(wide[lane])]) << np.uint64(lane)
    return word


@kernel("void(uint64, uint64, uint64[:,::1], uint8[::1], uint64, uint64, uint64, boolean)")
def write_filter_bits(
    codes: Native,
    width: Native,
    ranges: Native,
    table: Native,
    words: Native,
    start: Native,
    stop: Native,
    intersect: Native,
) -> None:
    """Write the bits of the rows ``start <= row < stop``; with ``intersect`` only clear those that fail.

    Args:
        codes: Address of row 0's code, of ``width`` bytes; readable up to the next multiple of 64 rows.
        ranges: Pairs of the first code and the number of codes that follow it.
        table: 1 for each code that passes; used instead of the ranges unless empty.
        words: Address of the bits of row 0.
    """
    out = carray(as_u64(words), 1)
    for i in range(start >> np.uintp(6), (stop + np.uintp(63)) >> np.uintp(6)):
        row = i << np.uintp(6)
        address = codes + row * width
        word = _look_up(address, width, table) if table.size else _compare(address, width, ranges)
        mask = edge_mask(row, start, stop)
        passing = word & out[i] if intersect else word
        out[i] = (out[i] & ~mask) | (passing & mask)


@kernel("float64(uint64[::1], uint64, uint64)")
def pass_fraction(filters: Native, words: Native, step: Native) -> Native:
    """Return the fraction of rows that pass every filter, judged by every ``step``-th of some whole words."""
    total, rows = np.uint64(0), np.uint64(0)
    for i in range(np.uintp(0), words, step):
        word = _ALL
        for f in range(np.uintp(filters.size)):
            word &= carray(as_u64(np.uintp(filters[f])), 1)[i]
        total += popcount(word)
        rows += np.uint64(64)
    return total / max(rows, np.uint64(1))


@kernel("void(uint64[::1], uint64[::1], uint64, uint64)")
def intersect_filters(filters: Native, words: Native, start: Native, stop: Native) -> None:
    """Write the AND of all filters' bits to ``words``, for the rows ``start <= row < stop``."""
    for i in range(start >> np.uintp(6), (stop + np.uintp(63)) >> np.uintp(6)):
        word = edge_mask(i << np.uintp(6), start, stop)
        for f in range(np.uintp(filters.size)):
            word &= carray(as_u64(np.uintp(filters[f])), 1)[i]
        words[i] = word
