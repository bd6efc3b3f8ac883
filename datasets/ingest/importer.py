"""One Parquet or CSV file becomes a new version of a dataset."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from datasets.description import Description
from datasets.ingest.csv_file import read_csv
from datasets.ingest.parquet_file import read_parquet
from datasets.ingest.publish import publish
from datasets.ingest.read_result import BadFileError, Incoming
from datasets.ingest.shuffle import Progress, shuffle
from datasets.storage.store import Store

READERS: dict[str, Callable[[Path, Progress], Incoming]] = {
    ".parquet": read_parquet,
    ".pq": read_parquet,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
}


def import_file(
    file: Path, slug: str, name: str, progress: Progress, notice: Callable[[str], None]
) -> Description:
    """Read a file in as the newest version of the dataset ``slug``, which is created if there is none.

    Raises:
        BadFileError: the file can't become a dataset; says where and why. The dataset stays as it was.
        ValueError: the slug can't be an address.
    """
    incoming = reader_of(file)(file, progress)
    for sentence in incoming.notices:
        notice(sentence)
    key = secrets.token_hex(8)

    def write(store: Store) -> None:
        shuffle(incoming.batches(), incoming.rows, store, int(key, 16), progress)

    return publish(slug, name, key, write, progress)


def reader_of(file: Path) -> Callable[[Path, Progress], Incoming]:
    """What reads a file that is there.

    Raises:
        BadFileError: it is not there, or of another kind.
    """
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise BadFileError(file, f"its name must end in one of {', '.join(READERS)}")
    if not file.is_file():
        raise BadFileError(file, "is a folder" if file.is_dir() else "does not exist")
    return reader
