"""The messages between the service and a process that runs cuxfilter: a JSON head and Arrow columns."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import pyarrow as pa

HEAD_KEY = b"head"


@dataclass(frozen=True)
class WorkerMessage:
    """A message. ``head`` says what the columns of ``table`` are for; the table may be empty."""

    head: dict[str, Any]
    table: pa.Table = field(default_factory=lambda: pa.table({}))


def send_message(pipe: BinaryIO, message: WorkerMessage) -> None:
    """Write a message as one Arrow stream, whose schema contains the head."""
    table = message.table.replace_schema_metadata({HEAD_KEY: json.dumps(message.head).encode()})
    with pa.ipc.new_stream(pa.PythonFile(pipe, mode="w"), table.schema) as stream:
        stream.write_table(table)
    pipe.flush()


def receive_message(pipe: BinaryIO) -> WorkerMessage:
    """Read and return the next message.

    Raises:
        EOFError: There is none, because the other side has ended.
    """
    try:
        table = pa.ipc.open_stream(pa.PythonFile(pipe, mode="r")).read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise EOFError("the other side has ended") from error
    return WorkerMessage(json.loads(table.schema.metadata[HEAD_KEY]), table)
