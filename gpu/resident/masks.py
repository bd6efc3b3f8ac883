"""Masks: for each row of a range, whether it passes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def unpacked(words: npt.NDArray[np.uint64], rows: range) -> npt.NDArray[np.bool_]:
    """The bits of these rows, shape ``(len(rows),)``; the first word has the first row's among its own."""
    passed = np.unpackbits(words.view(np.uint8), bitorder="little").view(np.bool_)
    first = rows.start & ~63
    return passed[rows.start - first : rows.stop - first]
