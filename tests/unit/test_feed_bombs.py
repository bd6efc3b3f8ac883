"""Small messages that claim to be huge: each becomes one dead letter, for little memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pytest

from config import Settings
from realtime.channel_messages import ChannelMessage
from realtime.feeds.decode import DecodedRows, RejectedItem, decode_message

MAX_MESSAGE_BYTES = 1 << 16
"""Bytes that a message has at most."""
MAX_DECODING_BYTES = 1 << 23
"""Bytes that looking at one may take."""


def to_arrow_stream(table: pa.Table | pa.RecordBatch, **options: object) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as out:
        out.write(table)
    return bytes(sink.getvalue())


def make_compressed_zeros(compression: str) -> bytes:
    """Two million numbers in some hundred bytes."""
    table = pa.table({"n": pa.array(np.zeros(2_000_000, np.int8))})
    return to_arrow_stream(table, compression=compression)


def make_compressed_categories() -> bytes:
    """Names of categories that unpack to two million bytes."""
    names = pa.array(["a" * 2_000_000])
    column = pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()), names)
    return to_arrow_stream(pa.table({"n": column}), compression="zstd")


def make_false_row_count(rows: int, column: pa.Array) -> bytes:
    """Says that it has so many rows, and has 12,345."""
    return to_arrow_stream(pa.table({"n": column})).replace(
        (12_345).to_bytes(8, "little"), (rows % (1 << 64)).to_bytes(8, "little")
    )


def make_false_header_length(length: int) -> bytes:
    """Says that its header has so many bytes."""
    return b"\xff\xff\xff\xff" + length.to_bytes(4, "little") + b"\0" * 64


def make_run_length_message(length: int) -> bytes:
    """One value, that often."""
    column = pa.RunEndEncodedArray.from_arrays(pa.array([length], pa.int32()), pa.array([1], pa.int8()))
    return to_arrow_stream(pa.table({"n": column}))


def make_repeated_category(category: int) -> bytes:
    """The name of a category of so many bytes, in each of many rows."""
    codes = pa.array(np.zeros(1 << 13, np.int8))
    return to_arrow_stream(pa.table({"n": pa.DictionaryArray.from_arrays(codes, pa.array(["a" * category]))}))


def make_long_column_name(column: int) -> bytes:
    """The name of a column of so many bytes, of which every dead letter would have a copy."""
    return to_arrow_stream(pa.table({"a" * column: pa.array(np.zeros(1 << 16, bool))}))


def make_nested_column(levels: int) -> bytes:
    column = pa.array([None], pa.int8())
    for _ in range(levels):
        column = pa.StructArray.from_arrays([column], names=["a"])
    return to_arrow_stream(pa.table({"n": column}), allow_64bit=True)


def make_many_batches(count: int) -> bytes:
    """Parts of rows of nothing that make too many together."""
    sink = pa.BufferOutputStream()
    part = pa.record_batch({"n": pa.nulls(60_000)})
    with pa.ipc.new_stream(sink, part.schema) as out:
        for _ in range(count):
            out.write(part)
    return bytes(sink.getvalue())


ZERO_BYTES = pa.array(np.zeros(12_345, np.int8))
BOMBS = {
    "zstd": (make_compressed_zeros("zstd"), "compressed Arrow IPC is not supported"),
    "lz4": (make_compressed_zeros("lz4"), "compressed Arrow IPC is not supported"),
    "packed names": (make_compressed_categories(), "compressed Arrow IPC is not supported"),
    "rows of nothing": (make_false_row_count(1 << 40, pa.nulls(12_345)), "at most 65,536 rows"),
    "parts of nothing": (make_many_batches(100), "at most 65,536 rows"),
    "claimed rows": (make_false_row_count(1 << 40, ZERO_BYTES), "not a valid Arrow IPC stream"),
    "negative rows": (make_false_row_count(-5, ZERO_BYTES), "not a valid Arrow IPC stream"),
    "claimed header": (make_false_header_length((1 << 31) - 8), "not a valid Arrow IPC stream"),
    "one run": (make_run_length_message((1 << 31) - 1), "at most 65,536 rows"),
    "a short run": (make_run_length_message(1000), "which is not supported"),
    "repeated categories": (make_repeated_category(50_000), "would exceed 16,777,216 bytes"),
    "repeated columns": (make_long_column_name(50_000), "would exceed 16,777,216 bytes"),
    "deep": (make_nested_column(40), "which is not supported"),
    "deeper": (make_nested_column(60), "which is not supported"),
}


@pytest.fixture
def peak_memory() -> Iterator[Callable[[], int]]:
    """Asks how many bytes were held at most since the test began, by Python, and more than ever by Arrow."""
    before = pa.default_memory_pool().max_memory()
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1] + pa.default_memory_pool().max_memory() - before
    tracemalloc.stop()


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_message_that_claims_to_be_huge_is_one_dead_letter(
    settings: Settings, peak_memory: Callable[[], int], name: str
) -> None:
    data, reason = BOMBS[name]
    assert len(data) <= MAX_MESSAGE_BYTES
    found = list(
        decode_message(
            ChannelMessage(id="1", name="arrow", data=data, published_at=0, client_id="", serial="")
        )
    )
    assert [type(each) for each in found] == [RejectedItem]
    assert reason in found[0].reason
    assert peak_memory() < MAX_DECODING_BYTES


def test_as_many_rows_as_fit_into_a_message_are_taken(settings: Settings) -> None:
    plain = to_arrow_stream(pa.table({"n": pa.array(np.zeros(60_000, np.int8))}))
    [rows] = decode_message(
        ChannelMessage(id="1", name="arrow", data=plain, published_at=0, client_id="", serial="")
    )
    assert isinstance(rows, DecodedRows)
    assert rows.table.num_rows == 60_000
