"""Appending rows to a version: they are durable before they exist, and all of them exist or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
from sqlmodel import Session

from datasets import catalogue
from datasets.append import compaction, file_writer
from datasets.append.row_validation import CoercedRows, RejectedRow, coerce_rows
from datasets.storage import appended_files
from datasets.storage.appended_files import RowOrigin, VersionMovedError, WrittenFile
from datasets.storage.locks import shared_lock
from datasets.storage.store import Store
from db.tables import DatasetVersion

UNKNOWN_ORIGIN = RowOrigin()

InTransaction = Callable[[Session, tuple[RejectedRow, ...]], None]


@dataclass(frozen=True)
class AppendResult:
    """How many rows the version has now, how many of them are new, and which rows were rejected."""

    rows: int
    added: int
    rejected: tuple[RejectedRow, ...]


def append_rows(
    slug: str,
    version: str,
    table: pa.Table,
    origin: RowOrigin = UNKNOWN_ORIGIN,
    in_transaction: InTransaction = lambda _work, _refused: None,
) -> AppendResult:
    """Append the rows that fit the columns of a version; once this returns, they are durable.

    ``in_transaction`` is called with the rejected rows, in the transaction that makes the new rows exist.

    Raises:
        UnknownDatasetError: there is no such dataset or version.
        UnreadableDatasetError: its key is lost.
    """
    while True:
        found = catalogue.find_version(slug, version)[1]
        store = catalogue.build_store(slug, found)
        with shared_lock(store.folder):
            if store.folder.is_dir():
                fitted = coerce_rows(table, store.schema)
                rows = _write_and_insert(store, found, fitted, origin, in_transaction)
                if rows is not None:
                    compaction.schedule_compaction(slug, version)
                    return AppendResult(rows, fitted.rows.num_rows, fitted.rejected)


def _write_and_insert(
    store: Store,
    version: DatasetVersion,
    fitted: CoercedRows,
    origin: RowOrigin,
    in_transaction: InTransaction,
) -> int | None:
    """Return how many rows there are with these; None if a key rotation has moved the version."""
    written = WrittenFile(file_writer.write_appended_file(store, fitted.rows), fitted.rows.num_rows, origin)
    try:
        return appended_files.insert_file(
            version, written, lambda work: in_transaction(work, fitted.rejected)
        )
    except VersionMovedError:
        return None
