"""Reading of CSV files: a first pass over all cells infers the types, a second pass parses the values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from datasets.ingest import limits
from datasets.ingest.column_parser import ColumnParser
from datasets.ingest.csv_layout import CsvOptions, judge_layout
from datasets.ingest.csv_quotes import QuoteFilter
from datasets.ingest.csv_rows import CsvRows
from datasets.ingest.inference import ColumnInference, parse_cells
from datasets.ingest.read_result import (
    BadFileError,
    FileFormat,
    ProgressCallback,
    ReadResult,
    make_names_unique,
)
from datasets.ingest.text_source import describe_source, open_sample
from datasets.ingest.written_forms import make_field

TAB_SUFFIXES = frozenset((".tsv", ".tab"))
"""Names that end so, or so before the ending of a packed file, speak for tabs."""


def make_csv_format(options: CsvOptions) -> FileFormat:
    """Return how CSV files are read of which a person has said this much."""
    return FileFormat(
        (".csv", ".tsv", ".tab", ".txt"),
        lambda file, progress: read_csv(file, progress, options),
        lambda file, _progress: read_csv_text(file, options),
    )


def read_csv(file: Path, progress: ProgressCallback, options: CsvOptions) -> ReadResult:
    """Open a CSV file. What separates its cells and where its table begins is judged by its first rows.

    Raises:
        BadFileError: it is empty, ragged, of an unknown encoding or has no rows, its quotes don't match (the
            message names the line), or it has more of something than the settings allow.
    """
    csv_rows = _open_within_limits(file, options)
    names, renamed = make_names_unique(csv_rows.layout.header)
    quotes = csv_rows.make_filter()
    rows, columns = _infer_columns(csv_rows, quotes, progress)
    if not rows:
        raise BadFileError(file, "has a header but no rows")
    parsers = {i: column.best_parser for i, column in enumerate(columns) if column.best_parser is not None}
    if not parsers:
        raise BadFileError(file, "has no value in any column")
    notices = (
        *describe_source(file),
        *csv_rows.layout.notices,
        *_quote_notices(quotes),
        *renamed,
        *_column_notices(csv_rows, names, columns, has_plain_lines=quotes.line_count == rows),
    )
    schema = pa.schema([make_field(names[i], parser) for i, parser in parsers.items()])
    needs_filter = quotes.has_cuts
    return ReadResult(
        rows, lambda: _read_batches(csv_rows, schema, parsers, needs_filter=needs_filter), notices
    )


def read_csv_text(file: Path, options: CsvOptions) -> Iterator[pa.RecordBatch]:
    """Yield the cells of a CSV file as text, under the column names that an import would use.

    Raises:
        BadFileError: as for ``read_csv``.
    """
    csv_rows = _open_within_limits(file, options)
    names, _ = make_names_unique(csv_rows.layout.header)
    for batch in csv_rows.read_cells(csv_rows.make_filter()):
        limits.require_block_within(file, zip(names, batch.columns, strict=True))
        yield batch.rename_columns(names)


def _open_within_limits(file: Path, options: CsvOptions) -> CsvRows:
    limits.require_within(file, "is too large", file.stat().st_size, "import_bytes")
    text, is_whole = open_sample(file)
    prefers_tabs = not TAB_SUFFIXES.isdisjoint(suffix.lower() for suffix in file.suffixes[-2:])
    layout = judge_layout(file, text, options, is_whole=is_whole, prefers_tabs=prefers_tabs)
    limits.require_within(file, "too many columns", len(layout.header), "import_columns")
    return CsvRows(file, layout)


def _infer_columns(
    csv_rows: CsvRows, quotes: QuoteFilter, progress: ProgressCallback
) -> tuple[int, list[ColumnInference]]:
    """Return how many rows there are, and the inferred types of the columns."""
    header = csv_rows.layout.header
    columns = [ColumnInference() for _ in header]
    rows = 0
    for batch in csv_rows.read_cells(quotes):
        rows += batch.num_rows
        limits.require_within(csv_rows.file, "too many rows", rows, "import_rows")
        limits.require_block_within(csv_rows.file, zip(header, batch.columns, strict=True))
        for inference, cells in zip(columns, batch.columns, strict=True):
            inference.observe_cells(cells)
        progress("inferring types", rows, 0)
    progress("inferring types", rows, rows)
    return rows, columns


def _quote_notices(quotes: QuoteFilter) -> Iterator[str]:
    if quotes.has_cuts:
        yield "blanks between delimiters and quotes are left out"
    if quotes.line_breaks == 1:
        yield f"1 line break is inside quotes, in line {quotes.first_break_line}"
    elif quotes.line_breaks:
        count, line = quotes.line_breaks, quotes.first_break_line
        yield f"{count:,} line breaks are inside quotes, the first in line {line}"


def _column_notices(
    csv_rows: CsvRows, names: list[str], columns: list[ColumnInference], *, has_plain_lines: bool
) -> Iterator[str]:
    """Yield the notices of all columns; ``has_plain_lines`` says that each row is one line."""
    named = set() if has_plain_lines else {row for column in columns for row in column.list_named_rows()}
    lines = csv_rows.find_lines(named)
    first = csv_rows.layout.first_line
    for name, column in zip(names, columns, strict=True):
        yield from column.list_notices(name, lambda row: lines.get(row, first + row))


def _read_batches(
    csv_rows: CsvRows, schema: pa.Schema, parsers: dict[int, ColumnParser], *, needs_filter: bool
) -> Iterator[pa.RecordBatch]:
    for batch in csv_rows.read_cells(csv_rows.make_filter() if needs_filter else None):
        arrays = [parse_cells(parser, batch.column(i)) for i, parser in parsers.items()]
        yield pa.record_batch(arrays, schema=schema)
