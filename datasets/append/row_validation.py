"""Rows made to fit the columns of a dataset; those that don't are refused, each with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.ingest.inference import MOMENTS, NUMBERS, TEXT, TRUTH, WHOLE, Reading, convert
from datasets.storage.store import is_text

LONGEST_QUOTE = 60
"""Letters of a value that a reason quotes."""


Test = Callable[[pa.DataType], bool]


@dataclass(frozen=True)
class _Kind:
    """What a column holds, in words; how text may spell it, and which other types are taken for it."""

    words: str
    readings: tuple[Reading, ...]
    types: tuple[Test, ...] = ()


_NUMBER = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
_KINDS: tuple[tuple[Test, _Kind], ...] = (
    (pa.types.is_boolean, _Kind("true or false", (TRUTH,), (pa.types.is_boolean,))),
    (pa.types.is_integer, _Kind("a whole number", (WHOLE,), _NUMBER)),
    (pa.types.is_floating, _Kind("a number", (NUMBERS,), _NUMBER)),
    (
        pa.types.is_timestamp,
        _Kind("a time", MOMENTS, (pa.types.is_timestamp, pa.types.is_date, pa.types.is_integer)),
    ),
    (is_text, _Kind("text", (TEXT,))),
)


@dataclass(frozen=True)
class Refusal:
    """Why the row of this number, counted from 0, does not fit."""

    row: int
    reason: str


@dataclass(frozen=True)
class Fitted:
    """The rows that fit, in their order, in the types of the dataset; and those that don't."""

    rows: pa.Table
    refused: tuple[Refusal, ...]


def fit(table: pa.Table, schema: pa.Schema) -> Fitted:
    """Make rows fit a schema: what is not given has no values, what is unknown must not have any.

    Text that spells a number, a time or true or false is taken as such; whole numbers for a time are
    milliseconds since 1970 (UTC). Nothing else changes its kind, and nothing is rounded.
    """
    reasons: dict[int, str] = {}
    for name in table.column_names:
        if name not in schema.names:
            present = np.flatnonzero(table[name].is_valid().to_numpy(zero_copy_only=False))
            for row in present.tolist():
                reasons.setdefault(row, f"there is no column {name!r}")
    columns = [_column(table, field, reasons) for field in schema]
    fitted = pa.Table.from_arrays(columns, schema=schema)
    if reasons:
        keep = np.ones(table.num_rows, np.bool_)
        keep[list(reasons)] = False
        fitted = fitted.filter(pa.array(keep))
    return Fitted(fitted, tuple(Refusal(row, reasons[row]) for row in sorted(reasons)))


def _column(table: pa.Table, field: pa.Field, reasons: dict[int, str]) -> pa.Array:
    if field.name not in table.column_names:
        return pa.nulls(table.num_rows, field.type)
    values = pa.concat_arrays(table[field.name].chunks or [pa.nulls(0)])
    kind = next(kind for is_so, kind in _KINDS if is_so(field.type))
    fitted, wrong = _converted(values, kind, field.type)
    for row in wrong:
        quoted = str(values[row].as_py())[:LONGEST_QUOTE]
        reasons.setdefault(row, f"{field.name!r} must be {kind.words}, found {quoted!r}")
    return fitted


def _converted(values: pa.Array, kind: _Kind, target: pa.DataType) -> tuple[pa.Array, list[int]]:
    """The values in the target's type, null where they don't fit, and where that is: what fails is halved."""
    try:
        return _taken(values, kind, target), []
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        if len(values) == 1:
            return pa.nulls(1, target), [0]
    half = len(values) // 2
    left, wrong = _converted(values.slice(0, half), kind, target)
    right, more = _converted(values.slice(half), kind, target)
    return pa.concat_arrays([left, right]), wrong + [half + row for row in more]


def _taken(values: pa.Array, kind: _Kind, target: pa.DataType) -> pa.Array:
    """The values in the target's type; raises ArrowInvalid."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if is_text(values.type):
        return _read(values.cast(pa.string()), kind.readings).cast(target)
    if not pa.types.is_null(values.type) and not any(fits(values.type) for fits in kind.types):
        raise pa.ArrowInvalid(f"{values.type} is no {kind.words}")
    if pa.types.is_timestamp(target) and pa.types.is_integer(values.type):
        values = values.cast(pa.timestamp("ms"))
    elif pa.types.is_timestamp(values.type) and values.type.tz:
        values = values.cast(pa.timestamp(values.type.unit))
    return pc.cast(values, options=pc.CastOptions(target, allow_time_truncate=True))


def _read(cells: pa.StringArray, readings: tuple[Reading, ...]) -> pa.Array:
    """Text in the first way in which all of it can be read; raises ArrowInvalid."""
    for reading in readings[:-1]:
        try:
            return convert(reading, cells)
        except pa.ArrowInvalid:
            continue
    return convert(readings[-1], cells)
