"""What counting does with a measure."""

from __future__ import annotations

COUNT, SUM_INTEGER, SUM_REAL, LOW, HIGH = range(5)

NUMBERS = ("i1", "i2", "i4", "i8", "f4", "f8")
"""The types a measure's numbers may have."""
