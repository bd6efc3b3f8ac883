"""What a message of a feed holds: rows as JSON objects, or a table as one stream of Arrow IPC.

Whoever publishes is not trusted: nothing is unpacked that would become larger than what was sent but for the
names of columns and categories, which are repeated row by row, and those only so far.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from config import settings
from realtime.channel_messages import Message
from realtime.feeds.arrow_compression import is_packed

MOST_ROWS = 1 << 16
MOST_BYTES = 1 << 24
"""Bytes that the names of columns and categories of one message may have, each as often as it is meant."""
PLAIN = (
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


class BadMessageError(ValueError):
    """A message holds no rows; says why."""


@dataclass(frozen=True)
class Rows:
    """Rows of one message that have the same types, and what they were in JSON."""

    table: pa.Table
    content: Sequence[Any]


@dataclass(frozen=True)
class Odd:
    """What can't be a row, and why."""

    content: Any
    reason: str


def read(message: Message) -> Iterator[Rows | Odd]:
    """What a message holds, in its order."""
    try:
        yield from _parts(message)
    except BadMessageError as error:
        yield Odd(_written(message.data), str(error))


def _parts(message: Message) -> Iterator[Rows | Odd]:
    if message.name == "rows":
        yield from of_json(message.data)
    elif message.name == "arrow":
        yield _of_arrow(message.data)
    else:
        raise BadMessageError(f"a message is named rows or arrow, not {message.name!r}")


def of_json(data: object) -> Iterator[Rows | Odd]:
    """Rows as JSON: an object, or a list of some.

    Raises:
        BadMessageError: they are too many, or have too many columns.
    """
    rows = data if isinstance(data, list) else [data]
    if len(rows) > MOST_ROWS:
        raise BadMessageError(f"a message has {MOST_ROWS:,} rows at most")
    objects = [row for row in rows if isinstance(row, Mapping) and row]
    names = dict.fromkeys(name for row in objects for name in row)
    if len(names) > settings().import_columns:
        raise BadMessageError(f"a message has {settings().import_columns:,} columns at most")
    for row in rows:
        if not (isinstance(row, Mapping) and row):
            yield Odd(row, "a row is an object, and not an empty one")
    yield from _alike(objects, list(names))


def _alike(rows: Sequence[Any], names: Sequence[str]) -> Iterator[Rows | Odd]:
    """The rows, halved until each column of a part has one type."""
    if not rows:
        return
    try:
        columns = [pa.array([row.get(name) for row in rows]) for name in names]
        yield Rows(pa.Table.from_arrays(columns, names=list(names)), rows)
    except (ValueError, TypeError, OverflowError, pa.ArrowException) as error:
        if len(rows) == 1:
            yield Odd(rows[0], f"a value can't be read: {error}")
            return
        half = len(rows) // 2
        yield from _alike(rows[:half], names)
        yield from _alike(rows[half:], names)


def _of_arrow(data: object) -> Rows:
    if not isinstance(data, bytes | bytearray):
        raise BadMessageError("Arrow IPC is bytes")
    try:
        if any(is_packed(part) for part in pa.ipc.MessageReader.open_stream(data)):
            raise BadMessageError("Arrow IPC comes without compression")
        with pa.ipc.open_stream(data) as stream:
            table = stream.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise BadMessageError(f"this is no stream of Arrow IPC: {error}") from error
    _require_plain(table)
    return Rows(table, _Content(table))


def _require_plain(table: pa.Table) -> None:
    if table.num_rows > MOST_ROWS:
        raise BadMessageError(f"a message has {MOST_ROWS:,} rows at most")
    if table.num_columns > settings().import_columns:
        raise BadMessageError(f"a message has {settings().import_columns:,} columns at most")
    if len(set(table.column_names)) < table.num_columns:
        raise BadMessageError("two columns have the same name")
    for name, column in zip(table.column_names, table.columns, strict=True):
        type_ = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if not any(is_so(type_) for is_so in PLAIN):
            raise BadMessageError(f"{name!r} holds {column.type}, which no column of a dataset does")
    names = sum(len(name.encode()) for name in table.column_names)
    if (names + sum(map(_longest, table.columns))) * table.num_rows > MOST_BYTES:
        raise BadMessageError(f"with all names the rows would become larger than {MOST_BYTES:,} bytes")


def _longest(column: pa.ChunkedArray) -> int:
    """Bytes of the longest name of a category; none where there are no categories."""
    if not pa.types.is_dictionary(column.type):
        return 0
    text = (chunk.dictionary.cast(pa.large_string()) for chunk in column.chunks)
    return max((pc.max(pc.binary_length(names)).as_py() or 0 for names in text), default=0)


class _Content(Sequence[Any]):
    """The rows of a table in JSON, each when it is asked for."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __getitem__(self, row: Any) -> Any:  # noqa: ANN401
        return _written(self._table.slice(row, 1).to_pylist()[0])


def _written(data: Any) -> Any:  # noqa: ANN401
    """Anything as JSON; bytes in base64."""
    return json.loads(json.dumps(data, default=_spelt))


def _spelt(value: object) -> str:
    return b64encode(value).decode() if isinstance(value, bytes | bytearray) else str(value)
