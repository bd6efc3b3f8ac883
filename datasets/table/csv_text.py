"""Rows as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

PIECE = 1 << 20
"""Bytes that are given at a time: little waits in memory for a slow reader."""
FORMULA = "^([=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20])"
"""What makes spreadsheets take a text for a formula, as OWASP lists it; the last four are wide forms."""


def csv(columns: Sequence[str], tables: Iterable[pa.Table]) -> Iterator[bytes]:
    """A header, and a line a row: UTF-8, text in quotes as RFC 4180 has them; in pieces.

    Times are ISO 8601 (UTC). A missing value, and what is no finite number, is nothing; empty text is ``""``.
    Text that spreadsheets would take for a formula has an apostrophe before it.
    """
    yield from _pieces(pa.table([pa.array([name]) for name in columns], names=columns))
    for table in tables:
        yield from _pieces(table)


def _pieces(table: pa.Table) -> Iterator[bytes]:
    texts = pa.table([_text(column) for column in table.columns], names=table.column_names)
    buffer = BytesIO()
    arrow_csv.write_csv(texts, buffer, arrow_csv.WriteOptions(include_header=False))
    view = buffer.getvalue()
    for start in range(0, len(view), PIECE):
        yield view[start : start + PIECE]


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The values as CSV has them: text that is harmless, times as text, and numbers as they are."""
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _times(column)
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_finite(column), column, pa.scalar(None, kind))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pc.replace_substring_regex(column, FORMULA, "'\\1")
    return column


def _times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """As in 2001-02-03T12:00:00.5Z, with a fraction only where there is one."""
    texts = column.cast(pa.timestamp("us")).cast(pa.string())
    spaced = pc.replace_substring(pc.replace_substring_regex(texts, r"\.?0+$", ""), " ", "T")
    return pc.binary_join_element_wise(spaced, "Z", "")
