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
from realtime.channel_messages import ChannelMessage
from realtime.feeds.arrow_compression import is_compressed

MAX_ROWS = 1 << 16
"""The number of rows of one message at most."""
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
        yield RejectedItem(_to_json(message.data), str(error))


def _decode_parts(message: ChannelMessage) -> Iterator[DecodedRows | RejectedItem]:
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
        if any(is_compressed(ipc_message) for ipc_message in pa.ipc.MessageReader.open_stream(data)):
            raise BadMessageError("compressed Arrow IPC is not supported")
        with pa.ipc.open_stream(data) as stream:
            table = stream.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise BadMessageError(f"not a valid Arrow IPC stream: {error}") from error
    _require_supported(table)
    return DecodedRows(table, _LazyJsonRows(table))


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
    text = (chunk.dictionary.cast(pa.large_string()) for chunk in column.chunks)
    return max((pc.max(pc.binary_length(names)).as_py() or 0 for names in text), default=0)


class _LazyJsonRows(Sequence[Any]):
    """The rows of a table as JSON; each is converted when it is accessed."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __getitem__(self, row: Any) -> Any:  # noqa: ANN401
        return _to_json(self._table.slice(row, 1).to_pylist()[0])


def _to_json(data: Any) -> Any:  # noqa: ANN401
    """Return any data as JSON; bytes become base64."""
    return json.loads(json.dumps(data, default=_json_default))


def _json_default(value: object) -> str:
    return b64encode(value).decode() if isinstance(value, bytes | bytearray) else str(value)
