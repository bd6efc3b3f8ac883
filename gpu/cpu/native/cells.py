"""The part of the fused kernel that computes the cell of each row from codes."""

from __future__ import annotations

import numpy as np
from numba import carray

from gpu.cpu.native.jit import Native, inline
from gpu.cpu.native.layout import COLUMN, COPY_STRIDE, FIRST_TERM, LAST_TERM, LOOKUP, STRIDE, WIDTH
from gpu.cpu.native.simd import as_u8, as_u16, as_u32


@inline
def add_codes(codes: Native, lookup: Native, stride: Native, cells: Native) -> None:
    """Compute ``cells += lookup[codes]``, or ``cells += codes * stride`` if there is no lookup."""
    count = np.uintp(cells.size)
    if lookup:
        table = carray(as_u32(lookup), 65536)
        for i in range(count):
            cells[i] += table[np.uintp(codes[i])]
    else:
        factor = np.uint32(stride)
        for i in range(count):
            cells[i] += np.uint32(codes[i]) * factor


@inline
def spread_cells(spread: Native, cells: Native) -> None:
    """Initialise the cell numbers with 0, or in turn with the offsets of a small table's four copies."""
    size = np.uint32(spread)
    for i in range(np.uintp(cells.size)):
        cells[i] = np.uint32(i & np.uintp(3)) * size


@inline
def number_cells(view: Native, terms: Native, columns: Native, slots: Native, cells: Native) -> None:
    """Compute the cell of each passing row."""
    spread_cells(view[COPY_STRIDE], cells)
    for t in range(view[FIRST_TERM], view[LAST_TERM]):
        column = terms[t, COLUMN]
        if columns[column, WIDTH] == np.uintp(1):
            narrow = carray(as_u8(slots[column]), cells.size)
            add_codes(narrow, terms[t, LOOKUP], terms[t, STRIDE], cells)
        else:
            wide = carray(as_u16(slots[column]), cells.size)
            add_codes(wide, terms[t, LOOKUP], terms[t, STRIDE], cells)
