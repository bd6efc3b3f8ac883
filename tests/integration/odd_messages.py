"""Messages of a feed that can't be read, as they are on the wire: one or more for each way to fail."""

from __future__ import annotations

import json
from base64 import b64encode

import pyarrow as pa

from tests.integration.feed_publisher import to_arrow_stream


def encode_bytes(data, name="arrow", encoding="base64"):
    return {"name": name, "data": b64encode(data).decode(), "encoding": encoding}


def encode_column(values, type_, name="n"):
    return encode_bytes(to_arrow_stream(pa.table({name: pa.array(values, type_)})))


def make_bad_column_name():
    """A stream with a column whose name is not UTF-8."""
    return to_arrow_stream(pa.table({"abcdefgh": [1]})).replace(b"abcdefgh", b"abcd\xff\xfegh")


def make_json_message(text):
    return {"name": "rows", "data": text, "encoding": "json"}


ODD_MESSAGES = {
    "Arrow: nanoseconds": encode_column([1_700_000_000_000_000_001], pa.timestamp("ns")),
    "Arrow: far time": encode_column([2**62], pa.timestamp("s")),
    "Arrow: far date": encode_column([2**31 - 1], pa.date32()),
    "Arrow: unknown zone": encode_column([1], pa.timestamp("ms", "Nowhere/Land")),
    "Arrow: far time in a column that is unknown": encode_column([2**62], pa.timestamp("us"), "at"),
    "Arrow: NaN in a column that is unknown": encode_column([float("nan")], pa.float64(), "at"),
    "Arrow: dictionary of times with an unknown zone": encode_bytes(
        to_arrow_stream(
            pa.table({"n": pa.array([2**62], pa.timestamp("ms", "Nowhere/Land")).dictionary_encode()})
        )
    ),
    "Arrow: column name that is not text": encode_bytes(make_bad_column_name()),
    "Arrow: text": {"name": "arrow", "data": "text"},
    "Arrow: no data": {"name": "arrow"},
    "rows: bytes": encode_bytes(b"\x00\xff", "rows"),
    "rows: no data": {"name": "rows"},
    "rows: null": make_json_message("null"),
    "rows: list of null": make_json_message("[null]"),
    "rows: broken JSON": make_json_message('[{"n": 1}'),
    "rows: empty JSON": make_json_message(""),
    "rows: JSON in bytes that are not text": encode_bytes(b"\xff", "rows", "json/base64"),
    "rows: text that is not UTF-8": encode_bytes(b"\xff", "rows", "utf-8/base64"),
    "rows: deep": make_json_message("[" * 500 + "]" * 500),
    "rows: deeper": make_json_message("[" * 20_000 + "]" * 20_000),
    "rows: deep in a row": make_json_message('[{"n": ' + "[" * 90 + "]" * 90 + "}]"),
    "rows: number with too many digits": make_json_message('[{"n": ' + "1" * 5000 + "}]"),
    "rows: large number": make_json_message('[{"n": 1e400}]'),
    "rows: NaN": make_json_message('[{"m": NaN}]'),
    "rows: half of a pair": make_json_message(json.dumps([{"\ud800": "\ud800"}])),
    "rows: NUL": make_json_message(json.dumps([{"\0": "\0"}])),
    "rows: base64 of base64": {"name": "rows", "data": "no base64!", "encoding": "base64/utf-8"},
    "rows: cipher": encode_bytes(bytes(48), "rows", "json/utf-8/cipher+aes-256-cbc/base64"),
    "rows: cipher of text": {"name": "rows", "data": "x", "encoding": "cipher+aes-256-cbc"},
    "rows: vcdiff": encode_bytes(b"\xd6\xc3\xc4\x00", "rows", "vcdiff/base64"),
    "rows: unknown encoding": {"name": "rows", "data": "x", "encoding": "json/rot13"},
    "no name": {"data": "x"},
    "no name and no data": {},
}
