"""A file that swells is refused by the name of the bound, in a process that has little memory."""

from __future__ import annotations

import gzip
import io
import os
import resource
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.ingest.importer import find_format
from datasets.ingest.read_result import BadFileError
from tests.conftest import temporary_settings

ROOT = Path(__file__).parents[2]
MEMORY_LIMIT = 1 << 30
"""Bytes that the process may have: three times what it takes without a file."""


def run_import(settings, file, **bounds):
    """What an import says on standard error, and how it ended."""
    given = {f"DATAXCHANGE_IMPORT_{name.upper()}": str(value) for name, value in bounds.items()}
    environment = (
        os.environ | given | {"DATAXCHANGE_DATA": str(settings.data), "ARROW_DEFAULT_MEMORY_POOL": "system"}
    )
    done = subprocess.run(
        [sys.executable, "-m", "cli", "datasets", "import", str(file), "--name", "Bomb"],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=partial(resource.setrlimit, resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT)),
    )
    return done.returncode, done.stderr


def read_file(file):
    return find_format(file).read_for_import(file, lambda *_: None)


def get_refusal(settings, file, **bounds):
    code, said = run_import(settings, file, **bounds)
    assert code == 1, said
    assert "Traceback" not in said
    return said.splitlines()[-1]


def write_dictionary_file(folder, text, rows):
    """A Parquet file with one text, which every row names."""
    file = folder / "bomb.parquet"
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([text]))
    pq.write_table(pa.table({"text": texts}), file)
    assert file.stat().st_size < 1 << 20
    return file


def test_a_dictionary_of_a_text_that_is_too_long(settings, tmp_path):
    file = write_dictionary_file(tmp_path, "x" * (1 << 23), 1 << 16)
    said = get_refusal(settings, file)
    assert "column 'text' has a text that is too long: 8.0MiB" in said
    assert "DATAXCHANGE_IMPORT_TEXT allows 64.0KiB" in said


def test_a_dictionary_that_swells_row_by_row(settings, tmp_path):
    file = write_dictionary_file(tmp_path, "x" * 60_000, 1 << 16)
    said = get_refusal(settings, file)
    assert "its rows are too wide: 3.7GiB; DATAXCHANGE_IMPORT_BLOCK allows 512.0MiB" in said


@pytest.fixture
def inflating_file(tmp_path):
    """A Parquet file of one row group, which is one page of 512 MiB of zeros."""
    file = tmp_path / "page.parquet"
    zeros = pa.table({"zeros": np.zeros(1 << 26)})
    pq.write_table(
        zeros,
        file,
        row_group_size=1 << 26,
        data_page_size=1 << 30,
        max_rows_per_page=1 << 27,
        write_batch_size=1 << 26,
        use_dictionary=False,
        compression="zstd",
    )
    assert file.stat().st_size < 1 << 20
    return file


def test_a_row_group_that_swells(settings, inflating_file):
    said = get_refusal(settings, inflating_file, block="256MiB")
    assert "row group 0, column 'zeros' unpacks to too much: 512.0MiB" in said
    assert "DATAXCHANGE_IMPORT_BLOCK allows 256.0MiB" in said


def test_a_file_that_unpacks_to_too_much(settings, inflating_file):
    said = get_refusal(settings, inflating_file, block="1GiB", bytes="500MiB")
    assert "unpacks to too much: 512.0MiB; DATAXCHANGE_IMPORT_BYTES allows 500.0MiB" in said


def test_more_rows_and_columns_than_allowed(settings, tmp_path):
    pq.write_table(pa.table({"a": [1, 2, 3], "b": [1, 2, 3]}), tmp_path / "x.parquet")
    (tmp_path / "x.csv").write_text("a,b\n1,1\n2,2\n3,3\n")
    for file in (tmp_path / "x.parquet", tmp_path / "x.csv"):
        with (
            temporary_settings(settings.model_copy(update={"import_rows": 2})),
            pytest.raises(BadFileError, match="too many rows: 3; DATAXCHANGE_IMPORT_ROWS allows 2"),
        ):
            read_file(file)
        with (
            temporary_settings(settings.model_copy(update={"import_columns": 1})),
            pytest.raises(BadFileError, match="too many columns: 2; DATAXCHANGE_IMPORT_COLUMNS allows 1"),
        ):
            read_file(file)
        with temporary_settings(settings.model_copy(update={"import_rows": 3, "import_columns": 2})):
            assert read_file(file).row_count == 3


def test_columns_that_are_left_out_are_not_read(settings, tmp_path):
    """A list of 2^27 zeros, packed into some kilobytes, beside a column of numbers."""
    lists = pa.ListArray.from_arrays(pa.array([0, 1 << 26], pa.int32()), pa.array(np.zeros(1 << 26)))
    pq.write_table(pa.table({"list": lists, "number": [1]}), tmp_path / "x.parquet", compression="zstd")
    assert run_import(settings, tmp_path / "x.parquet")[0] == 0


@pytest.mark.parametrize("start", [b"", b'a,b\n1,"'])
def test_a_line_without_end(settings, tmp_path, start):
    file = tmp_path / "line.csv"
    file.write_bytes(start)
    os.truncate(file, 4 << 30)
    assert "line" in get_refusal(settings, file)


def test_a_cell_that_is_too_long(settings, tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1," + "x" * 100_000 + "\n")
    with pytest.raises(BadFileError, match=r"column 'b' has a text that is too long: 97.7KiB"):
        read_file(tmp_path / "x.csv")


@pytest.mark.parametrize("name", ["bomb.csv.gz", "gzip.csv", "zip.csv"])
def test_a_packed_csv_file_that_swells(settings, tmp_path, name):
    rows = b"a,b\n" + b"0,0\n" * (1 << 20)
    packed = io.BytesIO()
    if name == "zip.csv":
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("x.csv", rows * 16)
    else:
        packed.write(gzip.compress(rows * 16, compresslevel=1))
    (tmp_path / name).write_bytes(packed.getvalue())
    said = get_refusal(settings, tmp_path / name, bytes="10MiB")
    assert "unpacks to too much: 1" in said or "is a ZIP archive: unpack it and import" in said


def test_a_packed_line_without_end(settings, tmp_path):
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"a,b\n" + bytes(64 << 20), compresslevel=1))
    assert "line 2 has 8,388,608 characters or more" in get_refusal(settings, tmp_path / "x.csv.gz")
