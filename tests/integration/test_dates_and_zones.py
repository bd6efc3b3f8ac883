"""Dates and times of a zone keep their type from the file to charts, rows and the export."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets import catalogue, shares
from datasets.append.append_file import append_file
from datasets.ingest.importer import import_file
from tests.integration.cube_frames import decode_frame
from tests.integration.exploration_json import make_view
from tests.integration.row_readers import RowReader
from tests.unit.test_profiling import CASES

DAY = 86_400_000
NO_FILTERS = {"filters": {}, "active": None}


def ignore_progress(*_):
    pass


def open_file(app, file):
    """Somebody who explores a file, and what was noted when it was imported."""
    notices = []
    dataset = import_file(file, "trips", "Trips", ignore_progress, notices.append)
    shares.open_to_everyone("trips")
    return RowReader(app, "ada", dataset), notices


def request_export(reader, **asked):
    x = json.dumps({"views": [], "filters": {}} | asked)
    return reader.browser.get(f"{reader.path}/rows.csv", query_string={"x": x}).text


@pytest.fixture
def leap_days(app):
    """A dataset of the 60 dates from 2020-02-01 to 2020-03-31, and a number for each."""
    return open_file(app, CASES / "r14_feb_leap.parquet")[0]


def test_dates_are_counted_by_the_day(leap_days):
    x = {"views": [make_view("d", "d", types=("time",), bins=60)], "detail": "coarse"} | NO_FILTERS
    answer = leap_days.browser.get(f"{leap_days.path}/cubes", query_string={"x": json.dumps(x)})
    header, views = decode_frame(answer)
    assert header["rows"] == 60
    assert views["d"]["values"]["count"].ravel().tolist() == [0, *[1] * 60, 0, 0]


def test_dates_are_read_filtered_sorted_and_exported_without_a_time(leap_days):
    february_29 = 18321 * DAY
    view = make_view("d", "d", types=("time",))
    found = leap_days.read_rows(sort="d", descending=True, views=[view], columns=["d"], limit=2)
    assert found["rows"] == [[18352 * DAY], [18351 * DAY]]
    leap = {"d": {"type": "interval", "lo": february_29, "hi": february_29 + DAY, "nulls": False}}
    assert leap_days.read_rows(views=[view], filters=leap, columns=["d"])["rows"] == [[february_29]]
    assert request_export(leap_days, views=[view], filters=leap, columns=["d"]) == '"d"\n"2020-02-29"\n'


def test_appended_dates_stay_dates(leap_days, tmp_path):
    version = leap_days.dataset.version
    (tmp_path / "more.csv").write_text("d,v\n2020-04-01,7\n2020-04-02 06:00,8\n")
    pq.write_table(pa.table({"d": [date(2020, 4, 3)], "v": [9]}), tmp_path / "more.parquet")
    result = append_file(tmp_path / "more.csv", "trips", version, ignore_progress)
    assert [row.reason for row in result.rejected] == ["'d' must be a date, found '2020-04-02 06:00'"]
    assert append_file(tmp_path / "more.parquet", "trips", version, ignore_progress).rows == 62
    store = catalogue.open_store("trips", version)
    values = pa.chunked_array(list(store.read_column("d")))
    assert values.type == pa.date32()
    assert values[-2:].to_pylist() == [date(2020, 4, 1), date(2020, 4, 3)]


def test_appended_identifiers_of_any_size_stay_text(app, tmp_path):
    reader, notices = open_file(app, CASES / "p03_uint64.parquet")
    assert len(notices) == 1
    pq.write_table(pa.table({"id": pa.array([2**63, 6], pa.uint64()), "n": [4, 5]}), tmp_path / "x.parquet")
    result = append_file(tmp_path / "x.parquet", "trips", reader.dataset.version, ignore_progress)
    assert (result.rows, result.rejected) == (5, ())
    ids = {row[0] for row in reader.read_rows(views=[], columns=["id"], rows=5)["rows"]}
    assert {"18446744073709551615", "9223372036854775808", "6"} <= ids


def test_times_of_a_zone_are_shown_in_utc_and_say_so(app, tmp_path):
    noon = pa.array([981_201_600_000_000], pa.timestamp("us", "Europe/Berlin"))
    pq.write_table(pa.table({"when": noon}), tmp_path / "x.parquet")
    reader, notices = open_file(app, tmp_path / "x.parquet")
    (column,) = reader.dataset.json_outline["columns"]
    assert (column["label"], column["zone"]) == ("When (UTC)", "Europe/Berlin")
    assert notices == ["column 'when' is of the time zone Europe/Berlin; its times are shown in UTC"]
    assert reader.read_rows(views=[])["rows"] == [[981_201_600_000]]
    assert request_export(reader) == '"when"\n"2001-02-03T12:00:00Z"\n'


def test_a_file_of_many_columns_is_imported_in_seconds(app, tmp_path):
    table = pa.table({f"c{i}": np.arange(8) + i for i in range(900)})
    pq.write_table(table, tmp_path / "x.parquet")
    reader, notices = open_file(app, tmp_path / "x.parquet")
    assert notices == []
    assert [column.profile.maximum for column in reader.dataset.columns] == [i + 7 for i in range(900)]
