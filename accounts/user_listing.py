"""Everybody there is, for those who administer: searched, sorted and cut by the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts import users
from accounts.last_admin import has_a_way_in
from accounts.paging import Window, holds, part
from accounts.principals import Principal, principal
from db.engine import session
from db.tables import Group, Membership, Passkey, Role, User


class State(StrEnum):
    """Whether somebody can sign in: not yet, if they were invited and have not come."""

    ACTIVE = "active"
    INVITED = "invited"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Search:
    """People who fulfil all that is given; ``text`` is part of their name."""

    text: str = ""
    role: Role | None = None
    state: State | None = None
    group: int | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        found = [_in(self.state)] if self.state else []
        if self.text:
            found.append(holds(User.name, self.text))
        if self.role:
            found.append(col(User.role) == self.role)
        if self.group is not None:
            members = select(Membership.user_id).where(Membership.group_id == self.group)
            found.append(col(User.id).in_(members))
        return found


@dataclass(frozen=True)
class Person:
    """Somebody in the list; ``factors`` are the kinds of second factor they have."""

    id: int
    name: str
    role: Role
    state: State
    created: datetime
    signed_in: datetime | None
    factors: tuple[str, ...]
    groups: tuple[str, ...]


EVERYBODY = Search()
FIRST = Window()
SORTED: dict[str, Any] = {
    "name": col(User.name),
    "role": col(User.role),
    "created": col(User.created),
    "signed_in": col(User.signed_in),
}


def page(search: Search = EVERYBODY, window: Window = FIRST) -> tuple[list[Person], int]:
    """The people that a window shows, and how many there are in all."""
    wanted = search.conditions()
    with session() as work:
        total = work.scalar(sa.select(sa.func.count()).select_from(User).where(*wanted))
        rows = work.execute(part(_columns().where(*wanted), window, SORTED, col(User.name))).all()
        return _people(work, rows), total or 0


def of(id_: int) -> Person | None:
    with session() as work:
        found = _people(work, work.execute(_columns().where(col(User.id) == id_)).all())
    return found[0] if found else None


def count(search: Search = EVERYBODY) -> int:
    with session() as work:
        found = work.scalar(sa.select(sa.func.count()).select_from(User).where(*search.conditions()))
    return found or 0


def names(text: str, limit: int = 20) -> list[tuple[int, str]]:
    """Ids and names of some whose name contains this, for choosing one; those beginning with it first."""
    begins = sa.func.lower(col(User.name)).startswith(text.replace("\0", "").lower(), autoescape=True)
    found = sa.select(col(User.id), col(User.name)).where(holds(User.name, text))
    with session() as work:
        return [
            (row[0], row[1])
            for row in work.execute(found.order_by(begins.desc(), col(User.name)).limit(limit))
        ]


def _in(state: State) -> sa.ColumnElement[bool]:
    if state is State.DISABLED:
        return col(User.disabled).is_(True)
    way_in = has_a_way_in() if state is State.ACTIVE else sa.not_(has_a_way_in())
    return sa.and_(col(User.disabled).is_(False), way_in)


def named(name: str) -> int:
    """The id of the person of this name.

    Raises:
        UnknownUserError: nobody has this name.
    """
    with session() as work:
        return users.named(work, name).id or 0


def acting(id_: int) -> Principal:
    """The principal that a request of this person would have.

    Raises:
        sqlalchemy.exc.NoResultFound: there is no such person.
    """
    with session() as work:
        return principal(work.get_one(User, id_))


def _columns() -> sa.Select[*tuple[Any, ...]]:
    passkey = select(Passkey.id).where(Passkey.user_id == User.id).exists()
    known = (col(User.id), col(User.name), col(User.role), col(User.disabled), col(User.created))
    factors = (col(User.totp).is_not(None).label("totp"), passkey.label("passkey"))
    return sa.select(*known, col(User.signed_in), *factors, has_a_way_in().label("way_in"))


def _people(work: Session, rows: Sequence[sa.Row[Any]]) -> list[Person]:
    joined = _groups(work, [row.id for row in rows])
    return [_person(row, joined.get(row.id, [])) for row in rows]


def _person(row: sa.Row[Any], groups: list[str]) -> Person:
    state = State.DISABLED if row.disabled else State.ACTIVE if row.way_in else State.INVITED
    factors = tuple(kind for kind in ("totp", "passkey") if getattr(row, kind))
    return Person(row.id, row.name, Role(row.role), state, row.created, row.signed_in, factors, tuple(groups))


def _groups(work: Session, ids: list[int]) -> dict[int, list[str]]:
    query = select(Membership.user_id, Group.name).join(Group).where(col(Membership.user_id).in_(ids))
    found: dict[int, list[str]] = {}
    for id_, name in work.exec(query.order_by(col(Group.name))):
        found.setdefault(id_, []).append(name)
    return found
