"""Kernels that find rows by their position in the order of a column's values."""
# ruff: noqa: PLR0913, PLR0917 (kernels only take addresses and sizes, so they take many)

from __future__ import annotations

import numpy as np
from numba import carray

from gpu.cpu.native.filter_bits import edge_mask
from gpu.cpu.native.jit import Native, inline, kernel
from gpu.cpu.native.simd import as_i8, as_i16, as_i32, as_i64, as_u64, lowest_bit

_SIGNLESS32, _SIGNLESS64 = np.int64(0x7FFFFFFF), np.int64(0x7FFFFFFFFFFFFFFF)
_INFINITE32, _INFINITE64 = np.int64(0x7F800000), np.int64(0x7FF0000000000000)
_ZERO = np.int64(0)


@inline
def _number(numbers: Native, row: Native, ranks: Native) -> Native:
    """Return a row's number or, if numbers have ranks, its rank, which is decided at compile time.

    Rows after those asked for may be newer than the ranks, so the index is limited.
    """
    if ranks is None:
        return np.int64(numbers[row])
    return ranks[min(np.uintp(numbers[row]), np.uintp(ranks.size - 1))]


@inline
def _key(bits: Native, signless: Native) -> Native:
    """Return an integer in the order of the numbers; apart from the sign, the bits of floats ascend."""
    return -(bits & signless) if signless != _ZERO and bits < _ZERO else bits


@inline
def _before(kind: Native, key: Native, row: Native, end: Native) -> Native:
    """Return 1 if a row comes before a position, else 0, without branches, so that it can be vectorised."""
    same = (key < end[1]) | ((key == end[1]) & (row < end[2]))
    return np.uint64((kind < end[0]) | ((kind == end[0]) & same))


@inline
def _place(bits: Native, present: Native, flip: Native, signless: Native, infinite: Native) -> Native:
    """Return the kind and the key of a row."""
    without = (present == np.uint64(0)) | ((infinite != _ZERO) & ((bits & infinite) == infinite))
    return np.int64(without), _ZERO if without else _key(bits, signless) ^ flip


@inline
def _search(numbers: Native, signless: Native, infinite: Native, ranks: Native, arguments: Native) -> None:
    """Run ``find_rows_between`` for numbers of one type; ``given`` are its other arguments, in order."""
    valid, filters, bounds, start, stop, found, counts = arguments
    flip = bounds[0]
    low, high = (bounds[1], bounds[2], bounds[3]), (bounds[4], bounds[5], bounds[6])
    earlier, inside = np.uint64(0), np.uint64(0)
    for i in range(start >> np.uintp(6), (stop + np.uintp(63)) >> np.uintp(6)):
        first = i << np.uintp(6)
        word = edge_mask(first, start, stop)
        for f in range(np.uintp(filters.size)):
            word &= carray(as_u64(np.uintp(filters[f])), 1)[i]
        if not word:
            continue
        present = carray(as_u64(valid), 1)[i] if valid else ~np.uint64(0)
        between = np.uint64(0)
        for lane in range(np.uintp(64)):
            bit = np.uint64(lane)
            passes = (word >> bit) & np.uint64(1)
            bits = _number(numbers, first + lane, ranks)
            kind, key = _place(bits, (present >> bit) & np.uint64(1), flip, signless, infinite)
            row = np.int64(first + lane)
            sooner = _before(kind, key, row, low)
            earlier += passes & sooner
            between |= (passes & _before(kind, key, row, high) & (sooner ^ np.uint64(1))) << bit
        while between:
            if inside < np.uint64(found.size):
                found[np.uintp(inside)] = np.int64(first + np.uintp(lowest_bit(between)))
            between &= between - np.uint64(1)
            inside += np.uint64(1)
    counts[0], counts[1] = earlier, inside


@kernel(
    "void(uint64, uint64, uint64, int64[::1], uint64[::1], int64[::1], uint64, uint64, "
    "int64[::1], uint64[::1])"
)
def find_rows_between(
    numbers: Native,
    number: Native,
    valid: Native,
    ranks: Native,
    filters: Native,
    bounds: Native,
    start: Native,
    stop: Native,
    found: Native,
    counts: Native,
) -> None:
    """Find, of the rows ``start <= row < stop`` that pass every filter, those between two positions.

    Args:
        numbers: Address of row 0's number. Floats that are not finite count as missing.
        number: The index of the numbers' type in NUMBER_DTYPES.
        valid: Address of the bits of the rows that have a number; 0 if all have one.
        ranks: The rank of each number, which is an integer; empty if the numbers are in sort order.
        bounds: The bounds as ``gpu.sort_order.encode_bounds`` returns them.
        found: Receives the rows, as far as there is room.
        counts: Receives how many rows come before the lower bound, and how many are between the bounds.
    """
    arguments = valid, filters, bounds, start, stop, found, counts
    if ranks.size and number == 0:
        _search(carray(as_i8(numbers), 1), _ZERO, _ZERO, ranks, arguments)
    elif ranks.size and number == 1:
        _search(carray(as_i16(numbers), 1), _ZERO, _ZERO, ranks, arguments)
    elif ranks.size:
        _search(carray(as_i32(numbers), 1), _ZERO, _ZERO, ranks, arguments)
    elif number == 0:
        _search(carray(as_i8(numbers), 1), _ZERO, _ZERO, None, arguments)
    elif number == 1:
        _search(carray(as_i16(numbers), 1), _ZERO, _ZERO, None, arguments)
    elif number == 2:
        _search(carray(as_i32(numbers), 1), _ZERO, _ZERO, None, arguments)
    elif number == 3:
        _search(carray(as_i64(numbers), 1), _ZERO, _ZERO, None, arguments)
    elif number == 4:
        _search(carray(as_i32(numbers), 1), _SIGNLESS32, _INFINITE32, None, arguments)
    else:
        _search(carray(as_i64(numbers), 1), _SIGNLESS64, _INFINITE64, None, arguments)
