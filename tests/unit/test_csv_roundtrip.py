"""Rows that were exported as CSV come back the same when they are imported."""

from __future__ import annotations

import re
import tempfile
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path

import duckdb
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from datasets.ingest.csv_file import read_csv
from datasets.ingest.csv_layout import CsvOptions
from datasets.table.csv_text import FORMULA_PREFIX, format_csv
from tests.unit.hypothesis_examples import with_examples

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 stored times have no zone
TEXT = st.text(st.sampled_from("ab,;|\"'\n\r\t é#\\1=-"), max_size=8).filter(
    lambda text: not re.match(FORMULA_PREFIX, text)
)
"""What spreadsheets would take for a formula is exported with an apostrophe, and keeps it."""
COLUMNS = {
    "text": (TEXT, pa.large_string(), "t"),
    "whole": (st.integers(-(2**63), 2**63 - 1), pa.int64(), -7),
    "real": (st.floats(allow_nan=False, allow_infinity=False), pa.float64(), -0.5),
    "flag": (st.booleans(), pa.bool_(), True),
    "time": (
        st.integers(-(10**15), 4 * 10**15).map(lambda us: EPOCH + timedelta(microseconds=us)),
        pa.timestamp("us"),
        datetime(2001, 2, 3, 4, 5, 6),  # noqa: DTZ001
    ),
}
"""Values of each kind, their type, and a value by which the kind can be known from text."""


@st.composite
def draw_columns(draw):
    """Columns with missing values, each with one value that tells its kind."""
    rows = draw(st.integers(0, 6))
    columns = {}
    for kind in draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=4)):
        values, type_, telling = COLUMNS[kind]
        cells = draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
        place = draw(st.integers(0, rows))
        name = f"n{len(columns)}{draw(TEXT)}n"
        columns[name] = pa.array([*cells[:place], telling, *cells[place:]], type_)
    return columns


def import_rows(file):
    result = read_csv(file, lambda *_: None, CsvOptions())
    return pa.Table.from_batches(list(result.read_batches()))


def drop_zone(value):
    return (
        value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value
    )


@given(draw_columns())
@with_examples(150)
def test_an_export_comes_back(columns):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        file.write_bytes(b"".join(format_csv(list(columns), [pa.table(columns)])))
        found = import_rows(file).to_pydict()
    assert {name: [drop_zone(value) for value in values] for name, values in found.items()} == {
        name: values.to_pylist() for name, values in columns.items()
    }


@given(st.lists(st.none() | TEXT, min_size=1, max_size=8))
@with_examples(100)
def test_duckdb_reads_the_same_from_an_export(texts):
    columns = {"word": pa.array([*texts, "t"], pa.large_string()), "n": pa.array(range(len(texts) + 1))}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        file.write_bytes(b"".join(format_csv(list(columns), [pa.table(columns)])))
        types = {"word": "VARCHAR", "n": "BIGINT"}
        rows = duckdb.read_csv(
            str(file), quotechar='"', escapechar='"', dtype=types, allow_quoted_nulls=False
        )
        assert import_rows(file)["word"].to_pylist() == [
            word for word, _ in sorted(rows.fetchall(), key=itemgetter(1))
        ]
