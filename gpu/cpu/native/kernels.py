"""The fused kernel: every cube of a request over a range of rows, in blocks that stay in the L1 and L2 cache.

A *group* is what shares a set of filters. For each block of rows and each group the filter words are
combined, the codes of every column the group needs are compressed once, and then each view's cell numbers are
summed up from its columns and counted in a table private to the thread. Addresses and sizes come as integers
in small matrices, whose columns ``layout`` names: so there is one signature, and nothing is compiled while
somebody waits.
"""
# ruff: noqa: PLR0913, PLR0917 (addresses and sizes are all a kernel can be given)

from __future__ import annotations

import numpy as np
from numba import carray

from gpu.cpu.native.accumulate import add_ones, fold, gather_for, unpack
from gpu.cpu.native.cells import number_cells
from gpu.cpu.native.compress import AVX512, pack8, pack16, positions
from gpu.cpu.native.jit import Native, inline, kernel
from gpu.cpu.native.layout import (
    BLOCK,
    BUFFER,
    CODES,
    COUNTS,
    FIRST_COLUMN,
    FIRST_FILTER,
    FIRST_TERM,
    FIRST_VIEW,
    GATHERED,
    INVERTED,
    IOTA,
    KIND,
    LAST_COLUMN,
    LAST_FILTER,
    LAST_TERM,
    LAST_VIEW,
    NUMBERED,
    PENDING,
    PLACES,
    ROOM,
    ROWS,
    SUM_PACKED,
    VALUES,
    WIDTH,
    WORDS,
)
from gpu.cpu.native.simd import as_f64, as_i64, as_u16, as_u32, as_u64, popcount
from gpu.resident.measure_kinds import COUNT


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
def fill_slots(
    group: Native, columns: Native, slots: Native, scratch: Native, low: Native, high: Native, passing: Native
) -> Native:
    """Find or compress each column's codes of the passing rows; returns the address of the rows' places."""
    base = low & ~np.uintp(63)
    words = (high - base + np.uintp(63)) >> np.uintp(6)
    if passing == high - low:
        for c in range(group[FIRST_COLUMN], group[LAST_COLUMN]):
            slots[c] = columns[c, CODES] + low * columns[c, WIDTH]
        return scratch[IOTA] + (low - base) * np.uintp(2)
    if (not AVX512) or group[PLACES]:
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
def make_room(group: Native, views: Native, passing: Native) -> None:
    """Unpack the group's packed sums before they could overflow."""
    if group[PENDING] + passing > group[ROOM]:
        for v in range(group[FIRST_VIEW], group[LAST_VIEW]):
            if views[v, KIND] == SUM_PACKED:
                unpack(views[v])
        group[PENDING] = np.uintp(0)
    group[PENDING] += passing


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
    cells = carray(as_u32(scratch[NUMBERED]), passing)
    integers, reals = carray(as_i64(scratch[GATHERED]), passing), carray(as_f64(scratch[GATHERED]), passing)
    gathered, gathered_kind = np.uintp(0), np.uintp(COUNT)
    for v in range(group[FIRST_VIEW], group[LAST_VIEW]):
        view = views[v]
        kind = view[KIND]
        if kind == COUNT and view[FIRST_TERM] == view[LAST_TERM]:
            carray(as_u32(view[COUNTS]), 1)[0] += np.uint32(passing)
            continue
        number_cells(view, terms, columns, slots, cells)
        if kind == COUNT:
            add_ones(cells, view[COUNTS])
            continue
        if view[VALUES] != gathered or kind != gathered_kind:
            gather_for(view, base, places, integers, reals)
            gathered, gathered_kind = view[VALUES], kind
        fold(view, cells, integers, reals)


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
    if group[LAST_FILTER] > group[FIRST_FILTER]:
        first, last = group[FIRST_FILTER], group[LAST_FILTER]
        passing = combine(filters, first, last, group[INVERTED], low, high, scratch[WORDS])
    if passing == np.uintp(0):
        return
    make_room(group, views, passing)
    places = carray(as_u16(fill_slots(group, columns, slots, scratch, low, high, passing)), passing)
    count_views(group, columns, terms, views, slots, scratch, low & ~np.uintp(63), places)


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
    """Count every group over the rows ``start <= row < stop``; ends early once ``cancel`` is set.

    ``slots`` has a place for the address of each column's codes of the block at hand.
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
            unpack(views[v])
