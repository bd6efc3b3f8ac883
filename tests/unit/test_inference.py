"""What the cells of a CSV column are, judged by all of them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from datasets.ingest.inference import ColumnInference, parse_cells
from datasets.ingest.read_result import make_names_unique


def infer_and_convert(*batches):
    """The type that is inferred, and the values; None for a column without any."""
    inference = ColumnInference()
    arrays = [pa.array([cell or None for cell in cells], pa.string()) for cells in batches]
    for cells in arrays:
        inference.observe_cells(cells)
    if inference.best_parser is None:
        return None, []
    values = [parse_cells(inference.best_parser, cells) for cells in arrays]
    return str(values[0].type), [value for part in values for value in part.to_pylist()]


def list_notices(cells):
    inference = ColumnInference()
    inference.observe_cells(pa.array(cells, pa.string()))
    return list(inference.list_notices("x", lambda row: row + 2))


def make_datetime(*parts):
    return datetime(*parts)  # noqa: DTZ001 stored times have no zone


@pytest.mark.parametrize(
    ("cells", "type_", "values"),
    [
        (["1", "-2", ""], "int64", [1, -2, None]),
        ([" 1 ", "NA", "NULL", "-"], "int64", [1, None, None, None]),
        (["1", "2.5", "NaN"], "double", [1.0, 2.5, None]),
        (["1e3", "-inf"], "double", [1000.0, float("-inf")]),
        (["9223372036854775808", "1"], "double", [9223372036854775808.0, 1.0]),
        (["true", "FALSE", "n/a"], "bool", [True, False, None]),
        (
            ["2001-01-02", "2001-12-31"],
            "date32[day]",
            [date(2001, 1, 2), date(2001, 12, 31)],
        ),
        (["2001-01-02 03:04", ""], "timestamp[us]", [make_datetime(2001, 1, 2, 3, 4), None]),
        (["2001-01-02T03:04:05.678"], "timestamp[us]", [make_datetime(2001, 1, 2, 3, 4, 5, 678000)]),
        (["2001-01-02T03:04:05+02:00"], "timestamp[us, tz=+02:00]", [datetime(2001, 1, 2, 1, 4, 5, 0, UTC)]),
        (["2001-01-02T03:04:05Z"], "timestamp[us, tz=UTC]", [datetime(2001, 1, 2, 3, 4, 5, 0, UTC)]),
        (
            ["2001/1/2 3:04", "2001/11/12"],
            "timestamp[us]",
            [make_datetime(2001, 1, 2, 3, 4), make_datetime(2001, 11, 12)],
        ),
        (["1/13/2001", "2/1/2001"], "date32[day]", [date(2001, 1, 13), date(2001, 2, 1)]),
        (
            ["13/1/2001", "1/2/2001 4:05:06"],
            "timestamp[us]",
            [make_datetime(2001, 1, 13), make_datetime(2001, 2, 1, 4, 5, 6)],
        ),
        (["1/2/2001", "3/4/2001"], "large_string", ["1/2/2001", "3/4/2001"]),
        (["30/2/2001"], "large_string", ["30/2/2001"]),
        (["00501", "10001"], "large_string", ["00501", "10001"]),
        (["0x10"], "large_string", ["0x10"]),
        (["7" * 5000, "7"], "large_string", ["7" * 5000, "7"]),
        (["1e99999999999999999999", "0.5"], "large_string", ["1e99999999999999999999", "0.5"]),
        (["-9223372036854775808", "9223372036854775807"], "int64", [-(2**63), 2**63 - 1]),
        (["1", "2001-01-01"], "large_string", ["1", "2001-01-01"]),
        (["NA", "x", ""], "large_string", ["NA", "x", None]),
        (["", ""], None, []),
    ],
)  # fmt: skip
def test_inferred(cells, type_, values):
    assert infer_and_convert(cells) == (type_, values)


@pytest.mark.parametrize(
    ("cells", "type_", "values"),
    [
        (["12,34,567", "1,00,000"], "int64", [1234567, 100000]),
        (["1'234.5", "7"], "double", [1234.5, 7]),
        (["1.234,56", "-0,5"], "double", [1234.56, -0.5]),
        (["\u2212" + "3", "4"], "int64", [-3, 4]),
        (["5%", "6.5 %", "?"], "double", [5, 6.5, None]),
        (["$1,234.50", "-$2", "$ 3"], "double", [1234.5, -2, 3]),
        (["1.234,50 €", "7 €"], "double", [1234.5, 7]),
        (["1.5e-3", "2E5"], "double", [0.0015, 200000]),
        (["+1234567.5", "+12.25"], "double", [1234567.5, 12.25]),
        (["Jan 31, 2024", "February 1st, 2024"], "date32[day]", [date(2024, 1, 31), date(2024, 2, 1)]),
        (["2024-01", "2023-12"], "date32[day]", [date(2024, 1, 1), date(2023, 12, 1)]),
        (["1/1/2001", "2/2/2001"], "date32[day]", [date(2001, 1, 1), date(2001, 2, 2)]),
        (["31/12/99", "01/01/00"], "date32[day]", [date(1999, 12, 31), date(2000, 1, 1)]),
        (
            ["Wed Jan 31 10:15:00 2024"],
            "timestamp[us]",
            [make_datetime(2024, 1, 31, 10, 15)],
        ),
        (
            ["Wed, 31 Jan 2024 10:00:00 GMT"],
            "timestamp[us, tz=UTC]",
            [datetime(2024, 1, 31, 10, tzinfo=UTC)],
        ),
        (
            ["2024-07-27T02:30:00+02:00[Europe/Berlin]", "2024-01-27 02:30 Europe/Berlin"],
            "timestamp[us, tz=Europe/Berlin]",
            [datetime(2024, 7, 27, 0, 30, tzinfo=UTC), datetime(2024, 1, 27, 1, 30, tzinfo=UTC)],
        ),
        (
            ["2024-07-27 02:30 CEST", "2024-01-27 02:30 CET"],
            "timestamp[us, tz=UTC]",
            [datetime(2024, 7, 27, 0, 30, tzinfo=UTC), datetime(2024, 1, 27, 1, 30, tzinfo=UTC)],
        ),
    ],
)
def test_common_forms_are_recognised(cells, type_, values):
    assert infer_and_convert(cells) == (type_, values)


@pytest.mark.parametrize(
    ("cells", "notice"),
    [
        (["1,234", "2,345"], "of line 2 '1,234': it could be whole numbers with commas between thousands or"),
        (
            ["1/1/2001", "2/3/2001"],
            "of line 3 '2/3/2001': it could be dates, day first or dates, month first",
        ),
        (["01/02/03"], "of line 2 '01/02/03': it could be"),
        (["5%", "0.05", "7%"], "of line 3 '0.05'"),
        (["$5", "€6"], "of line 2 '$5', whose sign others don't have"),
        (["10:30", "23:15"], "of line 2 '10:30', a time of day without its date"),
        (["2024 Q1"], "of line 2 '2024 Q1', a quarter or week without a day"),
        (["2024-02-30", "2024-03-01"], "of line 2 '2024-02-30', which names no time"),
        (["2024-10-27 02:30 Europe/Berlin", "2024-10-28 02:30 Europe/Berlin"], "of line 2"),
        (["2024-10-27 02:30 UTC", "2024-10-28 02:30 XYZ"], "of line 3 '2024-10-28 02:30 XYZ'"),
        (["10115", "01234"], "of line 3 '01234', which would lose its leading zero"),
        (["1E5", "12", "300"], "of line 2 '1E5': it looks like a code"),
        (["1.5", "1e400"], "of line 3 '1e400'"),
        (["+1 555 123 456"], "of line 2 '+1 555 123 456': it looks like a phone number"),
        (["9007199254740993", "0.5"], "of line 2 '9007199254740993', which has 16 digits"),
        (["5", "6", "7", "x"], "of line 5 'x'; other cells look like whole numbers"),
    ],
)
def test_text_that_is_nearly_something_else_is_told_with_its_line(cells, notice):
    assert infer_and_convert(cells) == ("large_string", cells)
    (said,) = list_notices(cells)
    assert said.startswith("column 'x' stays text because ")
    assert notice in said


@pytest.mark.parametrize(
    "cells",
    [
        ["Ann", "Nan", "Inf"],
        ["Nan", "Inf"],
        ["Infinity"],
        ["192.168.100.101", "192.168.100.102"],
        ["1.2.10", "1.2.11"],
        ["Main St 5", "High St 7"],
        ["12ab", "34", "cd56"],
        ["NA", "x"],
    ],
)
def test_names_and_codes_stay_text_without_a_word(cells):
    assert infer_and_convert(cells) == ("large_string", cells)
    assert list_notices(cells) == []


@pytest.mark.parametrize(
    ("cells", "notice"),
    [
        (["3.3333333333333333", "0.1"], "are rounded, the first in line 2 '3.3333333333333333'"),
        (["2024-01-01T10:00+01:00", "2024-06-01T10:00+02:00"], "different zones (+01:00, +02:00) and become"),
        (["5", "?", "n/a", "?"], "2 cells with ? and 1 cell with n/a are taken as missing"),
        (["5", "NaN"], "1 cell with NaN is taken as missing"),
    ],
)
def test_what_was_decided_about_values_is_told(cells, notice):
    assert notice in " ".join(list_notices(cells))


def test_chunks_of_odd_cells_may_follow_plain_ones():
    assert infer_and_convert(["1", "22"], ["1,5"]) == ("double", [1.0, 22.0, 1.5])
    assert infer_and_convert(["1.5", "22"], ["1,234.5"]) == ("double", [1.5, 22.0, 1234.5])
    assert infer_and_convert(["1.5", "22"], ["1,5"]) == ("large_string", ["1.5", "22", "1,5"])
    assert infer_and_convert(["2001-01-02"], ["31.12.2001"]) == ("large_string", ["2001-01-02", "31.12.2001"])
    many = ["1.5"] * 2000
    assert infer_and_convert(many, many, ["1,234.5"])[1] == [1.5] * 4000 + [1234.5]


def test_a_late_cell_changes_the_type_of_all():
    assert infer_and_convert(["1", "2"], ["", ""], ["x"]) == ("large_string", ["1", "2", None, None, "x"])
    assert infer_and_convert(["1", "2"], ["2.5"]) == ("double", [1.0, 2.0, 2.5])


def test_names_become_unique_whatever_their_case():
    names, notices = make_names_unique(["a", "A", "", "a (2)", " b", "b"])
    assert names == ["a", "A (3)", "column 3", "a (2)", "b (2)", "b"]
    assert len({name.casefold() for name in names}) == len(names)
    assert len(notices) == 3
    assert notices[0] == "column 2 is named 'A', which is taken; renamed to 'A (3)'"
