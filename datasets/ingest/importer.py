"""Import of a Parquet or CSV file as a new version of a dataset."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from datasets.description import Description
from datasets.ingest.csv_file import CSV
from datasets.ingest.parquet_file import PARQUET
from datasets.ingest.publish import publish_version
from datasets.ingest.read_result import BadFileError, FileFormat, ProgressCallback
from datasets.ingest.shuffle import shuffle_rows
from datasets.storage.store import Store

FORMATS = (PARQUET, CSV)


def import_file(
    file: Path, slug: str, name: str, progress: ProgressCallback, notice: Callable[[str], None]
) -> Description:
    """Import a file as the newest version of the dataset ``slug``, which is created if there is none.

    Raises:
        BadFileError: the file can't become a dataset; the message says where and why. The dataset stays
            unchanged.
        ValueError: the slug isn't valid.
    """
    result = find_format(file).read_for_import(file, progress)
    for sentence in result.notices:
        notice(sentence)
    key = secrets.token_hex(8)

    def write_rows(store: Store) -> None:
        shuffle_rows(result.read_batches(), result.row_count, store, int(key, 16), progress)

    return publish_version(slug, name, key, write_rows, progress)


def find_format(file: Path) -> FileFormat:
    """Return the format of a file, by the end of its name.

    Raises:
        BadFileError: the file doesn't exist, or has an unknown format.
    """
    known = {suffix: format_ for format_ in FORMATS for suffix in format_.suffixes}
    format_ = known.get(file.suffix.lower())
    if format_ is None:
        raise BadFileError(file, f"its name must end in one of {', '.join(known)}")
    if not file.is_file():
        raise BadFileError(file, "is a folder" if file.is_dir() else "does not exist")
    return format_
