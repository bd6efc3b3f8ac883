"""The types of the columns of small CSV files that are easily got wrong, and what is said about them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from datasets.ingest.csv_file import read_csv
from datasets.ingest.csv_layout import CsvOptions

CASES = Path(__file__).parents[1] / "fixtures/cases"

pytestmark = pytest.mark.usefixtures("settings")


def read_case(file):
    """Return the columns as pairs of a type and values, and the notices about columns."""
    result = read_csv(file, lambda *_: None, CsvOptions())
    table = pa.Table.from_batches(result.read_batches())
    columns = {name: (str(table[name].type), table[name].to_pylist()) for name in table.column_names}
    return columns, [notice for notice in result.notices if notice.startswith("column ")]


def at(*parts):
    return datetime(*parts)  # noqa: DTZ001 times without a zone


@pytest.mark.parametrize(
    ("case", "column", "type_", "values", "notice"),
    [
        ("c01_decimal_comma", "Umsatz", "double", [1.5, 22.75, 0.99], "read as numbers with a decimal comma"),
        ("c02_thousands", "pop", "int64", [1234, 12345678, 999], "with commas between thousands"),
        ("c03_thousands_space_nbsp", "pop", "int64", [1234, 12345, 999], "with spaces or apostrophes"),
        (
            "c06_question_missing",
            "b",
            "int64",
            [None, 3, None, 7],
            "1 cell with . and 1 cell with ? are",
        ),
        ("c07_plus_sign", "delta", "int64", [5, -3, 12, 0], None),
        (
            "c08_uint64_ids",
            "user_id",
            "large_string",
            [str(2**64 - 1), str(2**64 - 2), str(2**64 - 3)],
            f"stays text because of line 2 '{2**64 - 1}', which has 20 digits",
        ),
        (
            "c09_long_ids_mixed",
            "order",
            "large_string",
            [str(2**53 + 1), str(2**53), "12345678901234567890"],
            "stays text because of line 4 '12345678901234567890', which has 20 digits",
        ),
        ("c44_zip", "zip", "large_string", ["00501", "10001", "02134"], "would lose its leading zero"),
        (
            "c44_zip",
            "phone",
            "large_string",
            ["+4922812345", "+1555123456", "+44207946000"],
            "stays text because of line 2 '+4922812345': it looks like a phone number",
        ),
        (
            "c53_dates_mixed_zone",
            "t",
            "large_string",
            ["2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00"],
            "stays text because of line 3 '2024-10-27T02:30:00': its cells are written in several ways",
        ),
        (
            "c54_dates_named_zone",
            "t",
            "timestamp[us, tz=UTC]",
            [datetime(2024, 10, 27, 2, 30, tzinfo=UTC), datetime(2024, 10, 27, 3, 30, tzinfo=UTC)],
            None,
        ),
        (
            "c55_dates_ampm",
            "t",
            "timestamp[us]",
            [at(2024, 1, 31, 23, 5), at(2024, 2, 1)],
            "read as dates, month first",
        ),
        (
            "c56_dates_dot",
            "t",
            "date32[day]",
            [date(2024, 1, 31), date(2024, 2, 1)],
            "read as dates, day first",
        ),
        (
            "c57_dates_2digit",
            "t",
            "date32[day]",
            [date(2024, 1, 31), date(2024, 2, 1)],
            "two digits of a year from 69 on are taken as 1969 to 1999",
        ),
        (
            "c58_dates_monthname",
            "t",
            "date32[day]",
            [date(2024, 1, 31), date(2024, 2, 1)],
            "read as dates with the name of the month",
        ),
        (
            "c59_dates_ns",
            "t",
            "timestamp[us, tz=UTC]",
            [datetime(2024, 1, 31, 10, 0, 0, 123456, UTC)] * 2,
            "fractions of a microsecond are dropped, the first in line 2",
        ),
        (
            "d12_scientific_ids",
            "sku",
            "large_string",
            ["1E5", "2E10", "12E3"],
            "stays text because of line 2 '1E5': it looks like a code",
        ),
    ],
)
def test_a_column_has_the_right_type_and_notice(case, column, type_, values, notice):
    columns, notices = read_case(CASES / f"{case}.csv")
    assert columns[column] == (type_, values)
    about = [said for said in notices if said.startswith(f"column {column!r}")]
    if notice is None:
        assert about == []
    else:
        assert any(notice in said for said in about), about


def test_one_bad_cell_is_named_with_its_line():
    columns, notices = read_case(CASES / "c05_one_bad_cell.csv")
    assert columns["temp"][0] == "large_string"
    assert notices == [
        "column 'temp' stays text because of line 2002 'err'; other cells look like numbers",
    ]


def test_a_column_of_markers_only_is_left_out():
    columns, notices = read_case(CASES / "e02_only_dash.csv")
    assert list(columns) == ["y"]
    assert notices == ["column 'x' is left out: it has no values (2 cells with - are taken as missing)"]


def test_lines_are_those_of_the_file_whatever_stands_before(tmp_path):
    file = tmp_path / "table.csv"
    file.write_text('Sales of 2024\n\nname,price\n"a\nb",1.5\n\nc,2.5\nd,much\ne,3.5\n')
    _, notices = read_case(file)
    assert "column 'price' stays text because of line 8 'much'; other cells look like numbers" in notices


def test_a_file_of_several_blocks_is_judged_as_a_whole(tmp_path):
    rows = 400_000
    file = tmp_path / "table.csv"
    lines = (f"{n},{n % 100}.5,2024-01-{n % 28 + 1:02}T10:00:00\n" for n in range(rows))
    file.write_text("id,price,at\n" + "".join(lines) + '400000,"7,25",2024-01-01T10:00:00.123456789\n')
    columns, notices = read_case(file)
    assert {name: type_ for name, (type_, _) in columns.items()} == {
        "id": "int64", "price": "large_string", "at": "timestamp[us]",
    }  # fmt: skip
    assert notices == [
        f"column 'price' stays text because of line {rows + 2} '7,25'; other cells look like numbers",
        "column 'at': fractions of a microsecond are dropped, the first in line "
        f"{rows + 2} '2024-01-01T10:00:00.123456789'",
    ]
