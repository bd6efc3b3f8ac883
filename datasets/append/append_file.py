"""Appending the rows of a file to a version: they are read as they are, and checked against its columns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from datasets.append.appending import AppendResult, append_rows
from datasets.append.row_validation import RejectedRow
from datasets.ingest.csv_file import read_csv_text
from datasets.ingest.importer import find_reader
from datasets.ingest.parquet_file import read_parquet
from datasets.ingest.shuffle import ProgressCallback, rechunk_batches

BATCH_ROWS = 1 << 17


def append_file(file: Path, slug: str, version: str, progress: ProgressCallback) -> AppendResult:
    """Append the rows of a Parquet or CSV file to a version, batch by batch.

    If the process is killed, complete batches stay.

    Raises:
        BadFileError: the file can't be read from some place on; the message says where. The batches before it
            stay.
        UnknownDatasetError: there is no such dataset or version.
    """
    total = added = read = 0
    rejected: list[RejectedRow] = []
    for table in _read_tables(file, progress):
        result = append_rows(slug, version, table)
        total, added = result.rows, added + result.added
        rejected += [RejectedRow(read + row.row, row.reason) for row in result.rejected]
        read += table.num_rows
        progress("appending", read, 0)
    progress("appending", read, read)
    return AppendResult(total, added, tuple(rejected))


def _read_tables(file: Path, progress: ProgressCallback) -> Iterator[pa.Table]:
    reader = find_reader(file)
    batches = reader(file, progress).read_batches() if reader is read_parquet else read_csv_text(file)
    return rechunk_batches(batches, BATCH_ROWS)
