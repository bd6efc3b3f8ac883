"""How the layout of a CSV file is judged, what of it is said, and what overrules it."""

from __future__ import annotations

import bz2
import gzip
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.ingest.cell_text import MISSING_MARKERS
from datasets.ingest.csv_layout import CsvOptions
from datasets.ingest.importer import find_format
from datasets.ingest.read_result import BadFileError

CASES = Path(__file__).parents[1] / "fixtures/cases"
NAMES = "line 1 is taken for names"
NO_HEADER = "the file has no header: its columns are called "


def read_file(file, options=None):
    """The columns of a file, and what was said about it."""
    format_ = find_format(file, options) if options else find_format(file)
    result = format_.read_for_import(file, lambda *_: None)
    table = pa.Table.from_batches(list(result.read_batches()))
    assert table.num_rows == result.row_count
    return table.to_pydict(), result.notices


def read_content(folder, content, options=None, name="table.csv"):
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_file(file, options)


def get_refusal(file, options=None):
    with pytest.raises(BadFileError) as caught:
        read_file(file, options)
    return str(caught.value).removeprefix(f"{file}: ")


@pytest.mark.parametrize(
    ("name", "columns", "said"),
    [
        (
            "c15_backslash_quotes",
            {"id": [1, 2, 3], "txt": ['he said "hi" loud', "plain", 'x "y"']},
            "backslash",
        ),
        ("c19_single_col_blank", {"temp": [1, None, 3, None, 5]}, NAMES),
        (
            "c23_sep_line",
            {"region": ["N", "S"], "sales": [10, 20]},
            "line 1 is skipped: it names the delimiter",
        ),
        ("c26_utf16", {"Ort": ["Köln", "München"], "Size": [1, 2]}, "the text is UTF-16"),
        (
            "c33_no_header",
            {"column 1": [1, 2, 3], "column 2": [2.5, 3.5, 4.5], "column 3": ["x", "y", "z"]},
            NO_HEADER + "'column 1' to 'column 3'",
        ),
        ("c70_empty_vs_quoted", {"a": ["", None, "x"], "b": [1, 2, 3]}, NAMES),
        (
            "c83_header_more_commas_than_semicolon",
            {"Preis, netto, in EUR": [1, 3], "Menge, Stk": [2, 4]},
            "cells are separated by semicolons",
        ),
        ("g3_comment_semicolon", {"region": ["N", "S"], "sales": [10, 20]}, "1 comment line is skipped"),
        ("z01_gz", {"a": [1], "b": [2]}, "the file is unpacked (gzip)"),
    ],
)
def test_cases_that_are_read(name, columns, said):
    found, notices = read_file(CASES / f"{name}.csv")
    assert found == columns
    assert any(notice.startswith(said) or said in notice for notice in notices), notices


def test_tabs_of_a_tsv_file_with_commas():
    assert read_file(CASES / "d01_tsv_with_commas.tsv")[0] == {"a": [1, 2], "b,c,d": ["x", "y"]}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "c13_two_open_quotes",
            "line 2: the quote that opens a cell is closed in line 5 before the cell ends",
        ),
        (
            "c14_two_open_quotes_closed_at_end",
            "line 2: the quote that opens a cell is closed in line 4 before",
        ),
        (
            "q2_inches_3000",
            "line 102: the quote that opens a cell is closed in line 1102 before the cell ends",
        ),
        ("z02_xlsx", "is an Excel workbook"),
    ],
)
def test_cases_that_are_refused(name, problem):
    assert get_refusal(CASES / f"{name}.csv").startswith(problem)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('a,b\n1,"x"y\n', "line 2: the quote that opens a cell is closed before the cell ends"),
        ('a,b\n1,"x\n2,y\n', "line 2: the quote that opens a cell is never closed"),
        ('a,b\n1,"x\r2,"y"\r', "line 2: the quote that opens a cell is closed in line 3"),
        ('a,b\n\n1,"x""\n2,y\n', "line 3: the quote that opens a cell is never closed"),
        ('a,b\n1,"C:\\x \\"y\\""\n', "line 2: the quote that opens a cell is closed before the cell ends"),
        ("a\n1,2\n3,4\n", "line 2: 2 cells where the header has 1"),
        ("a,b\n1,2,3\n4,5,6\n", "line 2: 3 cells where the header has 2"),
        ("a,b\n1,2\n\n# note\n", "line 4: 1 cells where the header has 2"),
        ("1,2\n3,4\n5\n", "line 3: 1 cells where line 1 has 2"),
        ('a,b\n1,"x\ny"\n3\n', "line 4: 1 cells where the header has 2"),
    ],
)
def test_faults_are_told_with_their_line(tmp_path, content, problem):
    (tmp_path / "x.csv").write_text(content, newline="")
    assert get_refusal(tmp_path / "x.csv").startswith(problem)


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ('a,b\n1,12" pan\n2,6" x 4" lid\n', {"a": [1, 2], "b": ['12" pan', '6" x 4" lid']}),
        ('a,b\n1,"12"" pan"\n2,""""\n', {"a": [1, 2], "b": ['12" pan', '"']}),
        ('a, b\n1, "x, y"\n2, "z" \n', {"a": [1, 2], "b": ["x, y", "z"]}),
        ('a,b\r\n1,"x\r\ny"\r\n\r\n2,\r\n', {"a": [1, 2], "b": ["x\r\ny", None]}),
        ("a,b\r1,x\r2,y\r", {"a": [1, 2], "b": ["x", "y"]}),
        ('a\n"x ""\ny"\n\n""\n', {"a": ['x "\ny', None, ""]}),
        ('a;b\n1;"\\\\ and \\""\n', {"a": [1], "b": ['\\ and "']}),
    ],
)
def test_quotes_that_are_read(tmp_path, content, columns):
    assert read_content(tmp_path, content)[0] == columns


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("country,2019,2020\nUSA,1,2\nFR,3,4\n", ["country", "2019", "2020"]),
        ("x,0,1,2\nUSA,10,21,3\nFR,3,4,5\n", ["x", "0", "1", "2"]),
        (",x\n1,5\n2,6\n", ["column 1", "x"]),
        ("p,x,s\np,x,s\ne,x,s\n", ["column 1", "column 2", "column 3"]),
        ("name,city\nBob,Rome\nAnn,Oslo\n", ["name", "city"]),
        ("A1-23,x\nB2-34,y\nC3-45,z\nD4-56,x\n", ["column 1", "column 2"]),
        ("2001-01-02,a\n2001-01-03,b\n", ["column 1", "column 2"]),
        ("unknown,1,2\n3,4,5\n6,7,8\n", ["column 1", "column 2", "column 3"]),
        ("7\n8\n", ["column 1"]),
        ('"5","x"\n1,"a"\n2,"b"\n', ["5", "x"]),
        ("#chrom,start\nx,1\ny,2\n", ["#chrom", "start"]),
        ("# made by hand\n# in May\nx,start\ny,2\nz,3\n", ["x", "start"]),
        ("Sales 2024\n\nregion,sales,costs\nN,1,2\nS,3,4\n", ["region", "sales", "costs"]),
        ("Sales 2024,,\nregion,sales,costs\nN,1,2\nS,3,4\n", ["region", "sales", "costs"]),
        ("Sales;;\n;;\nregion;sales;costs\nN;1;2\nS;3;4\n", ["region", "sales", "costs"]),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ["a", "b"]),
        ("1,5;2,5\n2,5;3,5\n", ["column 1", "column 2"]),
        ("id|tags\n1|a,b\n2|c,d\n", ["id", "tags"]),
        ("text\nhello; world\nfoo\nbar\n", ["text"]),
        ("PAR1,PAR2\n1,2\n", ["PAR1", "PAR2"]),
        ("BZh,Rar!\n1,2\n", ["BZh", "Rar!"]),
        ("x" * 200_000 + ",b\n1,2\n", ["x" * 200, "b"]),
    ],
)
def test_names_are_found(tmp_path, content, names):
    assert list(read_content(tmp_path, content)[0]) == names


def test_decisions_are_told(tmp_path):
    _, notices = read_content(tmp_path, 'Sales 2024\n# by hand\n\nregion;"wor\nds"\nN;x\nS;"a\nb"\n')
    assert notices == (
        "1 comment line is skipped",
        "1 blank line is skipped",
        "line 1 is skipped as a title: 'Sales 2024'",
        "line 4 is taken for names; if it is a row, say --no-header",
        "cells are separated by semicolons",
        "1 line break is inside quotes, in line 7",
    )


@pytest.mark.parametrize(
    ("content", "options", "columns"),
    [
        ("a,b\nc,d\n", CsvOptions(has_header=False), {"column 1": ["a", "c"], "column 2": ["b", "d"]}),
        ("1,2\n3,4\n", CsvOptions(has_header=True), {"1": [3], "2": [4]}),
        ("a:b\n1:x,y\n", CsvOptions(":"), {"a": [1], "b": ["x,y"]}),
        ("a b\n1 x\n", CsvOptions(" "), {"a": [1], "b": ["x"]}),
        ("any,thing\nat all\na,b\n1,2\n", CsvOptions(skipped_lines=2), {"a": [1], "b": [2]}),
        ("# 1,# 2\n3,4\n", CsvOptions(skipped_lines=0), {"# 1": [3], "# 2": [4]}),
        ("sep=;\na,b\n1,2\n", CsvOptions(","), {"a": [1], "b": [2]}),
    ],
)
def test_a_person_overrules(tmp_path, content, options, columns):
    assert read_content(tmp_path, content, options)[0] == columns


def test_options_are_for_csv_files(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "x.parquet")
    assert "are for CSV files" in get_refusal(tmp_path / "x.parquet", CsvOptions(";"))
    assert "has only blank lines" in get_refusal(CASES / "c33_no_header.csv", CsvOptions(skipped_lines=9))


@pytest.mark.parametrize("marker", MISSING_MARKERS.to_pylist())
def test_every_marker_of_a_missing_value_is_known_where_a_header_is_judged(tmp_path, marker):
    columns, notices = read_content(tmp_path, f"A,5\nB,{marker}\nC,7\nD,{marker}\n")
    assert (columns["column 2"], notices[0][: len(NO_HEADER)]) == ([5, None, 7, None], NO_HEADER)


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("x.csv", gzip.compress),
        ("x.csv.gz", lambda data: gzip.compress(data[:5]) + gzip.compress(data[5:])),
        ("x.txt.bz2", bz2.compress),
        ("x.csv.zst", lambda data: pa.compress(data, "zstd", asbytes=True)),
        ("x.csv", lambda data: b"\xef\xbb\xbf" + data),
        ("x.csv", lambda data: data.decode().encode("utf-16")),
        ("x.csv", lambda data: b"\xfe\xff" + data.decode().encode("utf-16-be")),
        ("x.tsv", lambda data: gzip.compress(data.decode().encode("utf-16"))),
    ],
)
def test_packed_and_encoded_files(tmp_path, name, pack):
    assert read_content(tmp_path, pack("a,ö\n1,é😀\n".encode()), name=name)[0] == {"a": [1], "ö": ["é😀"]}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            gzip.compress(b"a,b\n" * 9999, mtime=0)[:-20],
            "is damaged: its gzip data can't be unpacked to its end",
        ),
        (b"\x1f\x8b damaged", "is damaged: its gzip data can't be unpacked to its end"),
        ("a,b\n1,2\n".encode("utf-16")[:-1], "is damaged: it isn't UTF-16 throughout"),
        ("a,b\n1,2\n".encode("utf-16-be"), "looks like UTF-16 without a byte order mark"),
        ("a,b\n1,Köln\n".encode("cp1252"), "line 2 is not UTF-8 text, but perhaps Windows-1252"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "is an Excel workbook (.xls"),
        (b"<!DOCTYPE html><p>", "is a web page or XML"),
        (b"%PDF-1.7", "is a PDF document"),
    ],
)
def test_other_contents_are_named(tmp_path, content, problem):
    (tmp_path / "x.csv").write_bytes(content)
    assert get_refusal(tmp_path / "x.csv").startswith(problem)


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ("xl/workbook.xml", "is an Excel workbook"),
        ("content.xml", "is an OpenDocument file"),
        ("x.csv", "is a ZIP archive: unpack it"),
    ],
)
def test_archives_are_named_whatever_the_file_is_called(tmp_path, part, problem):
    for name in ("x.csv", "x.xlsx", "x.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(part, "a\n1\n")
        assert get_refusal(tmp_path / name).startswith(problem)


def test_a_parquet_file_is_known_by_its_content(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "x.csv")
    assert read_file(tmp_path / "x.csv")[0] == {"a": [1]}
