"""The ways in which the numbers of a measure are aggregated."""

from __future__ import annotations

COUNT, SUM_INTEGER, SUM_REAL, LOW, HIGH = range(5)

NUMBER_DTYPES = ("i1", "i2", "i4", "i8", "f4", "f8")
"""The types that a measure's numbers may have."""

LOW_HALF, HIGH_HALF = range(len(NUMBER_DTYPES), len(NUMBER_DTYPES) + 2)
"""Further formats in which the kernels read numbers: the lower 32 bits of an int64, which are unsigned, and
its upper 32 bits, which have the sign."""
