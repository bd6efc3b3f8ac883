"""Packing of booleans, one per row, as bits with 64 rows per word."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def unpack_bits(words: npt.NDArray[np.uint64], rows: range) -> npt.NDArray[np.bool_]:
    """Return the bits of these rows as booleans, shape ``(len(rows),)``.

    ``words`` begins with the word that contains the first row's bit.
    """
    passed = np.unpackbits(words.view(np.uint8), bitorder="little").view(np.bool_)
    first = rows.start & ~63
    return passed[rows.start - first : rows.stop - first]


def pack_bytes(words: npt.NDArray[np.uint64], rows: int) -> npt.NDArray[np.uint8]:
    """Return the bits of the first ``rows`` rows, eight per byte; clear the bits after the last row."""
    bits = words.view(np.uint8)[: -(-rows // 8)]
    if rows % 8:
        bits[-1] &= (1 << rows % 8) - 1
    return bits
