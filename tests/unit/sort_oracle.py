"""Rows in order: the obvious way."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tests.unit.engine_strategies import COLUMNS

SORTABLE_COLUMNS = [column for column in COLUMNS if column != "price"]
"""The columns that engines keep to sort by."""


def sort_row_numbers(values: pa.ChunkedArray, descending: bool) -> list[int]:
    """The numbers of all rows, sorted by value."""
    found = _to_comparable(values).to_pylist()
    finite = [None if isinstance(value, float) and not np.isfinite(value) else value for value in found]
    valued = [row for row, value in enumerate(finite) if value is not None]
    valued.sort(key=finite.__getitem__, reverse=descending)  # which leaves equal ones in their order
    return valued + [row for row, value in enumerate(finite) if value is None]


def _to_comparable(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values that Python compares as Arrow does: it has no nanoseconds."""
    return values.cast(pa.int64()) if pa.types.is_timestamp(values.type) else values
