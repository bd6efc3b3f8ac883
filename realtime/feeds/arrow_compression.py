"""Whether an Arrow IPC message is compressed, and could expand to any size. This is read from its header."""

from __future__ import annotations

import struct

import pyarrow as pa

DICTIONARY, RECORDS = 2, 3
"""Kinds of headers: a dictionary, or a record batch."""
KIND_FIELD, HEADER_FIELD = 1, 2
"""Positions of fields in the FlatBuffers table ``Message`` (Arrow's Message.fbs)."""
DATA_FIELD = 1
"""Position of the record batch in the table ``DictionaryBatch``."""
COMPRESSION_FIELD = 3
"""Position of the compression in the table ``RecordBatch``."""


def is_compressed(part: pa.ipc.Message) -> bool:
    """Return whether the buffers of a message are compressed.

    Raises:
        pa.ArrowInvalid: the header is damaged.
    """
    header = memoryview(part.metadata)
    try:
        message = _FlatTable(header, struct.unpack_from("<I", header)[0])
        kind = message.find_field(KIND_FIELD)
        if kind is None or header[kind] not in (DICTIONARY, RECORDS):
            return False
        batch = message.get_table(HEADER_FIELD)
        if header[kind] == DICTIONARY and batch is not None:
            batch = batch.get_table(DATA_FIELD)
        return batch is not None and batch.find_field(COMPRESSION_FIELD) is not None
    except (struct.error, IndexError) as error:
        raise pa.ArrowInvalid("damaged header") from error


class _FlatTable:
    """A FlatBuffers table: finds the positions of its fields.

    A table begins with the offset back to its vtable. That holds its own size, the size of the table, and the
    offset of each field within the table (0: the field is absent).
    """

    def __init__(self, buffer: memoryview, start: int) -> None:
        self._buffer, self._start = buffer, start
        self._vtable = start - self._read("<i", start)

    def find_field(self, field: int) -> int | None:
        """Return the position of a field; None if it is absent."""
        entry = 4 + 2 * field
        if entry >= self._read("<H", self._vtable):
            return None
        offset = self._read("<H", self._vtable + entry)
        return self._start + offset if offset else None

    def get_table(self, field: int) -> _FlatTable | None:
        """Return the table that a field refers to; None if it is absent."""
        position = self.find_field(field)
        return None if position is None else _FlatTable(self._buffer, position + self._read("<I", position))

    def _read(self, format_: str, position: int) -> int:
        return int(struct.unpack_from(format_, self._buffer, position)[0])
