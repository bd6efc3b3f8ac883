"""What is appended fits the columns that are there, row by row, or is refused with a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.append.row_validation import coerce_rows

SCHEMA = pa.schema(
    [
        pa.field("whole", pa.int64(), metadata={"label": "Whole number"}),
        ("real", pa.float64()),
        ("when", pa.timestamp("us")),
        ("name", pa.large_string()),
        ("late", pa.bool_()),
        ("day", pa.date32()),
        ("zoned", pa.timestamp("us", "Europe/Berlin")),
    ]
)
NOON = datetime(2001, 2, 3, 12)  # noqa: DTZ001 stored times have no zone


def coerce_table(**columns):
    return coerce_rows(pa.table(columns), SCHEMA)


def test_what_fits_comes_in_the_types_of_the_dataset():
    table = {
        "late": pa.array([True, None]),
        "whole": pa.array([1, 2], pa.uint8()),
        "name": pa.array(["a", "b"]).dictionary_encode(),
        "real": pa.array([Decimal("1.5"), None]),
    }
    found = coerce_table(**table)
    assert found.rejected == ()
    assert found.rows.schema.equals(SCHEMA, check_metadata=True)
    assert found.rows.to_pylist() == [
        {"whole": 1, "real": 1.5, "when": None, "name": "a", "late": True, "day": None, "zoned": None},
        {"whole": 2, "real": None, "when": None, "name": "b", "late": None, "day": None, "zoned": None},
    ]


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("whole", [3.0, None], [3, None]),
        ("whole", ["12", "NA"], [12, None]),
        ("real", ["1.5", " -2 "], [1.5, -2]),
        ("late", ["TRUE", "false"], [True, False]),
        ("when", ["2001-02-03T12:00:00", "2001-02-03T13:00:00+01:00"], [NOON, NOON]),
        ("when", ["2001/2/3 12:00", None], [NOON, None]),
        ("when", ["3.2.2001 12:00", "?"], [NOON, None]),
        ("when", ["2/3/2001 12:00 PM", "2/13/2001"], [NOON, NOON.replace(day=13, hour=0)]),
        ("real", ["1,5", "1.234,25", "3"], [1.5, 1234.25, 3]),
        ("whole", ["1,234,567", "12"], [1234567, 12]),
        ("when", [981_201_600_000], [NOON]),
        ("when", [NOON.replace(tzinfo=UTC)], [NOON]),
        ("when", [date(2001, 2, 3)], [NOON.replace(hour=0)]),
        ("name", [None, "00501"], [None, "00501"]),
        ("name", [Decimal(10**30)], ["1" + "0" * 30]),
        ("day", ["2001-02-03", None], [date(2001, 2, 3), None]),
        ("day", [date(2001, 2, 3)], [date(2001, 2, 3)]),
        ("day", [NOON.replace(hour=0)], [date(2001, 2, 3)]),
        ("day", [86_400_000], [date(1970, 1, 2)]),
        ("zoned", ["2001-02-03T12:00:00Z", "2001-02-03T13:00:00+01:00"], [NOON.replace(tzinfo=UTC)] * 2),
        ("zoned", [981_201_600_000], [NOON.replace(tzinfo=UTC)]),
        ("zoned", [NOON], [NOON.replace(tzinfo=UTC)]),
    ],
)
def test_values_that_say_the_same_are_taken(column, values, expected):
    found = coerce_table(**{column: values})
    assert found.rejected == ()
    assert found.rows[column].to_pylist() == expected


@pytest.mark.parametrize(
    ("column", "values", "reason"),
    [
        ("whole", [1.5], "'whole' must be a whole number, found '1.5'"),
        ("whole", ["00501"], "'whole' must be a whole number, found '00501'"),
        ("whole", [True], "'whole' must be a whole number, found 'True'"),
        ("whole", [2**63], "'whole' must be a whole number"),
        ("real", ["much"], "'real' must be a number, found 'much'"),
        ("when", ["3/2/2001"], "'when' must be a time, found '3/2/2001'"),
        ("real", ["1,234"], "'real' must be a number, found '1,234'"),
        ("when", [1.5], "'when' must be a time"),
        ("day", [NOON], "'day' must be a date, found '2001-02-03 12:00:00'"),
        ("day", ["2001-02-03 12:00"], "'day' must be a date, found '2001-02-03 12:00'"),
        ("day", [1], "'day' must be a date, found '1'"),
        ("name", [501], "'name' must be text, found '501'"),
        ("late", [1], "'late' must be true or false, found '1'"),
        ("whole", [[1, 2]], "'whole' must be a whole number"),
        ("height", [7], "there is no column 'height'"),
        ("real", ["x" * 500], f"found '{'x' * 60}'"),
    ],
)
def test_a_value_that_does_not_fit_refuses_its_row_with_a_reason(column, values, reason):
    array = pa.array(values, pa.uint64() if values == [2**63] else None)
    found = coerce_table(**{column: array})
    assert found.rows.num_rows == 0
    assert [each.row for each in found.rejected] == [0]
    assert reason in found.rejected[0].reason


def test_an_unknown_column_without_values_is_no_harm():
    assert coerce_table(height=pa.nulls(3), whole=[1, 2, 3]).rows.num_rows == 3
    assert coerce_table(height=["-", "", None], whole=[1, 2, 3]).rows.num_rows == 3
    assert coerce_table(height=["-", "7", None], whole=[1, 2, 3]).rows.num_rows == 2


@given(st.lists(st.booleans(), max_size=80))
def test_exactly_the_rows_that_do_not_fit_are_refused(good):
    cells = [str(n) if fits else f"n{n}" for n, fits in enumerate(good)]
    found = coerce_rows(
        pa.table({"whole": pa.array(cells, pa.string()), "name": pa.array(cells, pa.string())}), SCHEMA
    )
    assert [each.row for each in found.rejected] == np.flatnonzero(~np.array(good, bool)).tolist()
    assert found.rows["whole"].to_pylist() == np.flatnonzero(np.array(good, bool)).tolist()


def test_cells_are_read_in_the_form_in_which_the_column_was_imported():
    schema = pa.schema(
        [
            pa.field("day", pa.date32(), metadata={"form": "dates, day first"}),
            pa.field("price", pa.float64(), metadata={"form": "numbers with a decimal comma and €"}),
        ]
    )
    table = pa.table({"day": ["1/2/2001", "2001-02-03", "1/31/2001"], "price": ["1,234 €", "2.5", "$3"]})
    found = coerce_rows(table, schema)
    assert found.rows.to_pylist() == [
        {"day": date(2001, 2, 1), "price": 1.234},
        {"day": date(2001, 2, 3), "price": 2.5},
    ]
    assert [each.reason for each in found.rejected] == ["'day' must be a date, found '1/31/2001'"]


def test_a_row_that_does_not_fit_changes_nothing_about_the_form_of_the_others():
    table = pa.table({"real": ["1,5", "much", "2,25", "1.234"]})
    found = coerce_rows(table, SCHEMA)
    assert found.rows["real"].to_pylist() == [1.5, 2.25, 1234.0]
    assert [each.row for each in found.rejected] == [1]
