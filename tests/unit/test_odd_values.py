"""Every kind of Arrow column that a feed takes, with its most extreme values, into every kind of column."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal

import pyarrow as pa
import pytest

from datasets.append.row_validation import coerce_rows
from realtime.channel_messages import ChannelMessage
from realtime.feeds.batch_writer import validate_rows
from realtime.feeds.decode import decode_message, to_json
from realtime.message_decoding import UndecodableDataError, decode_data

WHOLE = [0, 2**63 - 1, -(2**63), 1_700_000_000_000_000_001, None]
ODD_COLUMNS = {
    **{f"timestamp {unit}": pa.array(WHOLE, pa.timestamp(unit)) for unit in ("s", "ms", "us", "ns")},
    **{f"zoned {unit}": pa.array(WHOLE, pa.timestamp(unit, "Nowhere/Land")) for unit in ("s", "ns")},
    "date32": pa.array([0, 2**31 - 1, -(2**31), None], pa.date32()),
    "date64": pa.array([0, 106_751_991_167 * 86_400_000, None], pa.date64()),
    "int64": pa.array(WHOLE, pa.int64()),
    "uint64": pa.array([2**64 - 1, None], pa.uint64()),
    "float16": pa.array([float("nan"), float("inf")], pa.float32()).cast(pa.float16()),
    "float64": pa.array([float("nan"), float("inf"), 1e308, None]),
    "decimal128": pa.array([Decimal("9" * 38)], pa.decimal128(38, 0)),
    "decimal256": pa.array([Decimal("9" * 76)], pa.decimal256(76, 0)),
    "bool": pa.array([True, None]),
    "null": pa.nulls(2),
    "string": pa.array(["\0", "", "\U0010ffff", "1e999", "9999999-01-01", None]),
    "large_string": pa.array(["x"], pa.large_string()),
}
ODD_COLUMNS |= {
    f"dictionary of {name}": values.dictionary_encode()
    for name, values in ODD_COLUMNS.items()
    if not name.startswith(("null", "decimal256", "float16"))
}
TARGETS = {
    "boolean": pa.bool_(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "time": pa.timestamp("us"),
    "zoned": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
    "text": pa.large_string(),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("column", ODD_COLUMNS)
def test_every_row_is_taken_or_rejected_with_a_reason(column: str, target: str) -> None:
    table = pa.table({"a": ODD_COLUMNS[column]})
    coerced = coerce_rows(table, pa.schema([("a", TARGETS[target])]))
    assert coerced.rows.num_rows + len(coerced.rejected) == table.num_rows
    assert all(row.reason for row in coerced.rejected)


@pytest.mark.parametrize("column", ODD_COLUMNS)
def test_every_rejected_row_becomes_json(settings: object, column: str) -> None:
    sink = pa.BufferOutputStream()
    table = pa.table({"a": ODD_COLUMNS[column]})
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    message = ChannelMessage(0, "", "", "arrow", bytes(sink.getvalue()), "1:0")
    batch = validate_rows(decode_message(message), pa.schema([("b", pa.int64())]))
    assert batch.rows.num_rows + len(batch.rejected) == table.num_rows
    for item in batch.rejected:
        json.dumps(to_json(item.content), allow_nan=False)


def test_parts_with_categories_of_their_own_are_taken() -> None:
    parts = [pa.array([f"{part} {n}" for n in range(100)]).dictionary_encode() for part in range(4)]
    narrow = [part.cast(pa.dictionary(pa.int8(), pa.string())) for part in parts]
    table = pa.table({"a": pa.chunked_array(narrow)})
    coerced = coerce_rows(table, pa.schema([("a", pa.large_string())]))
    assert coerced.rows["a"].to_pylist() == [f"{part} {n}" for part in range(4) for n in range(100)]


@pytest.mark.parametrize("step", ["json", "utf-8", "base64", "cipher+aes-256-cbc", "vcdiff", "other"])
@pytest.mark.parametrize("data", [None, b"", b"\xff", "\ud800", "[", 7, [], bytes(48)])
@pytest.mark.parametrize("cipher", [None, bytes(32)])
def test_every_encoding_of_any_data_is_undone_or_refused(
    step: str, data: object, cipher: bytes | None
) -> None:
    for encoding in (step, f"json/{step}", f"{step}/base64"):
        with suppress(UndecodableDataError):
            decode_data(data, encoding, cipher)
