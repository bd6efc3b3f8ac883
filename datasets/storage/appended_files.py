"""The parts of a version that were appended: what the database knows of them, which is what exists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from datasets.storage.store import Part
from db.engine import alone, session
from db.tables import AppendedPart, DatasetVersion

GROWTH = "growth"
"""Rows are appended, merged and moved one transaction after the other."""

_places = (
    col(AppendedPart.id),
    col(AppendedPart.file),
    col(AppendedPart.rows_from),
    col(AppendedPart.rows),
)
_in_order = (col(AppendedPart.rows_from), col(AppendedPart.id))


class MovedError(RuntimeError):
    """A rotation of keys has moved the version: what was written lies where nobody reads any longer."""


@dataclass(frozen=True)
class Origin:
    """What rows were made of: messages of a feed, all by name."""

    feed: str = ""
    messages: Sequence[str] = ()


@dataclass(frozen=True)
class Written:
    """A file of rows in the folder of a version (none for no rows)."""

    file: str | None
    rows: int
    origin: Origin


def of(version_id: int) -> list[Part]:
    """The files of appended rows, in row order."""
    return _found(version_id, col(AppendedPart.rows) > 0)


def older(version_id: int, moment: datetime) -> list[Part]:
    """What was appended before a moment, in row order, no rows included."""
    return _found(version_id, col(AppendedPart.at) < moment)


def files(work: Session, version_id: int) -> set[str]:
    """The names of these files."""
    query = select(AppendedPart.file).where(_is_of(version_id), col(AppendedPart.file).is_not(None))
    return {str(file) for file in work.exec(query)}


def total(version: DatasetVersion) -> int:
    """How many rows a version has now."""
    if not version.grows:
        return version.rows
    with session() as work:
        return _end(work, version.id or 0) or version.rows


def consumed(version_id: int, feed: str, most: int = 10_000) -> list[str]:
    """The messages of a feed that were appended last, oldest first: at least so many if there are."""
    query = select(AppendedPart.consumed).where(_is_of(version_id))
    names: list[str] = []
    with session() as work:
        for some in work.exec(query.order_by(*(column.desc() for column in _in_order))):
            names = [*some.get(feed, []), *names]
            if len(names) >= most:
                break
    return names


def before(version: DatasetVersion, moment: datetime) -> int:
    """How many rows a version had at a moment within the last minute, of which nothing is merged yet."""
    query = sa.select(_END).where(_is_of(version.id or 0), col(AppendedPart.at) < moment)
    with session() as work:
        return work.scalar(query) or version.rows


def begin(version_id: int) -> None:
    """Let a version grow from now on: pages that open it ask for new rows."""
    with session() as work:
        work.execute(_growing(version_id))


def enter(version: DatasetVersion, written: Written, also: Callable[[Session], None]) -> int:
    """Add rows behind the others: from then on they exist. Returns how many there are then.

    ``also`` is done in the same transaction.

    Raises:
        MovedError: the version lies in another folder by now.
    """
    id_ = version.id or 0
    with alone(GROWTH) as work:
        require_unmoved(work, version)
        start = _end(work, id_) or version.rows
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
            work.execute(_growing(id_))
        also(work)
    return start + written.rows


def require_unmoved(work: Session, version: DatasetVersion) -> None:
    """See that a version still lies where its row in the database said.

    Raises:
        MovedError: it does not.
    """
    if (
        work.exec(select(DatasetVersion.folder).where(DatasetVersion.id == version.id)).one()
        != version.folder
    ):
        raise MovedError


def replace(version: DatasetVersion, ids: Sequence[int], file: str | None, messages: int) -> None:
    """Put one file in the place of several that follow each other; of each feed so many messages stay known.

    Raises:
        MovedError: the version lies in another folder by now, or some of them are gone.
    """
    with alone(GROWTH) as work:
        require_unmoved(work, version)
        query = select(AppendedPart).where(col(AppendedPart.id).in_(ids)).order_by(*_in_order)
        old = list(work.exec(query))
        if len(old) != len(ids):
            raise MovedError
        for part in old:
            work.delete(part)
        work.add(
            AppendedPart(
                version_id=old[0].version_id,
                rows_from=old[0].rows_from,
                rows=sum(part.rows for part in old),
                file=file,
                at=old[-1].at,
                consumed=_joined(old, messages),
            )
        )


def _joined(parts: list[AppendedPart], most: int) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for part in parts:
        for feed, messages in part.consumed.items():
            names[feed] = [*names.get(feed, []), *messages][-most:]
    return names


def _found(version_id: int, *where: sa.ColumnElement[bool]) -> list[Part]:
    query = sa.select(*_places).where(_is_of(version_id), *where).order_by(*_in_order)
    with session() as work:
        return [Part(*row) for row in work.execute(query)]


_END = sa.func.max(col(AppendedPart.rows_from) + col(AppendedPart.rows))


def _end(work: Session, version_id: int) -> int:
    """The rows of a version that something was appended to, else 0."""
    return work.scalar(sa.select(_END).where(_is_of(version_id))) or 0


def _is_of(version_id: int) -> sa.ColumnElement[bool]:
    return col(AppendedPart.version_id) == version_id


def _growing(version_id: int) -> sa.Update:
    return sa.update(DatasetVersion).where(col(DatasetVersion.id) == version_id).values(grows=True)
