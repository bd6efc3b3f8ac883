"""What is said between the service and a process that runs cuxfilter: a head of JSON, and Arrow columns."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import pyarrow as pa

HEAD = b"head"


@dataclass(frozen=True)
class Message:
    """``head`` says what the columns of ``table`` are for, or is all there is to say."""

    head: dict[str, Any]
    table: pa.Table = field(default_factory=lambda: pa.table({}))


def send(pipe: BinaryIO, message: Message) -> None:
    """Write a message as one Arrow stream, whose schema carries the head."""
    table = message.table.replace_schema_metadata({HEAD: json.dumps(message.head).encode()})
    with pa.ipc.new_stream(pa.PythonFile(pipe, mode="w"), table.schema) as stream:
        stream.write_table(table)
    pipe.flush()


def receive(pipe: BinaryIO) -> Message:
    """The next message.

    Raises:
        EOFError: there is none, as the other side has ended.
    """
    try:
        table = pa.ipc.open_stream(pa.PythonFile(pipe, mode="r")).read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise EOFError("the other side has ended") from error
    return Message(json.loads(table.schema.metadata[HEAD]), table)
