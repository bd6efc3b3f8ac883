"""Whose datasets, saved views and live sessions are, and how they go on to somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts.principals import Principal
from datasets import audit_events, shares
from datasets.shares import TABLES, Shared
from db.engine import session
from db.tables import Dataset, LiveSession, Resource, Role, SavedView, User, now


class UnknownOwnerError(LookupError):
    """Nobody who could own anything: unknown, or disabled."""


@dataclass(frozen=True)
class Owned:
    """What somebody owns, by name; ``sessions`` are live ones."""

    datasets: tuple[str, ...]
    views: tuple[str, ...]
    sessions: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return self.datasets + self.views + self.sessions


def owned(user_id: int) -> Owned:
    with session() as work:
        datasets = select(Dataset.name).where(Dataset.owner_id == user_id).order_by(col(Dataset.id))
        views = select(SavedView.name).where(SavedView.owner_id == user_id).order_by(col(SavedView.id))
        sessions = (
            select(LiveSession.name).where(LiveSession.owner_id == user_id).order_by(col(LiveSession.id))
        )
        return Owned(tuple(work.exec(datasets)), tuple(work.exec(views)), tuple(work.exec(sessions)))


def transfer(by: Principal, from_: int, to: int) -> None:
    """Give all that a user owns to another: before somebody leaves.

    Raises:
        UnknownOwnerError: the other is unknown or disabled.
    """
    heir = _owner(to)
    with session() as work:
        before = work.get_one(User, from_).name
        _end_live(work, from_)
        for resource, table in TABLES.items():
            given = sa.update(table).where(col(table.owner_id) == from_).values(owner_id=to)
            for id_ in work.scalars(given.returning(col(table.id))).all():
                audit_events.owner(by, (resource, id_ or 0), before, heir, work)


def _end_live(work: Session, owner: int) -> None:
    """Live sessions are presented to an audience that another has not asked for: they end."""
    running = (col(LiveSession.owner_id) == owner, col(LiveSession.ended).is_(None))
    work.execute(sa.update(LiveSession).where(*running).values(ended=now()))


def claim(slug: str, name: str | None) -> None:
    """Make a user, or with None the first admin, the owner of a dataset that has none."""
    chosen = User.role == Role.ADMIN if name is None else User.name == name
    with session() as work:
        owner = work.exec(select(User.id).where(chosen, ~col(User.disabled)).order_by(col(User.id))).first()
        ownerless = (col(Dataset.slug) == slug, col(Dataset.owner_id).is_(None))
        work.execute(sa.update(Dataset).where(*ownerless).values(owner_id=owner))


def require_named(name: str) -> None:
    """Check that a user of this name could own something.

    Raises:
        UnknownOwnerError: there is none.
    """
    with session() as work:
        if work.exec(select(User.id).where(User.name == name, ~col(User.disabled))).first() is None:
            raise UnknownOwnerError(f"There is no user named {name!r}.")


def hand_over(by: Principal, resource: Resource, id_: int, to: int) -> None:
    """Give one dataset or saved view to another owner.

    Raises:
        LookupError, NotAllowedError: ``by`` may not, or the other is unknown or disabled.
    """
    shares.demand_sharing(by, resource, id_)
    heir = _owner(to)
    with session() as work:
        found = cast(Shared, work.get_one(TABLES[resource], id_))
        before = work.get(User, found.owner_id) if found.owner_id else None
        found.owner_id = to
        work.add(found)
        audit_events.owner(by, (resource, id_), before.name if before else "", heir, work)


def _owner(user_id: int) -> str:
    """The name of who shall own something."""
    with session() as work:
        user = work.get(User, user_id)
    if user is None or user.disabled:
        raise UnknownOwnerError("there is no such user")
    return user.name
