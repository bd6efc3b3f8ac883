"""Import of a Parquet or CSV file as a new version of a dataset."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from datasets.description import Description
from datasets.ingest.csv_file import make_csv_format
from datasets.ingest.csv_layout import CsvOptions
from datasets.ingest.file_content import is_parquet, refuse_foreign_format
from datasets.ingest.parquet_file import PARQUET
from datasets.ingest.publish import publish_version
from datasets.ingest.read_result import BadFileError, FileFormat, ProgressCallback, ReadResult
from datasets.ingest.shuffle import shuffle_rows
from datasets.storage.store import Store

JUDGED = CsvOptions()
"""Everything about a CSV file is judged by the file."""
PACKED_SUFFIXES = (".gz", ".bz2", ".zst")


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
    return publish_rows(result, slug, name, progress)


def publish_rows(result: ReadResult, slug: str, name: str, progress: ProgressCallback) -> Description:
    """Make the rows of a file the newest version of a dataset.

    Raises:
        BadFileError: the file can't be read to its end. The dataset stays unchanged.
        ValueError: the slug isn't valid.
    """
    key = secrets.token_hex(8)

    def write_rows(store: Store) -> None:
        shuffle_rows(result.read_batches(), result.row_count, store, int(key, 16), progress)

    return publish_version(slug, name, key, write_rows, progress)


def find_format(file: Path, options: CsvOptions = JUDGED) -> FileFormat:
    """Return the format of a file, by what is in it and else by the end of its name.

    Raises:
        BadFileError: the file doesn't exist, is of another format, or there are options and it isn't CSV.
    """
    if not file.exists():
        raise BadFileError(file, "does not exist")
    if not file.is_file():
        raise BadFileError(file, "is a folder" if file.is_dir() else "is not a file")
    refuse_foreign_format(file)
    format_ = PARQUET if is_parquet(file) else _find_named_format(file, options)
    if format_ is PARQUET and options != JUDGED:
        raise BadFileError(file, "is a Parquet file: --delimiter, --header and --skip are for CSV files")
    return format_


def _find_named_format(file: Path, options: CsvOptions) -> FileFormat:
    formats = (PARQUET, make_csv_format(options))
    known = {suffix: format_ for format_ in formats for suffix in format_.suffixes}
    name = file.with_suffix("") if file.suffix.lower() in PACKED_SUFFIXES else file
    if (format_ := known.get(name.suffix.lower())) is None:
        packed = f"; of a packed CSV file in one of {', '.join(PACKED_SUFFIXES)} after that"
        raise BadFileError(file, f"its name must end in one of {', '.join(known)}{packed}")
    return format_
