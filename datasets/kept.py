"""Every saved view, for those who administer: of which dataset, whose, and with how many it is shared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from accounts.paging import Window, holds, part
from db.engine import session
from db.tables import Dataset, Resource, SavedView, Share, User


@dataclass(frozen=True)
class Kept:
    """A saved view in the list; ``key`` is its address."""

    id: int
    key: str
    name: str
    dataset: str
    owner: str
    shares: int
    created: datetime
    changed: datetime


FIRST = Window()
_shares = (
    sa.select(sa.func.count())
    .where(col(Share.resource) == Resource.VIEW, col(Share.resource_id) == col(SavedView.id))
    .correlate(SavedView)
    .scalar_subquery()
)
SORTED: dict[str, Any] = {
    "name": col(SavedView.name),
    "dataset": col(Dataset.name),
    "owner": col(User.name),
    "created": col(SavedView.created),
    "changed": col(SavedView.changed),
}


def page(text: str = "", window: Window = FIRST) -> tuple[list[Kept], int]:
    """The views that a window shows, and how many there are in all; ``text`` is part of their names."""
    wanted = [holds(SavedView.name, text)] if text else []
    with session() as work:
        total = work.scalar(sa.select(sa.func.count()).select_from(SavedView).where(*wanted))
        order = (SORTED, col(SavedView.name), col(SavedView.id))
        rows = work.execute(part(_query().where(*wanted), window, *order)).all()
    return [Kept(*row) for row in rows], total or 0


def one(id_: int) -> Kept | None:
    with session() as work:
        row = work.execute(_query().where(col(SavedView.id) == id_)).one_or_none()
    return Kept(*row) if row else None


def _query() -> sa.Select[*tuple[Any, ...]]:
    named = (col(SavedView.id), col(SavedView.key), col(SavedView.name), col(Dataset.name), col(User.name))
    query = sa.select(*named, _shares, col(SavedView.created), col(SavedView.changed))
    query = query.join(Dataset, col(Dataset.id) == col(SavedView.dataset_id))
    return query.join(User, col(User.id) == col(SavedView.owner_id))
