"""Formatting of rows as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

PIECE_BYTES = 1 << 20
"""How many bytes are returned at a time, so that little waits in memory for a slow client."""
FORMULA_PREFIX = "^([=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20])"
"""The beginnings of text that spreadsheets take for a formula, as listed by OWASP; the last four are wide."""

YEAR_END_LENGTHS = {"D": len("-01-31"), "us": len("-01-31T00:00:00.000000")}
"""How many letters follow the year in the text of an instant, by its unit."""


def format_csv(columns: Sequence[str], tables: Iterable[pa.Table]) -> Iterator[bytes]:
    """Yield a header, then one line per row, in pieces: UTF-8, with text in quotes as in RFC 4180.

    Times are ISO 8601 (UTC), dates have no time of day. A missing value, or one that isn't a finite number,
    is empty; empty text is ``""``. Text that spreadsheets would take for a formula is prefixed with an
    apostrophe.
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
    if pa.types.is_date(kind):
        return _format_instants(column.cast(pa.int32()), column.cast(pa.string()), "D")
    if pa.types.is_timestamp(kind):
        return _format_times(column)
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_finite(column), column, pa.scalar(None, kind))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pc.replace_substring_regex(column, FORMULA_PREFIX, "'\\1")
    return column


def _format_times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return times such as 2001-02-03T12:00:00.5Z, with a fraction only if there is one."""
    plain = column.cast(pa.timestamp("us"))
    spaced = _format_instants(plain.cast(pa.int64()), plain.cast(pa.string()), "us")
    texts = pc.replace_substring(pc.replace_substring_regex(spaced, r"\.?0+$", ""), " ", "T")
    return pc.binary_join_element_wise(texts, "Z", "")


def _format_instants(
    ticks: pa.ChunkedArray, texts: pa.ChunkedArray, unit: Literal["D", "us"]
) -> pa.ChunkedArray:
    """Return ISO texts of days or microseconds since 1970, in which far years have a sign and six digits.

    ``texts`` are those that Arrow makes, which are right for the years 0 to 9999.
    """
    first, end = (np.datetime64(date, unit).astype(np.int64).item() for date in ("0000-01-01", "10000-01-01"))
    is_far = pc.or_(pc.less(ticks, first), pc.greater_equal(ticks, end)).fill_null(False)
    if not pc.any(is_far).as_py():
        return texts
    instants = ticks.filter(is_far).to_numpy().astype(f"datetime64[{unit}]")
    years = instants.astype("datetime64[Y]").astype(np.int64) + 1970
    ends = [text[-YEAR_END_LENGTHS[unit] :] for text in np.datetime_as_string(instants)]
    far = [f"{year:+07d}{end}" for year, end in zip(years.tolist(), ends, strict=True)]
    return pc.replace_with_mask(texts.combine_chunks(), is_far.combine_chunks(), pa.array(far, pa.string()))
