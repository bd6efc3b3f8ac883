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
        (["1", "2001-01-01"], "large_string", ["1", "2001-01-01"]),
        (["NA", "x", ""], "large_string", ["NA", "x", None]),
        (["", ""], None, []),
    ],
)  # fmt: skip
def test_inferred(cells, type_, values):
    assert infer_and_convert(cells) == (type_, values)


def test_a_late_cell_changes_the_type_of_all():
    assert infer_and_convert(["1", "2"], ["", ""], ["x"]) == ("large_string", ["1", "2", None, None, "x"])
    assert infer_and_convert(["1", "2"], ["2.5"]) == ("double", [1.0, 2.0, 2.5])


def test_names_become_unique_whatever_their_case():
    names, notices = make_names_unique(["a", "A", "", "a (2)", " b", "b"])
    assert names == ["a", "A (3)", "column 3", "a (2)", "b (2)", "b"]
    assert len({name.casefold() for name in names}) == len(names)
    assert len(notices) == 3
    assert notices[0] == "column 2 is named 'A', which is taken; renamed to 'A (3)'"
