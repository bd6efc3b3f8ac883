"""Reading of CSV files: a first pass over all cells infers the types, a second pass parses the values."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.csv as arrow_csv

from datasets.ingest import limits
from datasets.ingest.inference import ColumnInference, ColumnParser, parse_cells
from datasets.ingest.read_result import (
    BadFileError,
    FileFormat,
    ProgressCallback,
    ReadResult,
    make_names_unique,
)

DELIMITERS = ",;\t|"
QUOTED_TEXT = re.compile(r'"[^"]*"')
BLOCK_BYTES = 8 << 20


def read_csv(file: Path, progress: ProgressCallback) -> ReadResult:
    """Open a UTF-8 CSV file with a header and commas, semicolons, tabs or bars between the cells.

    Raises:
        BadFileError: it is empty, ragged, not UTF-8, or has no rows (the message names the line), or it has
            more of something than the settings allow.
    """
    csv_file = _open_within_limits(file)
    names, notices = make_names_unique(csv_file.header)
    rows, columns = _infer_columns(csv_file, progress)
    if _has_open_quote(file) and (problem := csv_file.find_problem()):
        raise BadFileError(file, problem)
    if not rows:
        raise BadFileError(file, "has a header but no rows")
    parsers = {i: column.best_parser for i, column in enumerate(columns) if column.best_parser is not None}
    if not parsers:
        raise BadFileError(file, "has no value in any column")
    for name, column in zip(names, columns, strict=True):
        notices += column.list_notices(name, csv_file.find_line)
    return ReadResult(rows, lambda: _read_batches(csv_file, names, parsers), tuple(notices))


def read_csv_text(file: Path) -> Iterator[pa.RecordBatch]:
    """Yield the cells of a CSV file as text, under the column names that an import would use.

    Raises:
        BadFileError: it is empty, ragged or not UTF-8 (the message names the line), or it has more of
            something than the settings allow.
    """
    csv_file = _open_within_limits(file)
    names, _ = make_names_unique(csv_file.header)
    if _has_open_quote(file) and (problem := csv_file.find_problem()):
        raise BadFileError(file, problem)
    for batch in csv_file.read_cells():
        limits.require_block_within(file, zip(names, batch.columns, strict=True))
        yield batch.rename_columns(names)


CSV = FileFormat((".csv", ".tsv", ".txt"), read_csv, lambda file, _progress: read_csv_text(file))


@dataclass(frozen=True)
class _CsvFile:
    file: Path
    delimiter: str
    header: list[str]

    def read_cells(self) -> Iterator[pa.RecordBatch]:
        """Yield all rows as text; empty cells are null."""
        try:
            with arrow_csv.open_csv(
                self.file,
                read_options=arrow_csv.ReadOptions(block_size=BLOCK_BYTES),
                parse_options=arrow_csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
                convert_options=arrow_csv.ConvertOptions(
                    default_column_type=pa.string(), null_values=[""], strings_can_be_null=True
                ),
            ) as batches:
                yield from batches
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):
                return
            raise BadFileError(self.file, self.find_problem() or str(error)) from error

    def find_line(self, row: int) -> int:
        """Return the line in which a row begins; rows are counted from 0, lines from 1."""
        with self.file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, delimiter=self.delimiter)
            line, rows = 1, -1  # the header is no row
            for cells in reader:
                if cells and rows == row:
                    return line
                rows += bool(cells)
                line = reader.line_num + 1
        raise IndexError(row)

    def find_problem(self) -> str | None:
        """Return what can't be parsed, with its line; None if all of the file can.

        Arrow's own messages count rows, which differ from lines if there are quoted newlines or blank lines.
        """
        line = 1
        try:
            with self.file.open(encoding="utf-8-sig", newline="") as text:
                reader = csv.reader(_read_lines(self.file, text), delimiter=self.delimiter, strict=True)
                for row in reader:
                    if row and len(row) != len(self.header):
                        return f"line {line}: {len(row)} cells where the header has {len(self.header)}"
                    line = reader.line_num + 1
        except UnicodeDecodeError:
            return _encoding_problem(self.file)
        except csv.Error as error:
            return f"line {line}: {error}"
        return None


def _open_within_limits(file: Path) -> _CsvFile:
    limits.require_within(file, "is too large", file.stat().st_size, "import_bytes")
    csv_file = _open_csv(file)
    limits.require_within(file, "too many columns", len(csv_file.header), "import_columns")
    return csv_file


def _open_csv(file: Path) -> _CsvFile:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            lines = _read_lines(file, text)
            first = next(lines, "")
            if not first.strip():
                raise BadFileError(file, "line 1: the header is blank" if first else "is empty")
            delimiter = max(DELIMITERS, key=QUOTED_TEXT.sub("", first).count)
            return _CsvFile(file, delimiter, next(csv.reader(chain([first], lines), delimiter=delimiter)))
    except UnicodeDecodeError as error:
        raise BadFileError(file, _encoding_problem(file)) from error
    except csv.Error as error:
        raise BadFileError(file, f"line 1: {error}") from error


def _read_lines(file: Path, text: TextIO) -> Iterator[str]:
    """Yield the lines, none of which is longer than a block that Arrow reads at once."""
    for number in count(1):
        line = text.readline(BLOCK_BYTES)
        if not line:
            return
        if len(line) == BLOCK_BYTES:
            raise BadFileError(file, f"line {number} has {BLOCK_BYTES:,} characters or more")
        yield line


def _infer_columns(csv_file: _CsvFile, progress: ProgressCallback) -> tuple[int, list[ColumnInference]]:
    """Return how many rows there are, and the inferred types of the columns."""
    columns = [ColumnInference() for _ in csv_file.header]
    rows = 0
    for batch in csv_file.read_cells():
        rows += batch.num_rows
        limits.require_within(csv_file.file, "too many rows", rows, "import_rows")
        limits.require_block_within(csv_file.file, zip(csv_file.header, batch.columns, strict=True))
        for inference, cells in zip(columns, batch.columns, strict=True):
            inference.observe_cells(cells)
        progress("inferring types", rows, 0)
    progress("inferring types", rows, rows)
    return rows, columns


def _read_batches(
    csv_file: _CsvFile, names: list[str], parsers: dict[int, ColumnParser]
) -> Iterator[pa.RecordBatch]:
    for batch in csv_file.read_cells():
        columns = {names[i]: parse_cells(parser, batch.column(i)) for i, parser in parsers.items()}
        yield pa.RecordBatch.from_pydict(columns)


def _has_open_quote(file: Path) -> bool:
    """Return whether the number of quotes is odd: Arrow reads all that follows an open quote as one cell."""
    with file.open("rb") as blocks:
        return sum(block.count(b'"') for block in iter(lambda: blocks.read(BLOCK_BYTES), b"")) % 2 == 1


def _encoding_problem(file: Path) -> str:
    with file.open("rb") as binary:
        lines = iter(lambda: binary.readline(BLOCK_BYTES), b"")
        number = next(number for number, line in enumerate(lines, start=1) if not _is_utf8(line))
    return f"line {number} is not UTF-8 text; save the file as UTF-8 and try again"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
