"""The part of the fused kernel that adds rows to their cells, as counts, sums, minima and maxima."""

from __future__ import annotations

import numpy as np
from numba import carray

from gpu.cpu.native.jit import Native, inline
from gpu.cpu.native.layout import (
    BLOCK,
    CELLS,
    COUNTS,
    KIND,
    NUMBER,
    PACKED,
    SHIFT,
    SUM_PACKED,
    TOTALS,
    VALUES,
)
from gpu.cpu.native.simd import as_f32, as_f64, as_i8, as_i16, as_i32, as_i64, as_u32
from gpu.resident.measure_kinds import HIGH_HALF, LOW, LOW_HALF, SUM_INTEGER, SUM_REAL


@inline
def gather_places(values: Native, places: Native, out: Native) -> None:
    for i in range(np.uintp(places.size)):
        out[i] = values[np.uintp(places[i])]


@inline
def gather_halves(halves: Native, places: Native, out: Native) -> None:
    """Write every other of the halves, which lie side by side."""
    for i in range(np.uintp(places.size)):
        out[i] = halves[np.uintp(2) * np.uintp(places[i])]


@inline
def gather_numbers(view: Native, base: Native, places: Native, out: Native) -> None:
    """Write the view's number of each passing row of the block that begins at row ``base``."""
    number, address = view[NUMBER], view[VALUES]
    if number == 0:
        gather_places(carray(as_i8(address + base), BLOCK), places, out)
    elif number == 1:
        gather_places(carray(as_i16(address + base * np.uintp(2)), BLOCK), places, out)
    elif number == 2:
        gather_places(carray(as_i32(address + base * np.uintp(4)), BLOCK), places, out)
    elif number == 3:
        gather_places(carray(as_i64(address + base * np.uintp(8)), BLOCK), places, out)
    elif number == 4:
        gather_places(carray(as_f32(address + base * np.uintp(4)), BLOCK), places, out)
    elif number == LOW_HALF:
        gather_halves(carray(as_u32(address + base * np.uintp(8)), 2 * BLOCK), places, out)
    elif number == HIGH_HALF:
        gather_halves(carray(as_i32(address + base * np.uintp(8) + np.uintp(4)), 2 * BLOCK), places, out)
    else:
        gather_places(carray(as_f64(address + base * np.uintp(8)), BLOCK), places, out)


@inline
def gather_for_view(view: Native, base: Native, places: Native, integers: Native, reals: Native) -> None:
    """Write the numbers in the form that the view needs: integers, packed integers, or floats.

    A packed integer is a number above a count of one.
    """
    if view[KIND] == SUM_INTEGER:
        gather_numbers(view, base, places, integers)
    elif view[KIND] == SUM_PACKED:
        gather_numbers(view, base, places, integers)
        shift = np.int64(view[SHIFT])
        for i in range(np.uintp(places.size)):
            integers[i] = (integers[i] << shift) + np.int64(1)
    else:
        gather_numbers(view, base, places, reals)


@inline
def add_ones(cells: Native, table: Native) -> None:
    counts = carray(as_u32(table), 1)
    for i in range(np.uintp(cells.size)):
        counts[np.uintp(cells[i])] += np.uint32(1)


@inline
def add_numbers(cells: Native, numbers: Native, sums: Native) -> None:
    for i in range(np.uintp(cells.size)):
        sums[np.uintp(cells[i])] += numbers[i]


@inline
def update_min(cells: Native, numbers: Native, table: Native) -> None:
    lows = carray(as_f64(table), 1)
    for i in range(np.uintp(cells.size)):
        cell = np.uintp(cells[i])
        lows[cell] = min(lows[cell], numbers[i])


@inline
def update_max(cells: Native, numbers: Native, table: Native) -> None:
    highs = carray(as_f64(table), 1)
    for i in range(np.uintp(cells.size)):
        cell = np.uintp(cells[i])
        highs[cell] = max(highs[cell], numbers[i])


@inline
def accumulate_numbers(view: Native, cells: Native, integers: Native, reals: Native) -> None:
    """Add each row's number to its cell."""
    kind = view[KIND]
    if kind == SUM_PACKED:
        add_numbers(cells, integers, carray(as_i64(view[PACKED]), 1))
        return
    add_ones(cells, view[COUNTS])
    if kind == SUM_INTEGER:
        add_numbers(cells, integers, carray(as_i64(view[TOTALS]), 1))
    elif kind == SUM_REAL:
        add_numbers(cells, reals, carray(as_f64(view[TOTALS]), 1))
    elif kind == LOW:
        update_min(cells, reals, view[TOTALS])
    else:
        update_max(cells, reals, view[TOTALS])


@inline
def unpack_sums(view: Native) -> None:
    """Move a view's packed sums to its counts and totals."""
    size = view[CELLS]
    packed, totals = carray(as_i64(view[PACKED]), size), carray(as_i64(view[TOTALS]), size)
    counts = carray(as_u32(view[COUNTS]), size)
    shift = np.int64(view[SHIFT])
    ones = (np.int64(1) << shift) - np.int64(1)
    for i in range(size):
        # A negative sum borrows from the bits above the count; without the count the shift is exact.
        count = packed[i] & ones
        counts[i] += np.uint32(count)
        totals[i] += (packed[i] - count) >> shift
        packed[i] = np.int64(0)
