"""Reading a CSV file in: a first pass over every cell infers the types, a second reads the values."""

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
from datasets.ingest.inference import Inference, Reading, convert
from datasets.ingest.read_result import BadFileError, Incoming, unique_names
from datasets.ingest.shuffle import Progress

DELIMITERS = ",;\t|"
QUOTED = re.compile(r'"[^"]*"')
BLOCK_BYTES = 8 << 20


def read_csv(file: Path, progress: Progress) -> Incoming:
    """Open a UTF-8 CSV file with a header; commas, semicolons, tabs or bars between the cells.

    Raises:
        BadFileError: it is empty, ragged, not UTF-8, or has no rows; names the line. Or it has more of
            something than the settings allow.
    """
    sheet = _bounded(file)
    names, notices = unique_names(sheet.header)
    rows, columns = _inferred(sheet, progress)
    if _has_open_quote(file) and (problem := sheet.locate()):
        raise BadFileError(file, problem)
    if not rows:
        raise BadFileError(file, "has a header but no rows")
    readings = {i: column.reading for i, column in enumerate(columns) if column.reading is not None}
    if not readings:
        raise BadFileError(file, "has no value in any column")
    notices += _notices(names, columns)
    return Incoming(rows, lambda: _batches(sheet, names, readings), tuple(notices))


def read_text(file: Path) -> Iterator[pa.RecordBatch]:
    """The cells of a CSV file as text, under the names that an import gives to its columns.

    Raises:
        BadFileError: it is empty, ragged or not UTF-8; names the line. Or it has more of something than the
            settings allow.
    """
    sheet = _bounded(file)
    names, _ = unique_names(sheet.header)
    if _has_open_quote(file) and (problem := sheet.locate()):
        raise BadFileError(file, problem)
    for batch in sheet.cells():
        limits.require_block(file, zip(names, batch.columns, strict=True))
        yield batch.rename_columns(names)


@dataclass(frozen=True)
class _Sheet:
    file: Path
    delimiter: str
    header: list[str]

    def cells(self) -> Iterator[pa.RecordBatch]:
        """All rows as text; empty cells are null."""
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
            raise BadFileError(self.file, self.locate() or str(error)) from error

    def locate(self) -> str | None:
        """What can't be parsed, by line: Arrow counts rows, which quoted newlines and blank lines put off."""
        line = 1
        try:
            with self.file.open(encoding="utf-8-sig", newline="") as text:
                reader = csv.reader(_lines(self.file, text), delimiter=self.delimiter, strict=True)
                for row in reader:
                    if row and len(row) != len(self.header):
                        return f"line {line}: {len(row)} cells where the header has {len(self.header)}"
                    line = reader.line_num + 1
        except UnicodeDecodeError:
            return _encoding_problem(self.file)
        except csv.Error as error:
            return f"line {line}: {error}"
        return None


def _bounded(file: Path) -> _Sheet:
    limits.require(file, "is too large", file.stat().st_size, "import_bytes")
    sheet = _open(file)
    limits.require(file, "too many columns", len(sheet.header), "import_columns")
    return sheet


def _open(file: Path) -> _Sheet:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            lines = _lines(file, text)
            first = next(lines, "")
            if not first.strip():
                raise BadFileError(file, "line 1: the header is blank" if first else "is empty")
            delimiter = max(DELIMITERS, key=QUOTED.sub("", first).count)
            return _Sheet(file, delimiter, next(csv.reader(chain([first], lines), delimiter=delimiter)))
    except UnicodeDecodeError as error:
        raise BadFileError(file, _encoding_problem(file)) from error
    except csv.Error as error:
        raise BadFileError(file, f"line 1: {error}") from error


def _lines(file: Path, text: TextIO) -> Iterator[str]:
    """The lines, of which none is longer than what Arrow reads at once."""
    for number in count(1):
        line = text.readline(BLOCK_BYTES)
        if not line:
            return
        if len(line) == BLOCK_BYTES:
            raise BadFileError(file, f"line {number} has {BLOCK_BYTES:,} letters or more")
        yield line


def _inferred(sheet: _Sheet, progress: Progress) -> tuple[int, list[Inference]]:
    """How many rows there are, and what the cells of each column are."""
    columns = [Inference() for _ in sheet.header]
    rows = 0
    for batch in sheet.cells():
        rows += batch.num_rows
        limits.require(sheet.file, "too many rows", rows, "import_rows")
        limits.require_block(sheet.file, zip(sheet.header, batch.columns, strict=True))
        for inference, cells in zip(columns, batch.columns, strict=True):
            inference.see(cells)
        progress("inferring types", rows, 0)
    progress("inferring types", rows, rows)
    return rows, columns


def _notices(names: list[str], columns: list[Inference]) -> Iterator[str]:
    for name, inference in zip(names, columns, strict=True):
        if inference.empty:
            yield f"column {name!r} is left out: it has no values"
        if inference.ambiguous:
            yield f"column {name!r} stays text: its dates can be read day first and month first"


def _batches(sheet: _Sheet, names: list[str], readings: dict[int, Reading]) -> Iterator[pa.RecordBatch]:
    for batch in sheet.cells():
        columns = {names[i]: convert(reading, batch.column(i)) for i, reading in readings.items()}
        yield pa.RecordBatch.from_pydict(columns)


def _has_open_quote(file: Path) -> bool:
    """Whether the quotes can't pair up: Arrow takes what follows an unclosed one as a single cell."""
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
