"""Appending the rows of a file to a version: they are read as they are, and checked against its columns."""

from __future__ import annotations

from pathlib import Path

from datasets.append.appending import AppendResult, append_rows
from datasets.append.row_validation import RejectedRow
from datasets.ingest.importer import find_format
from datasets.ingest.read_result import ProgressCallback
from datasets.ingest.shuffle import rechunk_batches

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
    batches = find_format(file).read_for_append(file, progress)
    for table in rechunk_batches(batches, BATCH_ROWS):
        result = append_rows(slug, version, table)
        total, added = result.rows, added + result.added
        rejected += [RejectedRow(read + row.row, row.reason) for row in result.rejected]
        read += table.num_rows
        progress("appending", read, 0)
    progress("appending", read, read)
    return AppendResult(total, added, tuple(rejected))
