"""For each row of a range, whether it passes: bits, 64 rows a word, or a bool a row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def unpacked(words: npt.NDArray[np.uint64], rows: range) -> npt.NDArray[np.bool_]:
    """The bits of these rows, shape ``(len(rows),)``; the first word has the first row's among its own."""
    passed = np.unpackbits(words.view(np.uint8), bitorder="little").view(np.bool_)
    first = rows.start & ~63
    return passed[rows.start - first : rows.stop - first]


def trimmed(words: npt.NDArray[np.uint64], rows: int) -> npt.NDArray[np.uint8]:
    """The bits of the first so many rows, eight a byte; those behind the last become 0."""
    bits = words.view(np.uint8)[: -(-rows // 8)]
    if rows % 8:
        bits[-1] &= (1 << rows % 8) - 1
    return bits
