"""The kernel that adds up the tables of all threads."""

from __future__ import annotations

import numpy as np
from numba import carray

from gpu.cpu.native.jit import Native, kernel
from gpu.cpu.native.simd import as_u32

_CHUNK = 2048


@kernel("void(uint64[::1], int64[::1], uint64, uint64)")
def merge_tables(tables: Native, out: Native, start: Native, stop: Native) -> None:
    """Add up the uint32 tables at these addresses, for the cells ``start <= cell < stop``."""
    for low in range(start, stop, np.uintp(_CHUNK)):
        high = min(low + np.uintp(_CHUNK), stop)
        for i in range(low, high):
            out[i] = np.int64(0)
        for t in range(np.uintp(tables.size)):
            counts = carray(as_u32(np.uintp(tables[t])), high)
            for i in range(low, high):
                out[i] += np.int64(counts[i])
