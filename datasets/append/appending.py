"""Appending rows to a version: they are durable before they exist, and all of them exist or none."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datasets import catalogue
from datasets.append import compaction, file_writer
from datasets.append.row_validation import RejectedRow, coerce_rows
from datasets.storage import appended_files
from datasets.storage.appended_files import InTransaction, RowOrigin, VersionMovedError, WrittenFile
from datasets.storage.locks import shared_lock
from datasets.storage.store import Store
from db.tables import DatasetVersion

UNKNOWN_ORIGIN = RowOrigin()


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
    in_transaction: InTransaction = lambda _work: None,
) -> AppendResult:
    """Append the rows of a table that fit the columns of a version; once this returns, they are durable.

    ``in_transaction`` is called in the transaction that makes the rows exist.

    Raises:
        UnknownDatasetError: there is no such dataset or version.
        UnreadableDatasetError: its key is lost.
    """
    coerced = coerce_rows(table, catalogue.open_store(slug, version).schema)
    total = append_coerced(slug, version, coerced.rows, origin, in_transaction)
    return AppendResult(total, coerced.rows.num_rows, coerced.rejected)


def append_coerced(
    slug: str,
    version: str,
    rows: pa.Table,
    origin: RowOrigin = UNKNOWN_ORIGIN,
    in_transaction: InTransaction = lambda _work: None,
) -> int:
    """Append rows that ``coerce_rows`` has returned; return how many rows the version has then.

    It does what ``append_rows`` does, without a second look at the values.

    Raises:
        ValueError: the rows have other columns or types than the version.
        UnknownDatasetError: there is no such dataset or version.
        UnreadableDatasetError: its key is lost.
    """
    while True:
        found = catalogue.find_version(slug, version)[1]
        store = catalogue.build_store(slug, found)
        with shared_lock(store.folder):
            if store.folder.is_dir():
                _require_schema(rows, store.schema)
                total = _write_and_insert(store, found, rows, origin, in_transaction)
                if total is not None:
                    compaction.schedule_compaction(slug, version)
                    return total


def _require_schema(rows: pa.Table, schema: pa.Schema) -> None:
    if not rows.schema.equals(schema, check_metadata=False):
        raise ValueError("the rows don't have the columns and types of the version: use append_rows")


def _write_and_insert(
    store: Store, version: DatasetVersion, rows: pa.Table, origin: RowOrigin, in_transaction: InTransaction
) -> int | None:
    """Return how many rows there are with these; None if a key rotation has moved the version."""
    written = WrittenFile(file_writer.write_appended_file(store, rows), rows.num_rows, origin)
    try:
        return appended_files.insert_file(version, written, in_transaction)
    except VersionMovedError:
        return None
