"""Every dataset, for those who administer: whose it is, how large, and with how many it is shared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from accounts.paging import Window, holds, part
from config import settings
from db.engine import session
from db.tables import AppendedPart, Dataset, DatasetVersion, Resource, Share, User


@dataclass(frozen=True)
class Listed:
    """A dataset in the list; rows, and whether its files are encrypted, are of its newest version.

    ``nbytes`` is what all its versions take on disk.
    """

    id: int
    slug: str
    name: str
    owner: str
    versions: int
    rows: int
    encrypted: bool
    shares: int
    created: datetime
    nbytes: int = 0


FIRST = Window()
_newest = (
    sa.select(sa.func.max(DatasetVersion.id))
    .where(col(DatasetVersion.dataset_id) == col(Dataset.id))
    .correlate(Dataset)
    .scalar_subquery()
)
_grown = (
    sa.select(sa.func.max(col(AppendedPart.rows_from) + col(AppendedPart.rows)))
    .where(col(AppendedPart.version_id) == col(DatasetVersion.id))
    .correlate(DatasetVersion)
    .scalar_subquery()
)
_rows = sa.func.coalesce(_grown, col(DatasetVersion.rows), 0)
_versions = (
    sa.select(sa.func.count())
    .where(col(DatasetVersion.dataset_id) == col(Dataset.id))
    .correlate(Dataset)
    .scalar_subquery()
)
_shares = (
    sa.select(sa.func.count())
    .where(col(Share.resource) == Resource.DATASET, col(Share.resource_id) == col(Dataset.id))
    .correlate(Dataset)
    .scalar_subquery()
)
SORTED: dict[str, Any] = {
    "name": col(Dataset.name),
    "owner": col(User.name),
    "rows": _rows,
    "versions": _versions,
    "created": col(Dataset.created),
}


def page(text: str = "", window: Window = FIRST) -> tuple[list[Listed], int]:
    """The datasets that a window shows, and how many there are in all; ``text`` is part of their names."""
    wanted = [holds(Dataset.name, text)] if text else []
    with session() as work:
        total = work.scalar(sa.select(sa.func.count()).select_from(Dataset).where(*wanted))
        rows = work.execute(part(_query().where(*wanted), window, SORTED, col(Dataset.name))).all()
        return [_listed(work, row) for row in rows], total or 0


def one(id_: int) -> Listed | None:
    with session() as work:
        row = work.execute(_query().where(col(Dataset.id) == id_)).one_or_none()
        return _listed(work, row) if row else None


def plain() -> int:
    """How many versions lie unencrypted on disk."""
    with session() as work:
        return work.scalar(sa.select(sa.func.count()).where(col(DatasetVersion.key_id).is_(None))) or 0


def _query() -> sa.Select[*tuple[Any, ...]]:
    known = (
        col(Dataset.id),
        col(Dataset.slug),
        col(Dataset.name),
        sa.func.coalesce(User.name, "").label("owner"),
    )
    newest = (_rows.label("rows"), col(DatasetVersion.key_id))
    counts = (_versions.label("versions"), _shares.label("shares"), col(Dataset.created))
    query = sa.select(*known, *newest, *counts).select_from(Dataset)
    query = query.outerjoin(User, col(User.id) == col(Dataset.owner_id))
    return query.outerjoin(DatasetVersion, col(DatasetVersion.id) == _newest)


def _listed(work: Session, row: sa.Row[Any]) -> Listed:
    folders = work.scalars(
        sa.select(col(DatasetVersion.folder)).where(col(DatasetVersion.dataset_id) == row.id)
    )
    files = (file for folder in folders for file in (settings().data / folder).glob("*"))
    return Listed(
        row.id,
        row.slug,
        row.name,
        row.owner,
        row.versions,
        row.rows,
        row.key_id is not None,
        row.shares,
        row.created,
        sum(file.stat().st_size for file in files),
    )
