"""The files of rows that were appended to versions, as the database lists them.

The list in the database decides: a file exists for readers from the moment its row is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from datasets.storage.store import AppendedFile
from db.engine import exclusive_transaction, transaction
from db.tables import AppendedPart, DatasetVersion

GROWTH_LOCK = "growth"
"""The lock under which appends, compactions and key rotations commit, one after the other."""

_file_columns = (
    col(AppendedPart.id),
    col(AppendedPart.file),
    col(AppendedPart.rows_from),
    col(AppendedPart.rows),
)
_row_order = (col(AppendedPart.rows_from), col(AppendedPart.id))


InTransaction = Callable[[Session], None]
"""What is done in the transaction that makes appended rows exist."""


class VersionMovedError(RuntimeError):
    """A key rotation has moved the version: what was written to the old folder is not read any more."""


@dataclass(frozen=True)
class RowOrigin:
    """Where appended rows come from: messages of a feed, by their ids."""

    feed: str = ""
    messages: Sequence[str] = ()


@dataclass(frozen=True)
class WrittenFile:
    """A file of rows in the folder of a version; ``file`` is None if there are no rows."""

    file: str | None
    rows: int
    origin: RowOrigin


def list_files(version_id: int) -> list[AppendedFile]:
    """Return the files of appended rows, in row order."""
    return _query_files(version_id, col(AppendedPart.rows) > 0)


def list_files_before(version_id: int, moment: datetime) -> list[AppendedFile]:
    """Return what was appended before a moment, in row order, including entries without rows."""
    return _query_files(version_id, col(AppendedPart.at) < moment)


def list_file_names(work: Session, version_id: int) -> set[str]:
    """Return the names of all files of appended rows of a version."""
    query = select(AppendedPart.file).where(_is_of_version(version_id), col(AppendedPart.file).is_not(None))
    return {str(file) for file in work.exec(query)}


def count_rows(version: DatasetVersion) -> int:
    """Return how many rows a version has now."""
    if not version.grows:
        return version.rows
    with transaction() as work:
        return _find_end_row(work, version.id or 0) or version.rows


def list_consumed_messages(version_id: int, feed: str, most: int = 10_000) -> list[str]:
    """Return the ids of the messages of a feed that were appended last, oldest first.

    There are at least ``most`` of them, if so many are known.
    """
    query = select(AppendedPart.consumed).where(_is_of_version(version_id))
    names: list[str] = []
    with transaction() as work:
        for consumed in work.exec(query.order_by(*(column.desc() for column in _row_order))):
            names = [*consumed.get(feed, []), *names]
            if len(names) >= most:
                break
    return names


def count_rows_before(version: DatasetVersion, moment: datetime) -> int:
    """Return how many rows a version had at a moment within the last minute.

    Files that young are never merged, so the times of their entries are exact.
    """
    query = sa.select(_END_ROW).where(_is_of_version(version.id or 0), col(AppendedPart.at) < moment)
    with transaction() as work:
        return work.scalar(query) or version.rows


def mark_growing(version_id: int) -> None:
    """Mark a version as growing, so that pages that open it ask for new rows."""
    with transaction() as work:
        work.execute(_set_growing(version_id))


def insert_file(version: DatasetVersion, written: WrittenFile, in_transaction: InTransaction) -> int:
    """Append the rows of a written file to a version, and return how many rows it has then.

    The rows exist from the commit on. ``in_transaction`` is called in the same transaction.

    Raises:
        VersionMovedError: the version has been moved to another folder.
    """
    id_ = version.id or 0
    with exclusive_transaction(GROWTH_LOCK) as work:
        require_unmoved(work, version)
        start = _find_end_row(work, id_) or version.rows
        work.add(
            AppendedPart(
                version_id=id_,
                rows_from=start,
                rows=written.rows,
                file=written.file,
                consumed={written.origin.feed: list(written.origin.messages)},
            )
        )
        if not version.grows:
            work.execute(_set_growing(id_))
        in_transaction(work)
    return start + written.rows


def require_unmoved(work: Session, version: DatasetVersion) -> None:
    """Check that a version is still in the folder that its row in the database named.

    Raises:
        VersionMovedError: it was moved to another folder.
    """
    if (
        work.exec(select(DatasetVersion.folder).where(DatasetVersion.id == version.id)).one()
        != version.folder
    ):
        raise VersionMovedError


def replace_files(version: DatasetVersion, ids: Sequence[int], file: str | None, messages: int) -> None:
    """Replace consecutive files by one file; the last ``messages`` ids of each feed stay known.

    Raises:
        VersionMovedError: the version was moved to another folder, or some of the files are gone.
    """
    with exclusive_transaction(GROWTH_LOCK) as work:
        require_unmoved(work, version)
        query = select(AppendedPart).where(col(AppendedPart.id).in_(ids)).order_by(*_row_order)
        old = list(work.exec(query))
        if len(old) != len(ids):
            raise VersionMovedError
        for part in old:
            work.delete(part)
        work.add(
            AppendedPart(
                version_id=old[0].version_id,
                rows_from=old[0].rows_from,
                rows=sum(part.rows for part in old),
                file=file,
                at=old[-1].at,
                consumed=_merge_consumed(old, messages),
            )
        )


def _merge_consumed(parts: list[AppendedPart], most: int) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for part in parts:
        for feed, messages in part.consumed.items():
            names[feed] = [*names.get(feed, []), *messages][-most:]
    return names


def _query_files(version_id: int, *where: sa.ColumnElement[bool]) -> list[AppendedFile]:
    query = sa.select(*_file_columns).where(_is_of_version(version_id), *where).order_by(*_row_order)
    with transaction() as work:
        return [AppendedFile(*row) for row in work.execute(query)]


_END_ROW = sa.func.max(col(AppendedPart.rows_from) + col(AppendedPart.rows))


def _find_end_row(work: Session, version_id: int) -> int:
    """Return how many rows a version has that something was appended to, else 0."""
    return work.scalar(sa.select(_END_ROW).where(_is_of_version(version_id))) or 0


def _is_of_version(version_id: int) -> sa.ColumnElement[bool]:
    return col(AppendedPart.version_id) == version_id


def _set_growing(version_id: int) -> sa.Update:
    return sa.update(DatasetVersion).where(col(DatasetVersion.id) == version_id).values(grows=True)
