"""The kernel that writes composite codes of the bins of one or two columns."""

from __future__ import annotations

import numpy as np
from numba import carray

from gpu.cpu.native.cells import add_codes
from gpu.cpu.native.jit import Native, inline, kernel
from gpu.cpu.native.simd import as_u8, as_u16

_BLOCK = 4096


@inline
def _narrow_cells(cells: Native, out: Native) -> None:
    for i in range(np.uintp(out.size)):
        out[i] = cells[i]


@kernel("void(uint64[:,::1], uint64, uint64, uint64, uint64)")
def write_composite_codes(terms: Native, target: Native, width: Native, start: Native, stop: Native) -> None:
    """Write the sum of each term's looked-up code for the rows ``start <= row < stop``.

    Args:
        terms: Rows of (address of row 0's code, bytes of a code, address of its uint32 lookup).
        target: Address of row 0's composite code, of ``width`` bytes.
    """
    cells = np.empty(_BLOCK, np.uint32)
    for low in range(start, stop, np.uintp(_BLOCK)):
        count = min(np.uintp(_BLOCK), stop - low)
        cells[:] = np.uint32(0)
        for t in range(np.uintp(terms.shape[0])):
            address = terms[t, 0] + low * terms[t, 1]
            if terms[t, 1] == np.uintp(1):
                add_codes(carray(as_u8(address), count), terms[t, 2], np.uintp(0), cells[:count])
            else:
                add_codes(carray(as_u16(address), count), terms[t, 2], np.uintp(0), cells[:count])
        if width == np.uintp(1):
            _narrow_cells(cells, carray(as_u8(target + low), count))
        else:
            _narrow_cells(cells, carray(as_u16(target + low * np.uintp(2)), count))
