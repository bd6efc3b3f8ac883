"""The fused kernel: every cube of a request over a range of rows, in blocks that stay in the L1 and L2 cache.

A *group* is what shares a set of filters. For each block of rows and each group the filter words are
combined, the codes of every column the group needs are compressed once, and then each view's cell numbers are
summed up from its columns and counted in a table private to the thread. Addresses and sizes come as integers
in small matrices, whose columns are named below: so there is one signature, and nothing is compiled while
somebody waits.
"""
# ruff: noqa: PLR0913, PLR0917 (addresses and sizes are all a kernel can be given)

from __future__ import annotations

import numpy as np
from numba import carray

from gpu.cpu.compress import AVX512, pack8, pack16, positions
from gpu.cpu.jit import Native, inline, kernel
from gpu.cpu.vectors import (
    as_f32,
    as_f64,
    as_i8,
    as_i16,
    as_i32,
    as_i64,
    as_u8,
    as_u16,
    as_u32,
    as_u64,
    popcount,
)

BLOCK = 8192
"""Rows a block has; positions within it are uint16."""

GROUP = (
    "first_filter",
    "last_filter",
    "first_column",
    "last_column",
    "first_view",
    "last_view",
    "inverted",
    "places",
)
COLUMN = ("address", "width", "buffer")
TERM = ("column", "lookup", "stride")
VIEW = ("first_term", "last_term", "kind", "spread", "counts", "totals", "values", "number")
SCRATCH = ("words", "iota", "positions", "cells", "numbers")

COUNT, SUM_INTEGER, SUM_REAL, LOW, HIGH = range(5)
NUMBERS = ("i1", "i2", "i4", "i8", "f4", "f8")
"""The storage types of a measure's column; a view's ``number`` is an index of these."""


@inline
def combine(
    filters: Native, first: Native, last: Native, inverted: Native, low: Native, high: Native, words: Native
) -> Native:
    """Write the filter words of the rows ``low <= row < high`` of a block; returns how many pass."""
    base = low & ~np.uintp(63)
    count = (high - base + np.uintp(63)) >> np.uintp(6)
    out = carray(as_u64(words), count)
    flip = np.uint64(0) - np.uint64(inverted)
    for i in range(count):
        out[i] = np.uint64(0xFFFFFFFFFFFFFFFF)
    for f in range(first, last):
        bits = carray(as_u64(np.uintp(filters[f]) + (base >> np.uintp(3))), count)
        for i in range(count):
            out[i] &= bits[i]
    for i in range(count):
        out[i] ^= flip
    out[0] &= np.uint64(0xFFFFFFFFFFFFFFFF) << np.uint64(low & np.uintp(63))
    out[count - np.uintp(1)] &= np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(
        (np.uintp(0) - high) & np.uintp(63)
    )
    total = np.uint64(0)
    for i in range(count):
        total += popcount(out[i])
    return np.uintp(total)


@inline
def add_codes(codes: Native, count: Native, lookup: Native, stride: Native, cells: Native) -> None:
    """``cells += lookup[codes]``, or ``codes * stride`` where there is no lookup."""
    if lookup:
        table = carray(as_u32(lookup), 65536)
        for i in range(count):
            cells[i] += table[np.uintp(codes[i])]
    else:
        factor = np.uint32(stride)
        for i in range(count):
            cells[i] += np.uint32(codes[i]) * factor


@inline
def spread_cells(count: Native, spread: Native, cells: Native) -> None:
    """Start the cell numbers: 0, or in turn one of the four copies of a small table."""
    size = np.uint32(spread)
    for i in range(count):
        cells[i] = np.uint32(i & np.uintp(3)) * size


@inline
def number_cells(
    view: Native, terms: Native, columns: Native, slots: Native, count: Native, cells: Native
) -> None:
    """The cell of each passing row, summed up from the view's terms."""
    spread_cells(count, view[3], cells)
    for t in range(view[0], view[1]):
        column = terms[t, 0]
        if columns[column, 1] == np.uintp(1):
            add_codes(carray(as_u8(slots[column]), count), count, terms[t, 1], terms[t, 2], cells)
        else:
            add_codes(carray(as_u16(slots[column]), count), count, terms[t, 1], terms[t, 2], cells)


@inline
def gather(values: Native, places: Native, count: Native, out: Native) -> None:
    for i in range(count):
        out[i] = values[np.uintp(places[i])]


@inline
def gather_numbers(
    number: Native, address: Native, base: Native, places: Native, count: Native, out: Native
) -> None:
    """The measure's value of each passing row, widened to the type of ``out``."""
    if number == 0:
        gather(carray(as_i8(address + base), BLOCK), places, count, out)
    elif number == 1:
        gather(carray(as_i16(address + base * np.uintp(2)), BLOCK), places, count, out)
    elif number == 2:
        gather(carray(as_i32(address + base * np.uintp(4)), BLOCK), places, count, out)
    elif number == 3:
        gather(carray(as_i64(address + base * np.uintp(8)), BLOCK), places, count, out)
    elif number == 4:
        gather(carray(as_f32(address + base * np.uintp(4)), BLOCK), places, count, out)
    else:
        gather(carray(as_f64(address + base * np.uintp(8)), BLOCK), places, count, out)


@inline
def fold(
    kind: Native, numbers: Native, integers: Native, cells: Native, count: Native, table: Native
) -> None:
    """Fold each row's number into its cell of ``table``: a sum, a minimum or a maximum."""
    if kind == SUM_INTEGER:
        sums = carray(as_i64(table), 1)
        for i in range(count):
            sums[np.uintp(cells[i])] += integers[i]
    elif kind == SUM_REAL:
        reals = carray(as_f64(table), 1)
        for i in range(count):
            reals[np.uintp(cells[i])] += numbers[i]
    elif kind == LOW:
        lows = carray(as_f64(table), 1)
        for i in range(count):
            lows[np.uintp(cells[i])] = min(lows[np.uintp(cells[i])], numbers[i])
    else:
        highs = carray(as_f64(table), 1)
        for i in range(count):
            highs[np.uintp(cells[i])] = max(highs[np.uintp(cells[i])], numbers[i])


@inline
def measure(view: Native, base: Native, places: Native, count: Native, cells: Native, buffer: Native) -> None:
    """Fold the measure of one view over a block."""
    rows = carray(as_u16(places), count)
    integers, numbers = carray(as_i64(buffer), count), carray(as_f64(buffer), count)
    if view[2] == SUM_INTEGER:
        gather_numbers(view[7], view[6], base, rows, count, integers)
    else:
        gather_numbers(view[7], view[6], base, rows, count, numbers)
    fold(view[2], numbers, integers, cells, count, view[5])


@inline
def fill_slots(
    group: Native, columns: Native, slots: Native, scratch: Native, low: Native, high: Native, passing: Native
) -> Native:
    """Find or compress each column's codes of the passing rows; returns the address of the rows' places."""
    base = low & ~np.uintp(63)
    words = (high - base + np.uintp(63)) >> np.uintp(6)
    if passing == high - low:
        for c in range(group[2], group[3]):
            slots[c] = columns[c, 0] + low * columns[c, 1]
        return scratch[1] + (low - base) * np.uintp(2)
    if (not AVX512) or group[7]:
        positions(scratch[0], words, scratch[1], scratch[2])
    for c in range(group[2], group[3]):
        slots[c] = columns[c, 2]
        source = columns[c, 0] + base * columns[c, 1]
        if columns[c, 1] == np.uintp(1):
            pack8(source, scratch[0], words, scratch[2], passing, slots[c])
        else:
            pack16(source, scratch[0], words, scratch[2], passing, slots[c])
    return scratch[2]


@inline
def count_block(
    group: Native,
    filters: Native,
    columns: Native,
    terms: Native,
    views: Native,
    slots: Native,
    scratch: Native,
    low: Native,
    high: Native,
) -> None:
    """One group over one block of rows."""
    passing = high - low
    if group[1] > group[0]:
        passing = combine(filters, group[0], group[1], group[6], low, high, scratch[0])
    if passing == np.uintp(0):
        return
    places = fill_slots(group, columns, slots, scratch, low, high, passing)
    cells = carray(as_u32(scratch[3]), BLOCK)
    for v in range(group[4], group[5]):
        view = views[v]
        if view[0] == view[1] and view[2] == COUNT:
            carray(as_u32(view[4]), 1)[0] += np.uint32(passing)
            continue
        number_cells(view, terms, columns, slots, passing, cells)
        counts = carray(as_u32(view[4]), 1)
        for i in range(passing):
            counts[np.uintp(cells[i])] += np.uint32(1)
        if view[2] != COUNT:
            measure(view, low & ~np.uintp(63), places, passing, cells, scratch[4])


_MATRIX = "u8[:,::1]"
_VECTOR = "u8[::1]"


@kernel(f"void({_MATRIX}, {_VECTOR}, {_MATRIX}, {_MATRIX}, {_MATRIX}, {_VECTOR}, {_VECTOR}, u8, u8, u1[::1])")
def count(
    groups: Native,
    filters: Native,
    columns: Native,
    terms: Native,
    views: Native,
    slots: Native,
    scratch: Native,
    start: Native,
    stop: Native,
    cancel: Native,
) -> None:
    """Count every group over the rows ``start <= row < stop``; ends early once ``cancel`` is set."""
    base = start & ~np.uintp(63)
    while base < stop:
        if cancel[0]:
            return
        low, high = max(base, start), min(base + np.uintp(BLOCK), stop)
        for g in range(np.uintp(groups.shape[0])):
            count_block(groups[g], filters, columns, terms, views, slots, scratch, low, high)
        base += np.uintp(BLOCK)
