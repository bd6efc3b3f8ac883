"""The fused kernel: all cubes of a request over a range of rows, in blocks that fit in the L1 and L2 caches.

A *group* is a set of views that share their filters. For each block of rows and each group, the filter words
are combined, and the codes of every column that the group needs are compressed once. Then each view's cell
numbers are computed from its columns and counted in a table that is private to the thread. Addresses and
sizes are passed as integers in small matrices, whose columns ``layout`` names. There is therefore a single
signature, and nothing is compiled while somebody waits.
"""
# ruff: noqa: PLR0913, PLR0917 (kernels only take addresses and sizes, so they take many)

from __future__ import annotations

import numpy as np
from numba import carray

from gpu.cpu.native.accumulate import accumulate_numbers, add_ones, gather_for_view, unpack_sums
from gpu.cpu.native.cells import number_cells
from gpu.cpu.native.compress import AVX512, pack8, pack16, positions
from gpu.cpu.native.jit import Native, inline, kernel
from gpu.cpu.native.layout import (
    BLOCK,
    BUFFER,
    CELL_NUMBERS,
    CODES,
    COUNTS,
    FIRST_COLUMN,
    FIRST_FILTER,
    FIRST_TERM,
    FIRST_VIEW,
    GATHERED_NUMBERS,
    INVERTED,
    IOTA,
    KIND,
    LAST_COLUMN,
    LAST_FILTER,
    LAST_TERM,
    LAST_VIEW,
    NEEDS_PLACES,
    NUMBER,
    PACKED_PENDING,
    PACKED_ROOM,
    ROWS,
    SUM_PACKED,
    VALUES,
    WIDTH,
    WORDS,
)
from gpu.cpu.native.simd import as_f64, as_i64, as_u16, as_u32, as_u64, popcount
from gpu.resident.measure_kinds import COUNT


@inline
def combine_filters(
    filters: Native, first: Native, last: Native, inverted: Native, low: Native, high: Native, words: Native
) -> Native:
    """Write the filter words of the rows ``low <= row < high`` of a block, and return how many rows pass."""
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
    # Clear the bits before `low` and from `high` on; a multiple of 64 shifts by 0.
    out[0] &= np.uint64(0xFFFFFFFFFFFFFFFF) << np.uint64(low & np.uintp(63))
    out[count - np.uintp(1)] &= np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(
        (np.uintp(0) - high) & np.uintp(63)
    )
    total = np.uint64(0)
    for i in range(count):
        total += popcount(out[i])
    return np.uintp(total)


@inline
def fill_slots(
    group: Native, columns: Native, slots: Native, scratch: Native, low: Native, high: Native, passing: Native
) -> Native:
    """Find or compress each column's codes of the passing rows; return the address of the rows' places."""
    base = low & ~np.uintp(63)
    words = (high - base + np.uintp(63)) >> np.uintp(6)
    if passing == high - low:  # all rows pass: the codes are read in place
        for c in range(group[FIRST_COLUMN], group[LAST_COLUMN]):
            slots[c] = columns[c, CODES] + low * columns[c, WIDTH]
        return scratch[IOTA] + (low - base) * np.uintp(2)
    if (not AVX512) or group[NEEDS_PLACES]:
        positions(scratch[WORDS], words, scratch[IOTA], scratch[ROWS])
    for c in range(group[FIRST_COLUMN], group[LAST_COLUMN]):
        slots[c] = columns[c, BUFFER]
        source = columns[c, CODES] + base * columns[c, WIDTH]
        if columns[c, WIDTH] == np.uintp(1):
            pack8(source, scratch[WORDS], words, scratch[ROWS], passing, slots[c])
        else:
            pack16(source, scratch[WORDS], words, scratch[ROWS], passing, slots[c])
    return scratch[ROWS]


@inline
def flush_packed_sums(group: Native, views: Native, passing: Native) -> None:
    """Unpack the group's packed sums before they could overflow."""
    if group[PACKED_PENDING] + passing > group[PACKED_ROOM]:
        for v in range(group[FIRST_VIEW], group[LAST_VIEW]):
            if views[v, KIND] == SUM_PACKED:
                unpack_sums(views[v])
        group[PACKED_PENDING] = np.uintp(0)
    group[PACKED_PENDING] += passing


@inline
def count_views(
    group: Native,
    columns: Native,
    terms: Native,
    views: Native,
    slots: Native,
    scratch: Native,
    base: Native,
    places: Native,
) -> None:
    """Count the passing rows of a block, whose places are given, for each view of a group."""
    passing = np.uintp(places.size)
    cells = carray(as_u32(scratch[CELL_NUMBERS]), passing)
    integers, reals = (
        carray(as_i64(scratch[GATHERED_NUMBERS]), passing),
        carray(as_f64(scratch[GATHERED_NUMBERS]), passing),
    )
    gathered, gathered_kind, gathered_format = np.uintp(0), np.uintp(COUNT), np.uintp(0)
    for v in range(group[FIRST_VIEW], group[LAST_VIEW]):
        view = views[v]
        kind = view[KIND]
        if kind == COUNT and view[FIRST_TERM] == view[LAST_TERM]:  # a single cell
            carray(as_u32(view[COUNTS]), 1)[0] += np.uint32(passing)
            continue
        number_cells(view, terms, columns, slots, cells)
        if kind == COUNT:
            add_ones(cells, view[COUNTS])
            continue
        # Consecutive views of the same numbers and kind share the gathered numbers.
        if view[VALUES] != gathered or kind != gathered_kind or view[NUMBER] != gathered_format:
            gather_for_view(view, base, places, integers, reals)
            gathered, gathered_kind, gathered_format = view[VALUES], kind, view[NUMBER]
        accumulate_numbers(view, cells, integers, reals)


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
    """Count one block of rows for one group."""
    passing = high - low
    if group[LAST_FILTER] > group[FIRST_FILTER]:
        first, last = group[FIRST_FILTER], group[LAST_FILTER]
        passing = combine_filters(filters, first, last, group[INVERTED], low, high, scratch[WORDS])
    if passing == np.uintp(0):
        return
    flush_packed_sums(group, views, passing)
    places = carray(as_u16(fill_slots(group, columns, slots, scratch, low, high, passing)), passing)
    count_views(group, columns, terms, views, slots, scratch, low & ~np.uintp(63), places)


_MATRIX = "u8[:,::1]"
_VECTOR = "u8[::1]"


@kernel(f"void({_MATRIX}, {_VECTOR}, {_MATRIX}, {_MATRIX}, {_MATRIX}, {_VECTOR}, {_VECTOR}, u8, u8, u1[::1])")
def count_cubes(
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
    """Count the rows ``start <= row < stop`` for every group; end early once ``cancel`` is set.

    ``slots`` has room for the address of each column's codes of the current block.
    """
    base = start & ~np.uintp(63)
    while base < stop:
        if cancel[0]:
            return
        low, high = max(base, start), min(base + np.uintp(BLOCK), stop)
        for g in range(np.uintp(groups.shape[0])):
            count_block(groups[g], filters, columns, terms, views, slots, scratch, low, high)
        base += np.uintp(BLOCK)
    for v in range(np.uintp(views.shape[0])):
        if views[v, KIND] == SUM_PACKED:
            unpack_sums(views[v])
