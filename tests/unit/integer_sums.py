"""Sums of integers as Python's own integers, which have no limit."""

from __future__ import annotations

import numpy as np

from gpu.wide_sums import WideSums


def to_python_integers(sums):
    """An array of ints; floats, and no sums, stay as they are."""
    if isinstance(sums, WideSums):
        return sums.high.astype(object) * 2**32 + sums.low.astype(object)
    return sums if sums is None or sums.dtype == np.float64 else sums.astype(object)
