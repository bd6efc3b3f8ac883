"""Values of rows as JSON has them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

EXACT = 2**53
"""Up to here a float, which is what a browser has, holds every integer."""

Value = bool | int | float | str | None


def rows(table: pa.Table) -> list[tuple[Value, ...]]:
    """Row by row: times in milliseconds since 1970 (UTC), what is no finite number as None.

    Integers that browsers can't hold come as text.
    """
    return list(zip(*map(_values, table.columns), strict=True))


def _values(column: pa.ChunkedArray) -> list[Value]:
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _milliseconds(column)
    if pa.types.is_decimal(kind):
        return _finite(column.cast(pa.float64()))
    if pa.types.is_floating(kind):
        return _finite(column)
    found: list[Value] = column.to_pylist()
    return list(map(_held, found)) if pa.types.is_integer(kind) else found


def _finite(column: pa.ChunkedArray) -> list[Value]:
    found: list[Value] = pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type)).to_pylist()
    return found


def _milliseconds(column: pa.ChunkedArray) -> list[Value]:
    """Whole milliseconds where a time has no more; times are stored in microseconds."""
    found = column.cast(pa.timestamp("us")).cast(pa.int64()).to_pylist()
    return [None if each is None else each // 1000 if each % 1000 == 0 else each / 1000 for each in found]


def _held(value: Value) -> Value:
    return str(value) if isinstance(value, int) and abs(value) > EXACT else value
