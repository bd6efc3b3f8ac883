"""Dates and times in the CSV export."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.table.csv_text import format_csv
from datasets.table.json_values import rows_to_json
from tests.unit.test_profiling import CASES

DAY = 86_400_000


def export_column(values):
    table = pa.table({"x": values})
    header, *lines = b"".join(format_csv(["x"], [table])).decode().splitlines()
    assert header == '"x"'
    return [line.strip('"') for line in lines]


def test_dates_have_no_time_of_day():
    dates = pq.read_table(CASES / "r14_feb_leap.parquet")["d"]
    assert export_column(dates) == [str(value) for value in dates.to_pylist()]
    assert rows_to_json(pa.table({"d": dates.slice(0, 2)})) == [(18293 * DAY,), (18294 * DAY,)]


def test_far_times_and_dates_are_written_as_javascript_does():
    times = pq.read_table(CASES / "p27_timestamps_far.parquet")["t"].cast(pa.timestamp("us"))
    assert export_column(times) == [
        "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "+033658-09-27T01:46:40Z",
    ]  # fmt: skip
    dates = pq.read_table(CASES / "p28_date_far.parquet")["d"]
    assert export_column(dates) == ["9999-12-31", "1970-01-01", "0001-01-01", "+294247-01-10"]
    assert rows_to_json(pa.table({"d": dates}))[-1] == (106751991 * DAY,)


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (-62_167_219_200_000_001, "-000001-12-31T23:59:59.999999Z"),
        (-62_167_219_200_000_000, "0000-01-01T00:00:00Z"),
        (253_402_300_800_000_000, "+010000-01-01T00:00:00Z"),
        (1, "1970-01-01T00:00:00.000001Z"),
        (None, ""),
    ],
)
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_times_at_the_ends_of_four_digits(microseconds, text, zone):
    values = pa.array([microseconds, 0], pa.int64()).cast(pa.timestamp("us", zone))
    assert export_column(values) == [text, "1970-01-01T00:00:00Z"]
