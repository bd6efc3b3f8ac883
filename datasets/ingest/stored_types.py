"""The few types that datasets are stored in, and the conversion of Arrow values to them."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

DATE = pa.date32()
TIME = pa.timestamp("us")
INTEGER = pa.int64()
NUMBER = pa.float64()
TEXT = pa.large_string()
STORED_TYPES: tuple[tuple[Callable[[pa.DataType], bool], tuple[pa.DataType, ...]], ...] = (
    (pa.types.is_boolean, (pa.bool_(),)),
    (lambda type_: pa.types.is_uint64(type_) or _is_whole_decimal(type_), (INTEGER, TEXT)),
    (pa.types.is_integer, (INTEGER,)),
    (lambda type_: pa.types.is_floating(type_) or pa.types.is_decimal(type_), (NUMBER,)),
    (pa.types.is_date, (DATE, TIME)),
    (pa.types.is_timestamp, (TIME,)),
    (pa.types.is_string, (TEXT,)),
    (pa.types.is_large_string, (TEXT,)),
    (pa.types.is_string_view, (TEXT,)),
)
"""The types of Arrow that can be stored, with the types that each may be stored in, the preferred one first.
"""


def list_stored_types(type_: pa.DataType) -> tuple[pa.DataType, ...]:
    """Return the types that values of ``type_`` may be stored in, the preferred one first.

    The first that holds every value exactly is to be chosen. Integers that don't fit into int64 become text,
    which keeps all digits. It is empty for what can't be stored: lists, bytes, durations, ...
    """
    plain = unwrap_type(type_)
    if pa.types.is_timestamp(plain) and plain.tz:
        return (pa.timestamp("us", plain.tz),)
    return next((found for fits, found in STORED_TYPES if fits(plain)), ())


def unwrap_type(type_: pa.DataType) -> pa.DataType:
    """Return the plain type of the values that a dictionary or an extension type stands for."""
    if isinstance(type_, pa.BaseExtensionType):
        return unwrap_type(type_.storage_type)
    return unwrap_type(type_.value_type) if pa.types.is_dictionary(type_) else type_


def to_stored_type(type_: pa.DataType) -> pa.DataType | None:
    """Return the preferred type to store values of ``type_`` in; None for unsupported ones."""
    return next(iter(list_stored_types(type_)), None)


def unwrap_values(values: pa.Array) -> pa.Array:
    """Return the values that a dictionary or an extension type stands for, in their plain type."""
    if isinstance(values.type, pa.BaseExtensionType):
        return unwrap_values(values.storage)
    return unwrap_values(values.dictionary_decode()) if pa.types.is_dictionary(values.type) else values


def cast_to_stored(values: pa.Array, target: pa.DataType) -> pa.Array:
    """Return plain values in a type that datasets are stored in; fractions of a microsecond are dropped.

    Times without a zone are taken as UTC. Decimals become the nearest float.

    Raises:
        pa.ArrowInvalid: a value doesn't fit.
    """
    if pa.types.is_timestamp(values.type) and values.type.tz:
        values = values.cast(pa.timestamp(values.type.unit))
    if pa.types.is_decimal(values.type) and pa.types.is_floating(target):
        values = values.cast(pa.string())  # Arrow's own conversion is wrong in the last digit at times
    if pa.types.is_timestamp(values.type) and pa.types.is_date(target):
        return _drop_midnight(values, target)
    return pc.cast(values, options=pc.CastOptions(target, allow_time_truncate=True))


def _drop_midnight(times: pa.TimestampArray, target: pa.DataType) -> pa.Array:
    """Return the dates of times that are all midnight."""
    dates = times.cast(target)
    if not pc.all(pc.equal(dates.cast(times.type), times)).as_py() and len(times.drop_null()):
        raise pa.ArrowInvalid("a date expected, found a time of day")
    return dates


def _is_whole_decimal(type_: pa.DataType) -> bool:
    return bool(pa.types.is_decimal(type_)) and type_.scale <= 0
