"""Versions that grow: rows are durable before they exist, encrypted, in order, merged without a change."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from accounts.paging import PageOptions
from datasets import admin_listing, catalogue
from datasets.append import compaction, file_writer
from datasets.append.appending import append_coerced, append_rows
from datasets.append.row_validation import RejectedRow, coerce_rows
from datasets.commands import main
from datasets.cubes.engine_pool import EnginePool
from datasets.ingest.importer import import_file
from datasets.rotation import rotate_data_key
from datasets.storage import appended_files
from datasets.storage.appended_files import RowOrigin
from gpu.cpu import CpuEngine
from gpu.cubes import CubeSpec, ViewSpec
from tests.integration.killed_append import ROWS as BATCH

BASE_ROWS = 200
SECRET = "Zanzibar-confidential-7731"


def ignore_progress(*_):
    pass


def make_rows(start, stop):
    return pa.table({"n": range(start, stop), "name": [f"{SECRET}-{n % 7}" for n in range(start, stop)]})


@pytest.fixture
def trips(database, tmp_path):
    """A dataset of the numbers below 200, on each kind of database."""
    pq.write_table(make_rows(0, BASE_ROWS), tmp_path / "trips.parquet")
    return import_file(tmp_path / "trips.parquet", "trips", "Trips", ignore_progress, ignore_progress)


def open_store():
    return catalogue.open_store("trips", catalogue.get_description("trips").version)


def read_numbers(start=0):
    return [n for some in open_store().read_column("n", start) for n in some.to_pylist()]


def age_appended_files(monkeypatch):
    """Let all that is appended be old enough to be merged."""
    monkeypatch.setattr(compaction, "MIN_AGE", timedelta(seconds=-1))


def get_version():
    return catalogue.find_version("trips", None)[1]


def test_appended_rows_follow_the_others_in_their_order(trips):
    imported = read_numbers()
    assert sorted(imported) == list(range(BASE_ROWS))
    assert not catalogue.get_description("trips").grows
    for start in (BASE_ROWS, BASE_ROWS + 30, BASE_ROWS + 60):
        found = append_rows("trips", trips.version, make_rows(start, start + 30))
        assert (found.rows, found.added, found.rejected) == (start + 30, 30, ())
    expected = [*imported, *range(BASE_ROWS, BASE_ROWS + 90)]
    for start in (0, 1, 150, 199, 200, 201, 229, 230, 250, 289, 290):
        assert read_numbers(start) == expected[start:]
    assert open_store().row_count == appended_files.count_rows(get_version()) == BASE_ROWS + 90
    assert catalogue.get_description("trips").grows
    assert catalogue.open_imported_store("trips", trips.version).row_count == BASE_ROWS


def test_admins_see_how_many_rows_there_are(trips):
    append_rows("trips", trips.version, make_rows(0, 30))
    (listed,), _ = admin_listing.list_dataset_rows(window=PageOptions(sort="rows"))
    assert listed.rows == BASE_ROWS + 30


def test_rows_that_do_not_fit_are_refused_and_the_others_are_there(trips):
    table = pa.table({"n": ["7", "seven", None], "name": ["a", "b", "c"]})
    found = append_rows("trips", trips.version, table)
    assert (found.rows, found.added) == (BASE_ROWS + 2, 2)
    assert found.rejected == (RejectedRow(1, "'n' must be a whole number, found 'seven'"),)
    assert read_numbers(BASE_ROWS) == [7, None]


def test_coerced_rows_are_appended_only_in_the_types_of_the_version(trips):
    rows = coerce_rows(make_rows(0, 3), open_store().schema).rows
    assert append_coerced("trips", trips.version, rows) == BASE_ROWS + 3
    others = [
        rows.drop_columns(["name"]),
        rows.select(["name", "n"]),
        rows.set_column(0, "n", rows["n"].cast(pa.float64())),
        rows.append_column("more", rows["n"]),
    ]
    for other in others:
        with pytest.raises(ValueError, match="columns and types"):
            append_coerced("trips", trips.version, other)
    assert read_numbers(BASE_ROWS) == [0, 1, 2]
    assert len(list(open_store().folder.glob("rows-*"))) == 1


def test_what_belongs_to_the_rows_is_done_with_them_or_not_at_all(trips):
    def fail_with_rows(_work):
        raise RuntimeError("no dead letter could be kept")

    with pytest.raises(RuntimeError, match="dead letter"):
        append_rows("trips", trips.version, make_rows(0, 3), in_transaction=fail_with_rows)
    assert open_store().row_count == BASE_ROWS
    file_writer.remove_leftover_files()
    assert not list(open_store().folder.glob("rows-*"))


def test_messages_of_refused_rows_are_consumed_too(trips):
    append_rows("trips", trips.version, pa.table({"n": ["x"]}), RowOrigin("feed", ["m1"]))
    append_rows("trips", trips.version, make_rows(0, 1), RowOrigin("feed", ["m2", "m3"]))
    append_rows("trips", trips.version, make_rows(0, 1))
    assert appended_files.list_consumed_messages(get_version().id, "feed") == ["m1", "m2", "m3"]
    assert appended_files.list_consumed_messages(get_version().id, "feed", 1) == ["m2", "m3"]
    assert open_store().row_count == BASE_ROWS + 2


def test_nothing_that_is_appended_can_be_read_on_disk(trips, settings):
    append_rows("trips", trips.version, make_rows(0, 50), RowOrigin("feed", [SECRET]))
    (file,) = open_store().folder.glob("rows-*.parquet")
    with pytest.raises((OSError, pa.ArrowException)):
        pq.read_table(file)
    readable = [f for f in settings.data.rglob("*") if f.is_file() and SECRET.encode() in f.read_bytes()]
    assert readable == []


def test_an_engine_holds_appended_rows_when_they_are_asked_for(trips):
    engines = EnginePool(CpuEngine)
    engine, count = engines.get_engine("trips", trips.version), CubeSpec(ViewSpec(()))
    assert engine.row_count == BASE_ROWS
    for stop in (BASE_ROWS + 40, BASE_ROWS + 90):
        rows = append_rows("trips", trips.version, make_rows(0, stop - engine.row_count)).rows
        assert engines.get_engine("trips", trips.version, rows) is engine
        assert engine.row_count == rows == stop
        assert engine.compute_cubes([count], rows=range(BASE_ROWS))[0].count[0, 0] == BASE_ROWS
    assert EnginePool(CpuEngine).get_engine("trips", trips.version).row_count == BASE_ROWS + 90


def test_small_files_become_few_with_the_same_rows(trips, monkeypatch):
    age_appended_files(monkeypatch)
    monkeypatch.setattr(compaction, "schedule_compaction", ignore_progress)
    for n in range(70):
        append_rows("trips", trips.version, make_rows(n * 3, n * 3 + 3), RowOrigin("feed", [f"m{n}"]))
    before, old = read_numbers(), open_store().folder
    reading = open_store().read_column("n", BASE_ROWS)
    first = next(reading).to_pylist()
    compaction.compact_version("trips", trips.version)
    assert first + [n for some in reading for n in some.to_pylist()] == before[BASE_ROWS:]
    assert read_numbers() == before
    assert len(appended_files.list_files(get_version().id)) == 1
    compaction.compact_version("trips", trips.version)
    file_writer.remove_leftover_files()
    assert len(list(old.glob("rows-*"))) == 1
    assert appended_files.list_consumed_messages(get_version().id, "feed") == [f"m{n}" for n in range(70)]
    append_rows("trips", trips.version, make_rows(0, 1))
    assert open_store().row_count == BASE_ROWS + 211


def test_files_are_merged_while_rows_come(trips, monkeypatch):
    age_appended_files(monkeypatch)
    for n in range(100):
        append_rows("trips", trips.version, make_rows(n, n + 1))
    compaction._pool.submit(ignore_progress).result()
    assert len(appended_files.list_files(get_version().id)) < 2 * compaction.MIN_FILES
    assert read_numbers(BASE_ROWS) == list(range(100))


def test_many_append_at_once(trips):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: append_rows("trips", trips.version, make_rows(n * 5, n * 5 + 5)), range(20)))
    assert sorted(read_numbers(BASE_ROWS)) == list(range(100))
    assert np.diff(np.array(read_numbers(BASE_ROWS)).reshape(20, 5)).tolist() == [[1] * 4] * 20


def test_other_keys_while_rows_come(trips, monkeypatch):
    append_rows("trips", trips.version, make_rows(0, 10))
    write, folder = catalogue.Store.write_file, open_store().folder
    late = iter([make_rows(10, 20)])

    def write_and_append(store, name, rows):
        write(store, name, rows)
        for some in late:
            append_rows("trips", trips.version, some)

    monkeypatch.setattr(catalogue.Store, "write_file", write_and_append)
    before = read_numbers()
    rotate_data_key("trips", ignore_progress)
    assert open_store()._find().folder != folder
    assert read_numbers() == [*before, *range(10, 20)]
    append_rows("trips", trips.version, make_rows(20, 30))
    assert read_numbers(BASE_ROWS) == list(range(30))


@pytest.mark.parametrize("name", ["more.csv", "more.parquet"])
def test_a_file_is_appended_by_a_command(trips, tmp_path, capsys, name):
    if name == "more.csv":
        (tmp_path / name).write_text("name,n\n00501,201\nb,much\nc,\n")
    else:
        table = pa.table({"n": ["201", "much", None], "name": ["00501", "b", "c"], "lists": [[1]] * 3})
        pq.write_table(table, tmp_path / name)
    assert main(["append", str(tmp_path / name), "--slug", "trips"]) == 0
    told = capsys.readouterr()
    assert "trips: 2 rows added, 1 left out, 202 in all" in told.out
    assert "row 2 is left out: 'n' must be a whole number, found 'much'" in told.err
    names = pa.chunked_array(list(open_store().read_column("name", BASE_ROWS))).to_pylist()
    assert (read_numbers(BASE_ROWS), names) == ([201, None], ["00501", "c"])
    assert main(["append", str(tmp_path / name), "--slug", "nothing"]) == 1


def test_a_kill_while_rows_come_loses_none_and_doubles_none(settings, tmp_path):
    pq.write_table(make_rows(0, BASE_ROWS), tmp_path / "trips.parquet")
    made = import_file(tmp_path / "trips.parquet", "trips", "Trips", ignore_progress, ignore_progress)
    expected, known = 0, 0
    for patience in (1, 7, 12):
        script = [sys.executable, str(Path(__file__).with_name("killed_append.py")), str(settings.data)]
        with subprocess.Popen([*script, str(expected)], stdout=subprocess.PIPE, text=True) as process:
            said = [int(process.stdout.readline()) for _ in range(patience)]
            process.kill()
            said += [int(line) for line in process.stdout]
        file_writer.remove_leftover_files()
        consumed = appended_files.list_consumed_messages(get_version().id, "feed")
        known = len(consumed)
        assert consumed[: said[-1] + 1] == [f"message {n}" for n in range(said[-1] + 1)]
        assert known - (said[-1] + 1) in (0, 1)  # one may be there and not yet said
        assert read_numbers(BASE_ROWS) == list(range(known * BATCH))
        assert len(list(open_store().folder.glob("rows-*"))) == known
        expected = known
    append_rows("trips", made.version, make_rows(0, 1))
    assert open_store().row_count == BASE_ROWS + known * BATCH + 1
