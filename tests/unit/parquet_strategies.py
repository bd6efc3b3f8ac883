"""Random Arrow tables with columns of all types, and random options to write them with."""

from __future__ import annotations

import string
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

WORDS = st.text(max_size=6) | st.sampled_from(["", "a", "same text " * 9])
INT64 = st.integers(-(2**63), 2**63 - 1)
NESTED_TYPES = (
    pa.list_(pa.int32()),
    pa.map_(pa.string(), pa.int64()),
    pa.struct([("x", pa.int8()), ("y", pa.list_(pa.string()))]),
)
OTHER_TYPES = (pa.binary(), pa.binary(4), pa.time32("ms"), pa.time64("us"), pa.duration("ms"), pa.null())


def integers(bits, *, signed=True):
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else st.integers(0, 2**bits - 1)


def decimals(digits, places):
    most = 10**digits - 1
    return st.integers(-most, most).map(lambda units: Decimal(f"{units}E-{places}"))


VALUES = {
    pa.bool_(): st.booleans(),
    pa.int8(): integers(8),
    pa.int16(): integers(16),
    pa.int32(): integers(32),
    pa.int64(): INT64,
    pa.uint8(): integers(8, signed=False),
    pa.uint32(): integers(32, signed=False),
    pa.uint64(): integers(64, signed=False) | st.integers(0, 9),
    pa.float16(): st.floats(width=16),
    pa.float32(): st.floats(width=32),
    pa.float64(): st.floats(),
    pa.decimal128(9, 2): decimals(9, 2),
    pa.decimal128(38, 0): decimals(38, 0) | decimals(3, 0),
    pa.decimal128(38, 10): decimals(38, 10) | decimals(5, 1),
    pa.decimal256(60, 3): decimals(60, 3),
    pa.string(): WORDS,
    pa.large_string(): WORDS,
    pa.string_view(): WORDS,
    pa.dictionary(pa.int32(), pa.string()): WORDS,
    pa.json_(): st.sampled_from(['{"a": 1}', "[]"]),
}
"""How the values of types are drawn; times and dates are drawn as the integers that they are stored as."""
TIMES = {
    pa.date32(): integers(32),
    pa.date64(): st.integers(-100_000, 100_000).map(lambda day: day * 86_400_000),
    **{
        pa.timestamp(unit, zone): st.integers(-(10**10), 10**10) | INT64
        for unit in ("s", "ms", "us", "ns")
        for zone in (None, "UTC", "Europe/Berlin")
    },
}
SIMPLE_TYPES = [*VALUES, *TIMES]


@st.composite
def arrays(draw, rows):
    """Return values of a drawn type: few different ones, or many."""
    type_ = draw(st.sampled_from(SIMPLE_TYPES * 2 + [*NESTED_TYPES, *OTHER_TYPES]))
    if type_ in NESTED_TYPES or type_ in OTHER_TYPES:
        return pa.nulls(rows, type_)
    values = TIMES.get(type_, VALUES.get(type_))
    pool = draw(st.lists(st.none() | values, min_size=1, max_size=6))
    chosen = [pool[i] for i in draw(st.lists(st.integers(0, len(pool) - 1), min_size=rows, max_size=rows))]
    if type_ in TIMES:
        width = pa.int32() if type_ == pa.date32() else pa.int64()
        return pa.array(chosen, width).view(type_)
    if isinstance(type_, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(type_, pa.array(chosen, type_.storage_type))
    return pa.array(chosen, type_)


@st.composite
def tables(draw):
    rows = draw(st.integers(1, 30))
    columns = draw(st.lists(arrays(rows), min_size=1, max_size=5))
    names = draw(
        st.lists(
            st.text(string.ascii_lowercase + ". ", min_size=1, max_size=3),
            min_size=len(columns),
            max_size=len(columns),
        )
    )
    return pa.table(columns, names=names)


WRITE_OPTIONS = st.fixed_dictionaries(
    {
        "compression": st.sampled_from(["none", "snappy", "gzip", "brotli", "zstd", "lz4"]),
        "version": st.sampled_from(["1.0", "2.4", "2.6"]),
        "data_page_version": st.sampled_from(["1.0", "2.0"]),
        "use_dictionary": st.booleans(),
        "row_group_size": st.integers(1, 40),
        "store_schema": st.booleans(),
        "write_statistics": st.booleans(),
        "use_deprecated_int96_timestamps": st.booleans(),
    }
)
