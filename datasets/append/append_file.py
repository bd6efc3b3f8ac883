"""Files whose rows are added to a version: read as they are, for the columns of the version to judge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from datasets.append.appending import Appended, append
from datasets.append.row_validation import Refusal
from datasets.ingest.csv_file import read_text
from datasets.ingest.importer import reader_of
from datasets.ingest.parquet_file import read_parquet
from datasets.ingest.shuffle import Progress, rechunk

BATCH_ROWS = 1 << 17


def append_file(file: Path, slug: str, version: str, progress: Progress) -> Appended:
    """Add the rows of a Parquet or CSV file to a version, batch by batch; a kill leaves whole batches.

    Raises:
        BadFileError: the file can't be read from some place on; says where. The batches before are added.
        UnknownDatasetError: there is no such dataset or version.
    """
    rows = added = read = 0
    refused: list[Refusal] = []
    for table in _tables(file, progress):
        found = append(slug, version, table)
        rows, added = found.rows, added + found.added
        refused += [Refusal(read + each.row, each.reason) for each in found.refused]
        read += table.num_rows
        progress("appending", read, 0)
    progress("appending", read, read)
    return Appended(rows, added, tuple(refused))


def _tables(file: Path, progress: Progress) -> Iterator[pa.Table]:
    reader = reader_of(file)
    batches = reader(file, progress).batches() if reader is read_parquet else read_text(file)
    return rechunk(batches, BATCH_ROWS)
