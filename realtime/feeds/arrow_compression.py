"""Whether a part of an Arrow stream is compressed, and so might unpack to any size: read from its header."""

from __future__ import annotations

import struct

import pyarrow as pa

DICTIONARY, RECORDS = 2, 3
"""Kinds of headers: names of categories, and rows."""
KIND, HEADER = 1, 2
DATA = 1
COMPRESSION = 3
"""Places of fields in their FlatBuffers tables (Arrow's Message.fbs)."""


def is_packed(part: pa.ipc.Message) -> bool:
    """Whether its buffers are compressed.

    Raises:
        pa.ArrowInvalid: its header is damaged.
    """
    header = memoryview(part.metadata)
    try:
        message = _Table(header, struct.unpack_from("<I", header)[0])
        kind = message.place(KIND)
        if kind is None or header[kind] not in (DICTIONARY, RECORDS):
            return False
        rows = message.table(HEADER)
        if header[kind] == DICTIONARY and rows is not None:
            rows = rows.table(DATA)
        return rows is not None and rows.place(COMPRESSION) is not None
    except (struct.error, IndexError) as error:
        raise pa.ArrowInvalid("damaged header") from error


class _Table:
    """A table of FlatBuffers: where its fields are."""

    def __init__(self, buffer: memoryview, start: int) -> None:
        self._buffer, self._start = buffer, start
        self._places = start - self._read("<i", start)

    def place(self, field: int) -> int | None:
        """Where a field is; None: nowhere."""
        entry = 4 + 2 * field
        if entry >= self._read("<H", self._places):
            return None
        offset = self._read("<H", self._places + entry)
        return self._start + offset if offset else None

    def table(self, field: int) -> _Table | None:
        place = self.place(field)
        return None if place is None else _Table(self._buffer, place + self._read("<I", place))

    def _read(self, form: str, place: int) -> int:
        return int(struct.unpack_from(form, self._buffer, place)[0])
