"""Adding rows to a version: on disk for good before they exist, and all of them or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
from sqlmodel import Session

from datasets import catalogue
from datasets.append import compaction, file_writer
from datasets.append.row_validation import Fitted, Refusal, fit
from datasets.storage import appended_files
from datasets.storage.appended_files import MovedError, Origin, Written
from datasets.storage.locks import shared
from datasets.storage.store import Store
from db.tables import DatasetVersion

UNKNOWN = Origin()

Also = Callable[[Session, tuple[Refusal, ...]], None]


@dataclass(frozen=True)
class Appended:
    """How many rows the version has now, how many of them are new, and which were refused."""

    rows: int
    added: int
    refused: tuple[Refusal, ...]


def append(
    slug: str,
    version: str,
    table: pa.Table,
    origin: Origin = UNKNOWN,
    also: Also = lambda _work, _refused: None,
) -> Appended:
    """Add the rows that fit the columns of a version behind all others; once this returns they stay.

    ``also`` is done in the transaction that lets the rows exist, with those that were refused.

    Raises:
        UnknownDatasetError: there is no such dataset or version.
        UnreadableError: its key is lost.
    """
    while True:
        found = catalogue.find(slug, version)[1]
        store = catalogue.stored(slug, found)
        with shared(store.folder):
            if store.folder.is_dir():
                fitted = fit(table, store.schema)
                rows = _entered(store, found, fitted, origin, also)
                if rows is not None:
                    compaction.consider(slug, version)
                    return Appended(rows, fitted.rows.num_rows, fitted.refused)


def _entered(store: Store, version: DatasetVersion, fitted: Fitted, origin: Origin, also: Also) -> int | None:
    """How many rows there are with these; None where a rotation of keys has moved the version meanwhile."""
    written = Written(file_writer.write(store, fitted.rows), fitted.rows.num_rows, origin)
    try:
        return appended_files.enter(version, written, lambda work: also(work, fitted.refused))
    except MovedError:
        return None
