"""A Parquet file imports equal to what pyarrow reads, or a sentence says what is left out and why."""

from __future__ import annotations

import itertools
import os
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as parquet_encryption
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import get_settings
from datasets.ingest.parquet_columns import open_columns
from datasets.ingest.parquet_file import read_parquet, read_parquet_rows
from datasets.ingest.read_result import BadFileError
from tests.conftest import temporary_settings
from tests.unit.parquet_strategies import WRITE_OPTIONS, tables

CASES = Path(__file__).parents[1] / "fixtures" / "cases"
DAMAGED = ("g1_delta_byte_array", "p15_nan_null", "p05_decimal38", "r14_feb_leap", "p01_int96")
US_RANGE = range(-(2**63), 2**63)
TICKS_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def ignore_progress(_what, _done, _rows):
    pass


def read_file(file):
    """The imported columns as lists, and the notices."""
    found = read_parquet(file, ignore_progress)
    table = pa.Table.from_batches(found.read_batches())
    assert table.num_rows == found.row_count
    return table, found.notices


def read_case(name):
    table, notices = read_file(CASES / f"{name}.parquet")
    return table, " ".join(notices)


def to_integers(column):
    return column.cast(pa.int32() if column.type.bit_width == 32 else pa.int64()).to_pylist()


def test_times_of_the_old_type_keep_their_year():
    table, _ = read_case("p01_int96")
    assert [str(value)[:10] for value in table["t"].cast(pa.string()).to_pylist()] == [
        "9999-12-31", "2006-01-02", "0001-01-01", "1600-05-05",
    ]  # fmt: skip


def test_whole_numbers_beyond_int64_become_text_with_a_note():
    table, notices = read_case("p03_uint64")
    assert table["id"].to_pylist() == ["18446744073709551615", "18446744073709551614", "5"]
    assert "column 'id' is imported as text: its uint64 values are too large" in notices
    table, notices = read_case("p05_decimal38")
    assert len(set(table["m"].to_pylist())) == 2
    assert "column 'm' is imported as text: its decimal128(38, 0) values are too large" in notices


def test_whole_numbers_of_wide_types_that_fit_are_numbers(tmp_path):
    columns = {
        "a": pa.array([2**63 - 1, None], pa.uint64()),
        "b": pa.array([Decimal(-(2**63)), Decimal(7)], pa.decimal128(38, 0)),
    }
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    table, notices = read_file(tmp_path / "x.parquet")
    assert table.to_pydict() == {"a": [2**63 - 1, None], "b": [-(2**63), 7]}
    assert notices == ()


def test_decimals_that_floats_round_are_noted(tmp_path):
    wide = pa.array([Decimal("12345678901234567.25"), Decimal("12345678901234567.5")], pa.decimal128(30, 4))
    pq.write_table(
        pa.table({"wide": wide, "price": pa.array([Decimal("1.10"), Decimal("2.3")], pa.decimal128(30, 4))}),
        tmp_path / "x.parquet",
    )
    table, notices = read_file(tmp_path / "x.parquet")
    assert table["price"].to_pylist() == [1.1, 2.3]
    assert notices == ("column 'wide' is rounded to 15 digits: its decimal128(30, 4) values have up to 19",)


@pytest.mark.parametrize("name", ["g1_delta_byte_array", "g2_delta_length"])
def test_text_in_delta_encodings(name):
    table, notices = read_case(name)
    assert table.cast(pq.read_schema(CASES / f"{name}.parquet")) == pq.read_table(CASES / f"{name}.parquet")
    assert notices == ""


def test_a_column_that_cannot_be_read_does_not_cost_the_file():
    table, notices = read_case("p26_badutf8")
    assert table.column_names == ["n"]
    assert notices == (
        "column 's' is left out: its string values can't be read (Invalid UTF8 sequence at string index 1)"
    )


def test_columns_without_a_value_are_left_out(tmp_path):
    table, notices = read_case("p18_all_null")
    assert table.column_names == ["k"]
    assert [notices.count(f"column {name!r} is left out: it has no values") for name in "xsntb"] == [1] * 5
    pq.write_table(pa.table({"x": [float("nan"), None]}), tmp_path / "x.parquet")
    with pytest.raises(BadFileError, match="has no value in any column"):
        read_file(tmp_path / "x.parquet")


def test_far_times_and_dates_are_exact():
    table, _ = read_case("p27_timestamps_far")
    assert to_integers(table["t"])[-1] == 10**18
    table, _ = read_case("p28_date_far")
    assert table.schema.types == [pa.date32()]
    assert to_integers(table["d"]) == [2932896, 0, -719162, 106751991]


def test_times_beyond_microseconds_are_left_out_with_a_note(tmp_path):
    file = tmp_path / "x.parquet"
    far = pa.array([2**62, 0], pa.int64()).view(pa.timestamp("ms"))
    pq.write_table(pa.table({"far": far, "n": [1, 2]}), file)
    table, (notice,) = read_file(file)
    assert table.column_names == ["n"]
    assert notice.startswith("column 'far' is left out: its timestamp[ms] values can't be read (")
    with pytest.raises(BadFileError, match="column 'far' is left out"):
        list(read_parquet_rows(file, ignore_progress))


def test_dates_stay_dates():
    table, _ = read_case("r14_feb_leap")
    assert table.schema.field("d").type == pa.date32()
    assert date(2020, 2, 29) in table["d"].to_pylist()


TEXT_ENCODINGS = ("PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY")
ENCODED_VALUES = {
    "text": (pa.array(["", "apple", "apples", None, "ärger"] * 20), TEXT_ENCODINGS),
    "whole": (pa.array([1, -5, None, 2**40] * 20), ("PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT")),
    "small": (pa.array([1, None] * 20, pa.int32()), ("PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT")),
    "number": (pa.array([1.5, -5e300, None] * 20), ("PLAIN", "BYTE_STREAM_SPLIT")),
    "single": (pa.array([1.5, None] * 20, pa.float32()), ("PLAIN", "BYTE_STREAM_SPLIT")),
    "flag": (pa.array([True, None, False] * 20), ("PLAIN", "RLE")),
    "time": (pa.array([1, -1, None] * 20, pa.timestamp("us")), ("PLAIN", "DELTA_BINARY_PACKED")),
    "money": (pa.array([Decimal("1.10"), None] * 20, pa.decimal128(20, 2)), ("PLAIN", "BYTE_STREAM_SPLIT")),
}  # fmt: skip
CODECS = ("none", "snappy", "gzip", "brotli", "zstd", "lz4")


@pytest.mark.parametrize("kind", ENCODED_VALUES)
def test_every_encoding_and_codec_that_pyarrow_reads(tmp_path, kind):
    values, encodings = ENCODED_VALUES[kind]
    expected = [float(value) if isinstance(value, Decimal) else value for value in values.to_pylist()]
    file = tmp_path / "x.parquet"
    for encoding, codec, page in itertools.product((None, *encodings), CODECS, ("1.0", "2.0")):
        options = {"compression": codec, "data_page_version": page, "row_group_size": 33}
        if encoding:
            options |= {"use_dictionary": False, "column_encoding": encoding}
        pq.write_table(pa.table({"x": values}), file, **options)
        table, notices = read_file(file)
        assert table["x"].to_pylist() == expected, (encoding, codec, page)
        assert notices == ()


def test_text_that_expands_row_by_row_is_read_a_few_rows_at_a_time(tmp_path):
    file = tmp_path / "bomb.parquet"
    text = pa.table({"x": ["x" * 100_000] * 200})
    pq.write_table(text, file, use_dictionary=False, column_encoding="DELTA_BYTE_ARRAY")
    assert file.stat().st_size < 1 << 14
    tight = get_settings().model_copy(update={"import_block": 300_000})
    with temporary_settings(tight), open_columns(file) as opened:
        ((first,), *_) = opened.read_batches([0], checked=False)
        assert len(first) == 2
    with pytest.raises(BadFileError, match="has a text that is too long: 97"):
        read_file(file)


def test_files_that_cannot_be_opened_are_told_in_a_sentence(tmp_path):
    pq.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / "x.parquet")
    content = (tmp_path / "x.parquet").read_bytes()
    problems = {
        "empty": (b"", r"is not a Parquet file that can be read \(Parquet file size is 0 bytes\)"),
        "cut": (content[: len(content) // 2], "is not a Parquet file that can be read"),
        "text": (b"a,b\n1,2\n", "is not a Parquet file that can be read"),
    }
    for name, (some, problem) in problems.items():
        (tmp_path / name).write_bytes(some)
        with pytest.raises(BadFileError, match=problem):
            read_file(tmp_path / name)
    with pytest.raises(BadFileError, match=r"can't be read \(No such file or directory\)"):
        read_file(tmp_path / "missing")
    with pytest.raises(BadFileError, match=r"can't be read \(Is a directory\)"):
        read_file(tmp_path)


def test_an_encrypted_file_is_named_so(tmp_path):
    properties = parquet_encryption.create_encryption_properties(os.urandom(32))
    pq.write_table(pa.table({"a": [1]}), tmp_path / "x.parquet", encryption_properties=properties)
    with pytest.raises(BadFileError, match="is encrypted; decrypt it and try again"):
        read_file(tmp_path / "x.parquet")


class PlainKeys(parquet_encryption.KmsClient):
    """Keys that anybody can read."""

    def __init__(self, _config):
        super().__init__()

    def wrap_key(self, key_bytes, _master_key):
        return key_bytes.hex()

    def unwrap_key(self, wrapped_key, _master_key):
        return bytes.fromhex(wrapped_key)


def test_a_file_with_encrypted_columns_is_refused_and_does_not_end_the_process(tmp_path):
    configuration = parquet_encryption.EncryptionConfiguration(
        footer_key="f", column_keys={"k": ["a"]}, plaintext_footer=True
    )
    properties = parquet_encryption.CryptoFactory(PlainKeys).file_encryption_properties(
        parquet_encryption.KmsConnectionConfig(), configuration
    )
    table = pa.table({"a": [1], "b": [2]})
    pq.write_table(table, tmp_path / "x.parquet", encryption_properties=properties)
    with pytest.raises(BadFileError, match="is damaged, or columns of it are encrypted"):
        read_file(tmp_path / "x.parquet")


@given(st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_or_refused_in_a_sentence(tmp_path, random):
    content = bytearray((CASES / f"{random.choice(DAMAGED)}.parquet").read_bytes())
    for _ in range(random.choice([1, 3, 9])):
        content[random.randrange(len(content))] = random.randrange(256)
    (tmp_path / "x.parquet").write_bytes(content)
    with suppress(BadFileError):
        read_file(tmp_path / "x.parquet")


@given(tables(), WRITE_OPTIONS)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_random_files_import_equal_to_what_pyarrow_reads(tmp_path, table, options):
    file = tmp_path / "x.parquet"
    if not write_file(table, file, options):
        return
    fine, coarse = (read_columns(file, unit) for unit in ("us", "ms"))
    expected = list(map(to_expected, fine, coarse))
    kept = [values for values in expected if values is not None]
    if not kept:
        with pytest.raises(BadFileError):
            read_file(file)
        return
    imported, notices = read_file(file)
    assert repr([to_plain(column) for column in imported.columns]) == repr(kept)  # repr: NaN equals NaN
    left_out = [notice for notice in notices if "is left out" in notice]
    assert len(left_out) == len(expected) - len(kept)


def write_file(table, file, options):
    """Return whether pyarrow could write the file."""
    try:
        pq.write_table(table, file, **options)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return False
    return True


def read_columns(file, unit):
    with pq.ParquetFile(file, coerce_int96_timestamp_unit=unit) as parquet:
        return parquet.read().columns


def to_plain(column):
    return to_integers(column) if pa.types.is_temporal(column.type) else column.to_pylist()


def to_expected(column, coarse):
    """The values that an import must have, made by Python alone; None for a column that is left out.

    ``coarse`` is the column with times of the old type in milliseconds, which never wrap around.
    """
    type_ = column.type
    if isinstance(type_, pa.BaseExtensionType):
        column, type_ = column.cast(type_.storage_type), type_.storage_type
    if pa.types.is_timestamp(type_):
        found = [to_microseconds(value, TICKS_PER_SECOND[type_.unit]) for value in to_integers(column)]
        bounds = [to_microseconds(v, TICKS_PER_SECOND[coarse.type.unit]) for v in to_integers(coarse)]
        fits = all(value in US_RANGE for value in bounds if value is not None)
        return found if fits and has_value(found) else None
    if pa.types.is_date(type_):
        found = to_integers(column.cast(pa.date32()))
    elif (
        pa.types.is_nested(type_) or pa.types.is_time(type_) or pa.types.is_duration(type_) or is_bytes(type_)
    ):
        return None
    else:
        found = column.to_pylist()
    if pa.types.is_decimal(type_) and type_.scale > 0:
        found = [None if value is None else float(value) for value in found]
    elif pa.types.is_decimal(type_) or pa.types.is_uint64(type_):
        whole = [None if value is None else int(value) for value in found]
        fits = all(value in US_RANGE for value in whole if value is not None)
        found = whole if fits else [None if value is None else str(value) for value in whole]
    return found if has_value(found) else None


def is_bytes(type_):
    return pa.types.is_binary(type_) or pa.types.is_fixed_size_binary(type_)


def to_microseconds(value, ticks):
    if value is None:
        return None
    return value * (10**6 // ticks) if ticks <= 10**6 else int(Decimal(value) / (ticks // 10**6))


def has_value(values):
    return any(value is not None and value == value for value in values)  # noqa: PLR0124  (NaN)
