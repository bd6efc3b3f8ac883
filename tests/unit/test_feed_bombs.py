"""Small messages that claim to be huge: each becomes one dead letter, for little memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pytest

from config import Settings
from realtime.channel_messages import Message
from realtime.feeds.decode import Odd, Rows, read

LARGEST = 1 << 16
"""Bytes that a message has at most."""
ENOUGH = 1 << 23
"""Bytes that looking at one may take."""


def stream(table: pa.Table | pa.RecordBatch, **options: object) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as out:
        out.write(table)
    return bytes(sink.getvalue())


def zeros(compression: str) -> bytes:
    """Two million numbers in some hundred bytes."""
    table = pa.table({"n": pa.array(np.zeros(2_000_000, np.int8))})
    return stream(table, compression=compression)


def packed_names() -> bytes:
    """Names of categories that unpack to two million bytes."""
    names = pa.array(["a" * 2_000_000])
    column = pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()), names)
    return stream(pa.table({"n": column}), compression="zstd")


def claimed(rows: int, column: pa.Array) -> bytes:
    """Says that it has so many rows, and has 12,345."""
    return stream(pa.table({"n": column})).replace(
        (12_345).to_bytes(8, "little"), (rows % (1 << 64)).to_bytes(8, "little")
    )


def cut(length: int) -> bytes:
    """Says that its header has so many bytes."""
    return b"\xff\xff\xff\xff" + length.to_bytes(4, "little") + b"\0" * 64


def run(length: int) -> bytes:
    """One value, that often."""
    column = pa.RunEndEncodedArray.from_arrays(pa.array([length], pa.int32()), pa.array([1], pa.int8()))
    return stream(pa.table({"n": column}))


def repeated(category: int) -> bytes:
    """The name of a category of so many bytes, in each of many rows."""
    codes = pa.array(np.zeros(1 << 13, np.int8))
    return stream(pa.table({"n": pa.DictionaryArray.from_arrays(codes, pa.array(["a" * category]))}))


def long_name(column: int) -> bytes:
    """The name of a column of so many bytes, of which every dead letter would have a copy."""
    return stream(pa.table({"a" * column: pa.array(np.zeros(1 << 16, bool))}))


def deep(levels: int) -> bytes:
    column = pa.array([None], pa.int8())
    for _ in range(levels):
        column = pa.StructArray.from_arrays([column], names=["a"])
    return stream(pa.table({"n": column}), allow_64bit=True)


def batches(count: int) -> bytes:
    """Parts of rows of nothing that make too many together."""
    sink = pa.BufferOutputStream()
    part = pa.record_batch({"n": pa.nulls(60_000)})
    with pa.ipc.new_stream(sink, part.schema) as out:
        for _ in range(count):
            out.write(part)
    return bytes(sink.getvalue())


BYTES = pa.array(np.zeros(12_345, np.int8))
BOMBS = {
    "zstd": (zeros("zstd"), "without compression"),
    "lz4": (zeros("lz4"), "without compression"),
    "packed names": (packed_names(), "without compression"),
    "rows of nothing": (claimed(1 << 40, pa.nulls(12_345)), "rows at most"),
    "parts of nothing": (batches(100), "rows at most"),
    "claimed rows": (claimed(1 << 40, BYTES), "no stream of Arrow IPC"),
    "negative rows": (claimed(-5, BYTES), "no stream of Arrow IPC"),
    "claimed header": (cut((1 << 31) - 8), "no stream of Arrow IPC"),
    "one run": (run((1 << 31) - 1), "rows at most"),
    "a short run": (run(1000), "which no column of a dataset does"),
    "repeated categories": (repeated(50_000), "would become larger"),
    "repeated columns": (long_name(50_000), "would become larger"),
    "deep": (deep(40), "which no column of a dataset does"),
    "deeper": (deep(60), "which no column of a dataset does"),
}


@pytest.fixture
def taken() -> Iterator[Callable[[], int]]:
    """Asks how many bytes were held at most since the test began, by Python, and more than ever by Arrow."""
    before = pa.default_memory_pool().max_memory()
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1] + pa.default_memory_pool().max_memory() - before
    tracemalloc.stop()


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_message_that_claims_to_be_huge_is_one_dead_letter(
    settings: Settings, taken: Callable[[], int], name: str
) -> None:
    data, reason = BOMBS[name]
    assert len(data) <= LARGEST
    found = list(read(Message(id="1", name="arrow", data=data, at=0, client_id="", serial="")))
    assert [type(each) for each in found] == [Odd]
    assert reason in found[0].reason
    assert taken() < ENOUGH


def test_as_many_rows_as_fit_into_a_message_are_taken(settings: Settings) -> None:
    plain = stream(pa.table({"n": pa.array(np.zeros(60_000, np.int8))}))
    [rows] = read(Message(id="1", name="arrow", data=plain, at=0, client_id="", serial=""))
    assert isinstance(rows, Rows)
    assert rows.table.num_rows == 60_000
