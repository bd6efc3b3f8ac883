"""A file becomes a dataset, whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlmodel import select

from accounts import users
from datasets import catalogue
from datasets.access.gateway import list_visible_datasets
from datasets.catalogue import UnknownDatasetError
from datasets.commands import main
from datasets.explorations.suggest import suggest_exploration
from datasets.ingest.version_folders import VersionBusyError, create_version_folder, get_version_folder
from datasets.storage.store import Store
from db.engine import transaction
from db.tables import DatasetVersion, Role

parse_moment = datetime.fromisoformat
TRIPS_CSV = '''\ufeffid,when,Ort,ok,price
1,2001-01-02,"São
Paulo",true,1.5

2,,"a ""b""",false,
3,2001-01-04 05:06,,,2
'''

pytestmark = pytest.mark.usefixtures("settings")


def run_import(file, *more):
    return main(["import", str(file), "--name", "My Table", *more])


def import_and_read(file):
    assert run_import(file) == 0
    description = catalogue.get_description("my-table")
    store = catalogue.open_store("my-table", description.version)
    columns = {
        name: [v for part in store.read_column(name) for v in part.to_pylist()] for name in store.schema.names
    }
    return description, columns


def sort_columns_by(columns, key):
    order = sorted(range(len(columns[key])), key=columns[key].__getitem__)
    return {name: [values[i] for i in order] for name, values in columns.items()}


def get_refusal(file, capsys):
    assert run_import(file) == 1
    with pytest.raises(UnknownDatasetError):
        catalogue.get_description("my-table")
    return capsys.readouterr().err.splitlines()[-1].removeprefix("error: ").replace(f"{file}: ", "")


def write_file(folder, content, name="table.csv"):
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_a_csv_file(tmp_path):
    description, columns = import_and_read(write_file(tmp_path, TRIPS_CSV))
    assert sort_columns_by(columns, "id") == {
        "id": [1, 2, 3],
        "when": [parse_moment("2001-01-02"), None, parse_moment("2001-01-04T05:06")],
        "Ort": ["São\nPaulo", 'a "b"', None],
        "ok": [True, False, None],
        "price": [1.5, None, 2.0],
    }
    assert [column.profile.kind for column in description.columns] == [
        "number", "time", "category", "boolean", "number",
    ]  # fmt: skip
    assert (description.name, description.rows) == ("My Table", 3)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters(tmp_path, delimiter):
    _, columns = import_and_read(write_file(tmp_path, f"a{delimiter}b\n1{delimiter}x,y\n"))
    assert columns == {"a": [1], "b": ["x,y"]}


def test_delimiters_in_quoted_names_do_not_count(tmp_path):
    _, columns = import_and_read(write_file(tmp_path, '"Umsatz, netto";"Menge, Stück"\n1;2\n'))
    assert columns == {"Umsatz, netto": [1], "Menge, Stück": [2]}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "is empty"),
        ("\n\n", "has only blank lines"),
        ("a,b\n", "has a header but no rows"),
        ("a,b", "has a header but no rows"),
        ("a,b\n,\n", "has no value in any column"),
        ("a,b\n1,2\n3\n", "line 3: 1 cells where the header has 2"),
        ('a,b\n1,"x\ny"\n\n3,4\n5,6,7\n', "line 6: 3 cells where the header has 2"),
        (
            b"a,b\n1,2\n3,\xff\n",
            "line 3 is not UTF-8 text, but perhaps Windows-1252, also called Latin-1 or ANSI; save the "
            "file as UTF-8 and try again",
        ),
        (
            "a,b\n1,2\n".encode("utf-16-le"),
            "looks like UTF-16 without a byte order mark; save the file as UTF-8 and try again",
        ),
        ('a,b\n1,2\n3,"4\n5,6\n', "line 3: the quote that opens a cell is never closed"),
    ],
)
def test_a_csv_file_that_is_refused(tmp_path, capsys, content, problem):
    assert get_refusal(write_file(tmp_path, content), capsys) == problem


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("table.parquet", "a,b\n1,2\n", "is not a Parquet file that can be read"),
        ("table.parquet", "", "is not a Parquet file that can be read"),
        ("table.json", "[]", "its name must end in one of .parquet, .pq, .csv, .tsv, .tab, .txt"),
        ("table.gz", "a\n1\n", "its name must end in one of .parquet, .pq, .csv, .tsv, .tab, .txt"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path, capsys, name, content, problem):
    assert get_refusal(write_file(tmp_path, content, name), capsys).startswith(problem)


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert get_refusal(tmp_path / "gone.csv", capsys) == "does not exist"
    (tmp_path / "folder.csv").mkdir()
    assert get_refusal(tmp_path / "folder.csv", capsys) == "is a folder"


def write_parquet(folder, columns):
    file = folder / "table.parquet"
    pq.write_table(pa.table(columns), file)
    return file


def test_a_parquet_file_of_many_types(tmp_path, capsys):
    moment = parse_moment("2001-02-03T04:05:06")
    file = write_parquet(
        tmp_path,
        {
            "tiny": pa.array([1, None], pa.uint8()),
            "half": pa.array([1.5, None], pa.float16()),
            "money": pa.array([Decimal("1.25"), None]),
            "day": pa.array([date(2001, 2, 3), None]),
            "nanos": pa.array([moment, None], pa.timestamp("ns")),
            "zoned": pa.array([moment, None], pa.timestamp("ms", "Europe/Berlin")),
            "kind": pa.array(["a", None]).dictionary_encode(),
            "flag": pa.array([True, None]),
            "list": pa.array([[1], None]),
            "bytes": pa.array([b"x", None]),
            "took": pa.array([timedelta(1), None]),
        },
    )
    _, columns = import_and_read(file)
    assert {name: next(v for v in values if v is not None) for name, values in columns.items()} == {
        "tiny": 1, "half": 1.5, "money": 1.25, "day": date(2001, 2, 3), "nanos": moment,
        "zoned": moment.replace(tzinfo=UTC), "kind": "a", "flag": True,
    }  # fmt: skip
    assert all(len(values) == 2 for values in columns.values())
    notices = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note: ")]
    assert notices == [
        "note: column 'zoned' is of the time zone Europe/Berlin; its times are shown in UTC",
        "note: column 'list' is left out: it holds list<element: int64> values",
        "note: column 'bytes' is left out: it holds binary values",
        "note: column 'took' is left out: it holds duration[us] values",
    ]


def test_a_parquet_file_that_is_refused(tmp_path, capsys):
    assert get_refusal(write_parquet(tmp_path, {"x": pa.array([], pa.int64())}), capsys) == "has no rows"
    problem = "has no column of numbers, text, times or true/false"
    assert get_refusal(write_parquet(tmp_path, {"x": [[1]]}), capsys) == problem
    empty = write_parquet(tmp_path, {"x": pa.array([None], pa.int64())})
    assert get_refusal(empty, capsys) == "has no value in any column"


def test_instants_too_far_off_are_refused_rather_than_wrapped(tmp_path, capsys):
    file = write_parquet(tmp_path, {"x": pa.array([10**15], pa.timestamp("s"))})
    assert "would result in out of bounds timestamp" in get_refusal(file, capsys)


def test_a_damaged_parquet_file(tmp_path, capsys):
    file = write_parquet(tmp_path, {"x": list(range(100_000))})
    content = bytearray(file.read_bytes())
    content[100:2000] = bytes(1900)
    file.write_bytes(content)
    assert "is damaged" in get_refusal(file, capsys)


def test_a_full_disk_is_told_in_a_sentence(tmp_path, monkeypatch, capsys):
    def fail_write(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "bucket-00000.scratch")

    monkeypatch.setattr(Store, "write_part", fail_write)
    refusal = get_refusal(write_file(tmp_path, "a\n1\n"), capsys)
    assert refusal == "bucket-00000.scratch: No space left on device"


def test_repeated_names_are_told_apart(tmp_path, capsys):
    _, columns = import_and_read(write_file(tmp_path, "a,A,\n1,2,3\n"))
    assert columns == {"a": [1], "A (2)": [2], "column 3": [3]}
    assert "note: column 2 is named 'A', which is taken; renamed to 'A (2)'" in capsys.readouterr().err


def test_options_overrule_what_is_judged(tmp_path, capsys):
    file = write_file(tmp_path, "made by hand\n1:a,b\n2:c,d\n")
    assert run_import(file, "--no-header", "--delimiter", ":", "--skip", "1") == 0
    said = capsys.readouterr().err
    assert "note: the file has no header: its columns are called 'column 1' to 'column 2'" in said
    assert "note: cells are separated by ':'" in said
    assert [column.name for column in catalogue.get_description("my-table").columns] == [
        "column 1",
        "column 2",
    ]
    tabs = write_file(tmp_path, "1\t2\n3\t4\n")
    assert run_import(tabs, "--header", "--delimiter", "tab") == 0
    assert [column.name for column in catalogue.get_description("my-table").columns] == ["1", "2"]


@pytest.mark.parametrize("option", [("--delimiter", "ab"), ("--delimiter", '"'), ("--skip", "-1")])
def test_options_that_are_refused(tmp_path, option):
    with pytest.raises(SystemExit):
        run_import(write_file(tmp_path, "a\n1\n"), *option)


def test_names_too_long_for_a_view_are_cut(tmp_path, capsys):
    description, columns = import_and_read(write_file(tmp_path, f"{'x' * 400},{'x' * 300}\n1,2\n2,3\n"))
    assert list(columns) == ["x" * 200, "x" * 200 + " (2)"]
    assert "which is too long; renamed to" in capsys.readouterr().err
    assert [view.columns for view in suggest_exploration(description).views[1:]] == [
        (name,) for name in columns
    ]


def test_a_second_import_is_the_newest_version_and_the_first_stays(tmp_path):
    first, _ = import_and_read(write_file(tmp_path, "a\n1\n"))
    second, columns = import_and_read(write_file(tmp_path, "a\n2\n"))
    assert columns == {"a": [2]}
    assert first.version != second.version
    assert catalogue.get_description("my-table", first.version) == first
    assert [entry.slug for entry in catalogue.list_datasets()] == ["my-table"]


def test_a_refused_file_leaves_what_was_there(tmp_path):
    first, _ = import_and_read(write_file(tmp_path, "a\n1\n"))
    assert run_import(write_file(tmp_path, "a,b\n1\n")) == 1
    assert catalogue.get_description("my-table") == first
    assert [
        folder.name for folder in get_version_folder("my-table", "x").parent.iterdir() if folder.is_dir()
    ] == [first.version]


def test_a_slug_that_is_no_address(tmp_path, capsys):
    assert main(["import", str(write_file(tmp_path, "a\n1\n")), "--name", "日本"]) == 1
    assert "'' isn't a valid slug: use a-z, 0-9 and hyphens" in capsys.readouterr().err


def test_unknown_versions_are_named():
    with pytest.raises(UnknownDatasetError, match="there is no dataset 'x'"):
        catalogue.get_description("x")
    with pytest.raises(UnknownDatasetError, match="there is no version 'ab' of a dataset 'x'"):
        catalogue.open_store("x", "ab")


def test_two_writers_of_one_version_never_meet(tmp_path):
    first, _ = import_and_read(write_file(tmp_path, "a\n1\n"))
    with (
        create_version_folder("my-table", "ab12") as folder,
        pytest.raises(VersionBusyError),
        create_version_folder("my-table", "ab12"),
    ):
        pass
    assert not folder.exists()
    with pytest.raises(VersionBusyError), create_version_folder("my-table", first.version):
        pass
    assert catalogue.open_store("my-table", first.version).row_count == 1


@pytest.mark.parametrize("stage", ["reading", "writing", "profiling"])
def test_a_kill_leaves_the_old_version(tmp_path, settings, stage):
    first, _ = import_and_read(write_file(tmp_path, "a\n1\n"))
    big = write_file(tmp_path, "a\n" + "\n".join(map(str, range(200_000))) + "\n")
    script = Path(__file__).with_name("killed_import.py")
    command = [sys.executable, str(script), str(settings.data), str(big), stage]
    killed = subprocess.run(
        command, check=False, cwd=Path(__file__).parents[2], capture_output=True, text=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    assert catalogue.get_description("my-table") == first
    left = {folder.name for folder in get_version_folder("my-table", "x").parent.iterdir() if folder.is_dir()}
    assert len(left) == 2
    second, columns = import_and_read(big)
    assert len(columns["a"]) == 200_000
    left = {folder.name for folder in get_version_folder("my-table", "x").parent.iterdir() if folder.is_dir()}
    assert left == {first.version, second.version}
    with transaction() as work:
        assert len(work.exec(select(DatasetVersion)).all()) == 2


def test_an_import_is_its_owners_alone_unless_it_is_for_everyone(tmp_path, capsys):
    file = tmp_path / "trips.csv"
    file.write_text("a\n1\n")
    admin, ada, bob = (
        users.create_user(name, "correct horse battery", role)
        for name, role in (("root", Role.ADMIN), ("ada", Role.ANALYST), ("bob", Role.ANALYST))
    )
    assert run_import(file, "--owner", "ada") == 0
    assert "Share" in capsys.readouterr().out
    assert [len(list_visible_datasets(person)) for person in (admin, ada, bob)] == [1, 1, 0]
    assert run_import(file, "--everyone") == 0
    assert len(list_visible_datasets(bob)) == 1
    assert run_import(file, "--owner", "nobody") == 1
    assert "no user named 'nobody'" in capsys.readouterr().err
