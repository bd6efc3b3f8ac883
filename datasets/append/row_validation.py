"""Validation of rows against the columns of a dataset: they are converted, or rejected with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from datasets.append.plain_values import to_plain_value
from datasets.append.text_forms import list_forms
from datasets.ingest.cell_text import clear_missing, list_rows
from datasets.ingest.column_parser import BOOLEANS, TEXTS, ColumnParser
from datasets.ingest.inference import parse_cells
from datasets.ingest.number_parsers import INTEGERS, NUMBERS
from datasets.ingest.stored_types import cast_to_stored, unwrap_values
from datasets.ingest.time_parsers import YEAR_FIRST, YEAR_FIRST_ZONED
from datasets.storage.store import is_text_type

MAX_QUOTE_LENGTH = 60
"""How many characters of a value a reason quotes."""


TypeTest = Callable[[pa.DataType], bool]


@dataclass(frozen=True)
class _TargetKind:
    """A kind of column: its name in messages, how text may spell values, and which other types it accepts."""

    label: str
    parsers: tuple[ColumnParser, ...]
    accepted_types: tuple[TypeTest, ...] = ()


_TIMES = (YEAR_FIRST, YEAR_FIRST_ZONED)
_TIME_TYPES = (pa.types.is_timestamp, pa.types.is_date, pa.types.is_integer)
_WIDE_TYPES = (pa.types.is_uint64, pa.types.is_decimal)
"""The whole numbers of files that become text if one of them is too large for a number."""
_NUMBER_TYPES = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
_TARGET_KINDS: tuple[tuple[TypeTest, _TargetKind], ...] = (
    (pa.types.is_boolean, _TargetKind("true or false", (BOOLEANS,), (pa.types.is_boolean,))),
    (pa.types.is_integer, _TargetKind("a whole number", (INTEGERS,), _NUMBER_TYPES)),
    (pa.types.is_floating, _TargetKind("a number", (NUMBERS,), _NUMBER_TYPES)),
    (pa.types.is_timestamp, _TargetKind("a time", _TIMES, _TIME_TYPES)),
    (pa.types.is_date, _TargetKind("a date", _TIMES, _TIME_TYPES)),
    (is_text_type, _TargetKind("text", (TEXTS,), _WIDE_TYPES)),
)


@dataclass(frozen=True)
class RejectedRow:
    """Why a row doesn't fit; ``row`` counts from 0."""

    row: int
    reason: str


@dataclass(frozen=True)
class CoercedRows:
    """The rows that fit, in their order and with the types of the dataset, and those that don't fit."""

    rows: pa.Table
    rejected: tuple[RejectedRow, ...]


def coerce_rows(table: pa.Table, schema: pa.Schema) -> CoercedRows:
    """Convert rows to a schema. Missing columns have no values; unknown columns must not have any.

    Text that spells a number, a time or true or false is converted as by an import; whole numbers for a time
    are milliseconds since 1970 (UTC). A date has no time of day but midnight. No other kinds are converted,
    and nothing but the printed digits of a number is rounded.
    """
    reasons: dict[int, str] = {}
    for name in table.column_names:
        if name not in schema.names:
            for row in _list_present(table[name]):
                reasons.setdefault(row, f"there is no column {name!r}")
    columns = [_coerce_column(table, field, reasons) for field in schema]
    coerced = pa.Table.from_arrays(columns, schema=schema)
    if reasons:
        keep = np.ones(table.num_rows, np.bool_)
        keep[list(reasons)] = False
        coerced = coerced.filter(pa.array(keep))
    return CoercedRows(coerced, tuple(RejectedRow(row, reasons[row]) for row in sorted(reasons)))


def _join_chunks(column: pa.ChunkedArray) -> pa.Array:
    """Return the plain values of a column, each chunk of which may have categories of its own."""
    return pa.concat_arrays([unwrap_values(chunk) for chunk in column.chunks] or [pa.nulls(0)])


def _list_present(column: pa.ChunkedArray) -> list[int]:
    """Return the rows of a column that have a value; text that says that it is missing is none."""
    values = _join_chunks(column)
    if is_text_type(values.type):
        values, _ = clear_missing(values.cast(pa.string()))
    return list(list_rows(values.is_valid()).tolist())


def _coerce_column(table: pa.Table, field: pa.Field, reasons: dict[int, str]) -> pa.Array:
    if field.name not in table.column_names:
        return pa.nulls(table.num_rows, field.type)
    values = _join_chunks(table[field.name])
    kind = next(kind for is_so, kind in _TARGET_KINDS if is_so(field.type))
    if is_text_type(values.type) and not is_text_type(field.type):
        kind = replace(kind, parsers=list_forms(values.cast(pa.string()), field, kind.parsers))
    coerced, wrong = _coerce_values(values, kind, field.type)
    for row in wrong:
        quoted = str(to_plain_value(values, row))[:MAX_QUOTE_LENGTH]
        reasons.setdefault(row, f"{field.name!r} must be {kind.label}, found {quoted!r}")
    return coerced


def _coerce_values(values: pa.Array, kind: _TargetKind, target: pa.DataType) -> tuple[pa.Array, list[int]]:
    """Return the values in the target's type, null where they don't fit, and where that is.

    Arrow converts an array as a whole or not at all, so an array that fails is halved until the bad values
    are alone.
    """
    try:
        return _cast_values(values, kind, target), []
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        if len(values) == 1:
            return pa.nulls(1, target), [0]
    half = len(values) // 2
    left, wrong = _coerce_values(values.slice(0, half), kind, target)
    right, more = _coerce_values(values.slice(half), kind, target)
    return pa.concat_arrays([left, right]), wrong + [half + row for row in more]


def _cast_values(values: pa.Array, kind: _TargetKind, target: pa.DataType) -> pa.Array:
    """Return the values in the target's type; raise ArrowInvalid if one doesn't fit."""
    if is_text_type(values.type):
        return cast_to_stored(_parse_text(values.cast(pa.string()), kind.parsers), target)
    if not pa.types.is_null(values.type) and not any(fits(values.type) for fits in kind.accepted_types):
        raise pa.ArrowInvalid(f"{values.type} isn't {kind.label}")
    if pa.types.is_temporal(target) and pa.types.is_integer(values.type):
        values = values.cast(pa.timestamp("ms"))
    return cast_to_stored(values, target)


def _parse_text(cells: pa.StringArray, parsers: tuple[ColumnParser, ...]) -> pa.Array:
    """Parse text with the first parser that can read all of it; raise ArrowInvalid if none can."""
    for parser in parsers[:-1]:
        try:
            return parse_cells(parser, cells)
        except pa.ArrowInvalid:
            continue
    return parse_cells(parsers[-1], cells)
