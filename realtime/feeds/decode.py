"""Decodes the messages of a feed: rows as JSON objects, or a table as one stream of Arrow IPC.

Publishers are not trusted. Nothing is unpacked that would become larger than what was sent, except the names
of columns and categories, which are repeated in every row, and those only up to a limit.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from config import get_settings
from datasets.append.plain_values import to_plain_value
from datasets.storage.store import is_text_type
from realtime.channel_messages import ChannelMessage
from realtime.feeds.arrow_compression import is_compressed

MAX_ROWS = 1 << 16
"""The number of rows of one message at most."""
MAX_NUMBER_LENGTH = 80
"""The bytes of a number or time as text at most, for categories that are not text."""
ARROW_ERRORS = (pa.ArrowException, OSError, ValueError, LookupError, TypeError)
"""What reading damaged Arrow data raises, also in the types that other packages register with Arrow."""
MAX_EXPANDED_BYTES = 1 << 24
"""The bytes of the names of columns and categories of one message, counted once per row, at most."""
SUPPORTED_TYPES = (
    pa.types.is_null,
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_timestamp,
    pa.types.is_date,
    pa.types.is_string,
    pa.types.is_large_string,
)
"""The Arrow types that a column, or the categories of one, may have."""


class BadMessageError(ValueError):
    """A message has no valid rows."""


@dataclass(frozen=True)
class DecodedRows:
    """Rows of one message whose columns have one type each, and the JSON from which each of them came."""

    table: pa.Table
    source_rows: Sequence[Any]


@dataclass(frozen=True)
class RejectedItem:
    """An item that can't be a row, and the reason."""

    content: Any
    reason: str


def decode_message(message: ChannelMessage) -> Iterator[DecodedRows | RejectedItem]:
    """Yield the rows of a message and its rejected items, in order."""
    try:
        yield from _decode_parts(message)
    except BadMessageError as error:
        yield RejectedItem(message.data, str(error))


def _decode_parts(message: ChannelMessage) -> Iterator[DecodedRows | RejectedItem]:
    if message.problem:
        raise BadMessageError(message.problem)
    if message.name == "rows":
        yield from decode_json(message.data)
    elif message.name == "arrow":
        yield _decode_arrow(message.data)
    else:
        raise BadMessageError(f"the message name must be rows or arrow, not {message.name!r}")


def decode_json(data: object) -> Iterator[DecodedRows | RejectedItem]:
    """Yield the rows in a JSON object, or in a list of objects.

    Raises:
        BadMessageError: there are too many rows or columns.
    """
    rows = data if isinstance(data, list) else [data]
    if len(rows) > MAX_ROWS:
        raise BadMessageError(f"a message can have at most {MAX_ROWS:,} rows")
    objects = [row for row in rows if isinstance(row, Mapping) and row]
    names = dict.fromkeys(name for row in objects for name in row)
    if len(names) > get_settings().import_columns:
        raise BadMessageError(f"a message can have at most {get_settings().import_columns:,} columns")
    for row in rows:
        if not (isinstance(row, Mapping) and row):
            yield RejectedItem(row, "a row must be a JSON object with at least one field")
    yield from _split_by_type(objects, list(names))


def _split_by_type(rows: Sequence[Any], names: Sequence[str]) -> Iterator[DecodedRows | RejectedItem]:
    """Yield the rows in parts, halved until each column of a part has one type."""
    if not rows:
        return
    try:
        columns = [pa.array([row.get(name) for row in rows]) for name in names]
        yield DecodedRows(pa.Table.from_arrays(columns, names=list(names)), rows)
    except (ValueError, TypeError, OverflowError, pa.ArrowException) as error:
        if len(rows) == 1:
            yield RejectedItem(rows[0], f"a value can't be converted: {error}")
            return
        half = len(rows) // 2
        yield from _split_by_type(rows[:half], names)
        yield from _split_by_type(rows[half:], names)


def _decode_arrow(data: object) -> DecodedRows:
    if not isinstance(data, bytes | bytearray):
        raise BadMessageError("the data of an arrow message must be bytes")
    try:
        is_small = not any(is_compressed(part) for part in pa.ipc.MessageReader.open_stream(data))
        table = _read_table(data) if is_small else None
    except ARROW_ERRORS as error:
        raise BadMessageError(f"not a valid Arrow IPC stream: {error}") from error
    if table is None:
        raise BadMessageError("compressed Arrow IPC is not supported")
    _require_supported(table)
    return DecodedRows(table, _LazyJsonRows(table))


def _read_table(data: bytes | bytearray) -> pa.Table:
    """Read a table, and all of its parts that Arrow leaves for later."""
    with pa.ipc.open_stream(data) as stream:
        table = stream.read_all()
    table.validate(full=True)
    return table.rename_columns(table.column_names)  # their bytes must be text


def _require_supported(table: pa.Table) -> None:
    if table.num_rows > MAX_ROWS:
        raise BadMessageError(f"a message can have at most {MAX_ROWS:,} rows")
    if table.num_columns > get_settings().import_columns:
        raise BadMessageError(f"a message can have at most {get_settings().import_columns:,} columns")
    if len(set(table.column_names)) < table.num_columns:
        raise BadMessageError("column names must be unique")
    for name, column in zip(table.column_names, table.columns, strict=True):
        type_ = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if not any(is_type(type_) for is_type in SUPPORTED_TYPES):
            raise BadMessageError(f"column {name!r} has the type {column.type}, which is not supported")
    names = sum(len(name.encode()) for name in table.column_names)
    if (names + sum(map(_longest_category, table.columns))) * table.num_rows > MAX_EXPANDED_BYTES:
        raise BadMessageError(
            f"the names of columns and categories in all rows would exceed {MAX_EXPANDED_BYTES:,} bytes"
        )


def _longest_category(column: pa.ChunkedArray) -> int:
    """Return the bytes of the longest category name; 0 if the column has no categories."""
    if not pa.types.is_dictionary(column.type):
        return 0
    if not is_text_type(column.type.value_type):
        return MAX_NUMBER_LENGTH
    lengths = (pc.max(pc.binary_length(chunk.dictionary)).as_py() for chunk in column.chunks)
    return max((length or 0 for length in lengths), default=0)


class _LazyJsonRows(Sequence[Any]):
    """The rows of a table as JSON; each is converted when it is accessed."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __getitem__(self, row: Any) -> Any:  # noqa: ANN401
        part = self._table.slice(row, 1).combine_chunks()
        columns = zip(part.column_names, part.columns, strict=True)
        return {name: to_plain_value(column.chunk(0), 0) for name, column in columns}


def to_json(data: Any) -> Any:  # noqa: ANN401
    """Return any data as JSON; bytes become base64, and numbers that JSON doesn't have become text."""
    return json.loads(json.dumps(data, default=_json_default), parse_constant=str)


def _json_default(value: object) -> str:
    return b64encode(value).decode() if isinstance(value, bytes | bytearray) else str(value)
