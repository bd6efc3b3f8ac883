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

from accounts.paging import Window
from datasets import admin_listing, catalogue
from datasets.__main__ import main
from datasets.append import appending, compaction, file_writer
from datasets.append.appending import append
from datasets.cubes.engine_pool import Engines
from datasets.ingest.importer import import_file
from datasets.rotation import rotate
from datasets.storage import appended_files
from datasets.storage.appended_files import Origin
from gpu.cpu import CpuEngine
from gpu.cubes import CubeSpec, View
from tests.integration.killed_append import ROWS as BATCH

BASE = 200
SECRET = "Zanzibar-confidential-7731"


def quiet(*_):
    pass


def numbers(start, stop):
    return pa.table({"n": range(start, stop), "name": [f"{SECRET}-{n % 7}" for n in range(start, stop)]})


@pytest.fixture
def trips(database, tmp_path):
    """A dataset of the numbers below 200, on each kind of database."""
    pq.write_table(numbers(0, BASE), tmp_path / "trips.parquet")
    return import_file(tmp_path / "trips.parquet", "trips", "Trips", quiet, quiet)


def stored():
    return catalogue.store("trips", catalogue.open("trips").version)


def read(start=0):
    return [n for some in stored().read("n", start) for n in some.to_pylist()]


def older(monkeypatch):
    """Let all that is appended be old enough to be merged."""
    monkeypatch.setattr(compaction, "YOUNG", timedelta(seconds=-1))


def version():
    return catalogue.find("trips", None)[1]


def test_appended_rows_follow_the_others_in_their_order(trips):
    imported = read()
    assert sorted(imported) == list(range(BASE))
    assert not catalogue.open("trips").grows
    for start in (BASE, BASE + 30, BASE + 60):
        found = append("trips", trips.version, numbers(start, start + 30))
        assert (found.rows, found.added, found.refused) == (start + 30, 30, ())
    expected = [*imported, *range(BASE, BASE + 90)]
    for start in (0, 1, 150, 199, 200, 201, 229, 230, 250, 289, 290):
        assert read(start) == expected[start:]
    assert stored().rows == appended_files.total(version()) == BASE + 90
    assert catalogue.open("trips").grows
    assert catalogue.imported("trips", trips.version).rows == BASE


def test_admins_see_how_many_rows_there_are(trips):
    append("trips", trips.version, numbers(0, 30))
    (listed,), _ = admin_listing.page(window=Window(sort="rows"))
    assert listed.rows == BASE + 30


def test_rows_that_do_not_fit_are_refused_and_the_others_are_there(trips):
    told = []
    table = pa.table({"n": ["7", "seven", None], "name": ["a", "b", "c"]})
    found = append("trips", trips.version, table, also=lambda _work, refused: told.extend(refused))
    assert (found.rows, found.added) == (BASE + 2, 2)
    assert [(each.row, each.reason) for each in told] == [(1, "'n' must be a whole number, found 'seven'")]
    assert read(BASE) == [7, None]


def test_what_belongs_to_the_rows_is_done_with_them_or_not_at_all(trips):
    def fail(_work, _refused):
        raise RuntimeError("no dead letter could be kept")

    with pytest.raises(RuntimeError, match="dead letter"):
        append("trips", trips.version, numbers(0, 3), also=fail)
    assert stored().rows == BASE
    file_writer.remove_leftovers()
    assert not list(stored().folder.glob("rows-*"))


def test_messages_of_refused_rows_are_consumed_too(trips):
    append("trips", trips.version, pa.table({"n": ["x"]}), Origin("feed", ["m1"]))
    append("trips", trips.version, numbers(0, 1), Origin("feed", ["m2", "m3"]))
    append("trips", trips.version, numbers(0, 1))
    assert appended_files.consumed(version().id, "feed") == ["m1", "m2", "m3"]
    assert appended_files.consumed(version().id, "feed", 1) == ["m2", "m3"]
    assert stored().rows == BASE + 2


def test_nothing_that_is_appended_can_be_read_on_disk(trips, settings):
    append("trips", trips.version, numbers(0, 50), Origin("feed", [SECRET]))
    (file,) = stored().folder.glob("rows-*.parquet")
    with pytest.raises((OSError, pa.ArrowException)):
        pq.read_table(file)
    readable = [f for f in settings.data.rglob("*") if f.is_file() and SECRET.encode() in f.read_bytes()]
    assert readable == []


def test_an_engine_holds_appended_rows_when_they_are_asked_for(trips):
    engines = Engines(CpuEngine)
    engine, count = engines.of("trips", trips.version), CubeSpec(View(()))
    assert engine.rows == BASE
    for stop in (BASE + 40, BASE + 90):
        rows = append("trips", trips.version, numbers(0, stop - engine.rows)).rows
        assert engines.of("trips", trips.version, rows) is engine
        assert engine.rows == rows == stop
        assert engine.cubes([count], rows=range(BASE))[0].count[0, 0] == BASE
    assert Engines(CpuEngine).of("trips", trips.version).rows == BASE + 90


def test_small_files_become_few_with_the_same_rows(trips, monkeypatch):
    older(monkeypatch)
    monkeypatch.setattr(appending.merging, "consider", quiet)
    for n in range(70):
        append("trips", trips.version, numbers(n * 3, n * 3 + 3), Origin("feed", [f"m{n}"]))
    before, old = read(), stored().folder
    reading = stored().read("n", BASE)
    first = next(reading).to_pylist()
    compaction.merge("trips", trips.version)
    assert first + [n for some in reading for n in some.to_pylist()] == before[BASE:]
    assert read() == before
    assert len(appended_files.of(version().id)) == 1
    compaction.merge("trips", trips.version)
    file_writer.remove_leftovers()
    assert len(list(old.glob("rows-*"))) == 1
    assert appended_files.consumed(version().id, "feed") == [f"m{n}" for n in range(70)]
    append("trips", trips.version, numbers(0, 1))
    assert stored().rows == BASE + 211


def test_files_are_merged_while_rows_come(trips, monkeypatch):
    older(monkeypatch)
    for n in range(100):
        append("trips", trips.version, numbers(n, n + 1))
    compaction._pool.submit(quiet).result()
    assert len(appended_files.of(version().id)) < 2 * compaction.FEW
    assert read(BASE) == list(range(100))


def test_many_append_at_once(trips):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: append("trips", trips.version, numbers(n * 5, n * 5 + 5)), range(20)))
    assert sorted(read(BASE)) == list(range(100))
    assert np.diff(np.array(read(BASE)).reshape(20, 5)).tolist() == [[1] * 4] * 20


def test_other_keys_while_rows_come(trips, monkeypatch):
    append("trips", trips.version, numbers(0, 10))
    write, folder = catalogue.Store.write_file, stored().folder
    late = iter([numbers(10, 20)])

    def meanwhile(store, name, rows):
        write(store, name, rows)
        for some in late:
            append("trips", trips.version, some)

    monkeypatch.setattr(catalogue.Store, "write_file", meanwhile)
    before = read()
    rotate("trips", quiet)
    assert stored()._find().folder != folder
    assert read() == [*before, *range(10, 20)]
    append("trips", trips.version, numbers(20, 30))
    assert read(BASE) == list(range(30))


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
    names = pa.chunked_array(list(stored().read("name", BASE))).to_pylist()
    assert (read(BASE), names) == ([201, None], ["00501", "c"])
    assert main(["append", str(tmp_path / name), "--slug", "nothing"]) == 1


def test_a_kill_while_rows_come_loses_none_and_doubles_none(settings, tmp_path):
    pq.write_table(numbers(0, BASE), tmp_path / "trips.parquet")
    made = import_file(tmp_path / "trips.parquet", "trips", "Trips", quiet, quiet)
    expected, known = 0, 0
    for patience in (1, 7, 12):
        script = [sys.executable, str(Path(__file__).with_name("killed_append.py")), str(settings.data)]
        with subprocess.Popen([*script, str(expected)], stdout=subprocess.PIPE, text=True) as process:
            said = [int(process.stdout.readline()) for _ in range(patience)]
            process.kill()
            said += [int(line) for line in process.stdout]
        file_writer.remove_leftovers()
        consumed = appended_files.consumed(version().id, "feed")
        known = len(consumed)
        assert consumed[: said[-1] + 1] == [f"message {n}" for n in range(said[-1] + 1)]
        assert known - (said[-1] + 1) in (0, 1)  # one may be there and not yet said
        assert read(BASE) == list(range(known * BATCH))
        assert len(list(stored().folder.glob("rows-*"))) == known
        expected = known
    append("trips", made.version, numbers(0, 1))
    assert stored().rows == BASE + known * BATCH + 1
