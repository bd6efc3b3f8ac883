"""Import of a Parquet or CSV file as a new version of a dataset."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from datasets.description import Description
from datasets.ingest.csv_file import read_csv
from datasets.ingest.parquet_file import read_parquet
from datasets.ingest.publish import publish_version
from datasets.ingest.read_result import BadFileError, ReadResult
from datasets.ingest.shuffle import ProgressCallback, shuffle_rows
from datasets.storage.store import Store

FILE_READERS: dict[str, Callable[[Path, ProgressCallback], ReadResult]] = {
    ".parquet": read_parquet,
    ".pq": read_parquet,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
}


def import_file(
    file: Path, slug: str, name: str, progress: ProgressCallback, notice: Callable[[str], None]
) -> Description:
    """Import a file as the newest version of the dataset ``slug``, which is created if there is none.

    Raises:
        BadFileError: the file can't become a dataset; the message says where and why. The dataset stays
            unchanged.
        ValueError: the slug isn't valid.
    """
    result = find_reader(file)(file, progress)
    for sentence in result.notices:
        notice(sentence)
    key = secrets.token_hex(8)

    def write_rows(store: Store) -> None:
        shuffle_rows(result.read_batches(), result.row_count, store, int(key, 16), progress)

    return publish_version(slug, name, key, write_rows, progress)


def find_reader(file: Path) -> Callable[[Path, ProgressCallback], ReadResult]:
    """What reads a file that is there.

    Raises:
        BadFileError: it is not there, or of another kind.
    """
    reader = FILE_READERS.get(file.suffix.lower())
    if reader is None:
        raise BadFileError(file, f"its name must end in one of {', '.join(FILE_READERS)}")
    if not file.is_file():
        raise BadFileError(file, "is a folder" if file.is_dir() else "does not exist")
    return reader
