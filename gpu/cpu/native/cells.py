"""Part of the fused kernel: the cell of each row, summed up from codes."""

from __future__ import annotations

import numpy as np
from numba import carray

from gpu.cpu.native.jit import Native, inline
from gpu.cpu.native.layout import COLUMN, FIRST_TERM, LAST_TERM, LOOKUP, SPREAD, STRIDE, WIDTH
from gpu.cpu.native.simd import as_u8, as_u16, as_u32


@inline
def add_codes(codes: Native, lookup: Native, stride: Native, cells: Native) -> None:
    """``cells += lookup[codes]``, or ``codes * stride`` where there is no lookup."""
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
    """Start the cell numbers: 0, or in turn one of the four copies of a small table."""
    size = np.uint32(spread)
    for i in range(np.uintp(cells.size)):
        cells[i] = np.uint32(i & np.uintp(3)) * size


@inline
def number_cells(view: Native, terms: Native, columns: Native, slots: Native, cells: Native) -> None:
    """The cell of each passing row."""
    spread_cells(view[SPREAD], cells)
    for t in range(view[FIRST_TERM], view[LAST_TERM]):
        column = terms[t, COLUMN]
        if columns[column, WIDTH] == np.uintp(1):
            narrow = carray(as_u8(slots[column]), cells.size)
            add_codes(narrow, terms[t, LOOKUP], terms[t, STRIDE], cells)
        else:
            wide = carray(as_u16(slots[column]), cells.size)
            add_codes(wide, terms[t, LOOKUP], terms[t, STRIDE], cells)
