"""Formatting of rows as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

PIECE_BYTES = 1 << 20
"""How many bytes are returned at a time, so that little waits in memory for a slow client."""
FORMULA_PREFIX = "^([=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20])"
"""The beginnings of text that spreadsheets take for a formula, as listed by OWASP; the last four are wide."""


def format_csv(columns: Sequence[str], tables: Iterable[pa.Table]) -> Iterator[bytes]:
    """Yield a header, then one line per row, in pieces: UTF-8, with text in quotes as in RFC 4180.

    Times are ISO 8601 (UTC). A missing value, or one that isn't a finite number, is empty; empty text is
    ``""``. Text that spreadsheets would take for a formula is prefixed with an apostrophe.
    """
    yield from _format_table(pa.table([pa.array([name]) for name in columns], names=columns))
    for table in tables:
        yield from _format_table(table)


def _format_table(table: pa.Table) -> Iterator[bytes]:
    texts = pa.table([_to_csv_column(column) for column in table.columns], names=table.column_names)
    buffer = BytesIO()
    arrow_csv.write_csv(texts, buffer, arrow_csv.WriteOptions(include_header=False))
    view = buffer.getvalue()
    for start in range(0, len(view), PIECE_BYTES):
        yield view[start : start + PIECE_BYTES]


def _to_csv_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the values for CSV: text made harmless, times as text, and numbers as they are."""
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _format_times(column)
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_finite(column), column, pa.scalar(None, kind))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pc.replace_substring_regex(column, FORMULA_PREFIX, "'\\1")
    return column


def _format_times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return times such as 2001-02-03T12:00:00.5Z, with a fraction only if there is one."""
    texts = column.cast(pa.timestamp("us")).cast(pa.string())
    spaced = pc.replace_substring(pc.replace_substring_regex(texts, r"\.?0+$", ""), " ", "T")
    return pc.binary_join_element_wise(spaced, "Z", "")
