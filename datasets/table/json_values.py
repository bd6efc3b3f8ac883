"""Conversion of rows to JSON values."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from datasets.storage.store import MS_PER_DAY

MAX_SAFE_INTEGER = 2**53
"""The largest integer up to which floats, the numbers of a browser, represent every integer."""

JsonValue = bool | int | float | str | None


def rows_to_json(table: pa.Table) -> list[tuple[JsonValue, ...]]:
    """Return the values row by row.

    Times are in milliseconds since 1970 (UTC); what isn't a finite number is None. Integers that browsers
    can't represent become text.
    """
    return list(zip(*map(_column_to_json, table.columns), strict=True))


def _column_to_json(column: pa.ChunkedArray) -> list[JsonValue]:
    kind = column.type
    if pa.types.is_date(kind):
        return _dates_to_json(column)
    if pa.types.is_timestamp(kind):
        return _times_to_json(column)
    if pa.types.is_decimal(kind):
        return _finite_to_json(column.cast(pa.float64()))
    if pa.types.is_floating(kind):
        return _finite_to_json(column)
    found: list[JsonValue] = column.to_pylist()
    return list(map(_safe_integer, found)) if pa.types.is_integer(kind) else found


def _finite_to_json(column: pa.ChunkedArray) -> list[JsonValue]:
    found: list[JsonValue] = pc.if_else(
        pc.is_finite(column), column, pa.scalar(None, column.type)
    ).to_pylist()
    return found


def _times_to_json(column: pa.ChunkedArray) -> list[JsonValue]:
    """Return whole milliseconds where a time has no fraction of them; times are stored in microseconds."""
    found = column.cast(pa.timestamp("us")).cast(pa.int64()).to_pylist()
    return [None if us is None else us // 1000 if us % 1000 == 0 else us / 1000 for us in found]


def _dates_to_json(column: pa.ChunkedArray) -> list[JsonValue]:
    found = column.cast(pa.int32()).to_pylist()
    return [None if day is None else day * MS_PER_DAY for day in found]


def _safe_integer(value: JsonValue) -> JsonValue:
    return str(value) if isinstance(value, int) and abs(value) > MAX_SAFE_INTEGER else value
