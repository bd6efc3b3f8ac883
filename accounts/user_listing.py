"""The list of all users for admins. The database searches, sorts and limits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts import users
from accounts.last_admin import has_signin_method
from accounts.paging import PageOptions, paginate
from accounts.principals import Principal, principal_from_user
from db.engine import transaction
from db.name_keys import begins_folded, contains_folded
from db.tables import Group, Membership, Passkey, Role, User


class UserState(StrEnum):
    """Whether a user can sign in: active, invited (they have never signed in), or disabled."""

    ACTIVE = "active"
    INVITED = "invited"
    DISABLED = "disabled"


@dataclass(frozen=True)
class UserSearch:
    """A filter for users who match all given values; ``text`` is part of their name."""

    text: str = ""
    role: Role | None = None
    state: UserState | None = None
    group: int | None = None

    def where_clauses(self) -> list[sa.ColumnElement[bool]]:
        clauses = [_state_condition(self.state)] if self.state else []
        if self.text:
            clauses.append(contains_folded(User, self.text))
        if self.role:
            clauses.append(col(User.role) == self.role)
        if self.group is not None:
            members = select(Membership.user_id).where(Membership.group_id == self.group)
            clauses.append(col(User.id).in_(members))
        return clauses


@dataclass(frozen=True)
class UserRow:
    """A row in the list of users; ``factors`` are the kinds of second factor they have."""

    id: int
    name: str
    role: Role
    state: UserState
    created: datetime
    signed_in: datetime | None
    factors: tuple[str, ...]
    groups: tuple[str, ...]


ALL_USERS = UserSearch()
FIRST_PAGE = PageOptions()
SORT_COLUMNS: dict[str, Any] = {
    "name": col(User.name),
    "role": col(User.role),
    "created": col(User.created),
    "signed_in": col(User.signed_in),
}


def list_users(search: UserSearch = ALL_USERS, page: PageOptions = FIRST_PAGE) -> tuple[list[UserRow], int]:
    """Return a page of the users, and their total number."""
    wanted = search.where_clauses()
    with transaction() as work:
        total = work.scalar(sa.select(sa.func.count()).select_from(User).where(*wanted))
        rows = work.execute(paginate(_row_query().where(*wanted), page, SORT_COLUMNS, col(User.name))).all()
        return _to_rows(work, rows), total or 0


def get_user_row(id_: int) -> UserRow | None:
    with transaction() as work:
        rows = _to_rows(work, work.execute(_row_query().where(col(User.id) == id_)).all())
    return rows[0] if rows else None


def count_users(search: UserSearch = ALL_USERS) -> int:
    with transaction() as work:
        count = work.scalar(sa.select(sa.func.count()).select_from(User).where(*search.where_clauses()))
    return count or 0


def find_user_names(text: str, limit: int = 20) -> list[tuple[int, str]]:
    """Return ids and names of users whose name contains this text, those that begin with it first."""
    begins = begins_folded(User, text)
    query = sa.select(col(User.id), col(User.name)).where(contains_folded(User, text))
    with transaction() as work:
        return [
            (row[0], row[1])
            for row in work.execute(query.order_by(begins.desc(), col(User.name)).limit(limit))
        ]


def list_admin_names(limit: int = 3) -> list[str]:
    """Return the names of some admins who can sign in, those who have signed in last first."""
    active = UserSearch(role=Role.ADMIN, state=UserState.ACTIVE).where_clauses()
    lately = col(User.signed_in).desc().nulls_last()
    with transaction() as work:
        return list(work.exec(select(User.name).where(*active).order_by(lately, col(User.id)).limit(limit)))


def _state_condition(state: UserState) -> sa.ColumnElement[bool]:
    if state is UserState.DISABLED:
        return col(User.disabled).is_(True)
    way_in = has_signin_method() if state is UserState.ACTIVE else sa.not_(has_signin_method())
    return sa.and_(col(User.disabled).is_(False), way_in)


def require_user_id(name: str) -> int:
    """Return the id of the user with this name.

    Raises:
        UnknownUserError: no user has this name.
    """
    with transaction() as work:
        return users.get_by_name(work, name).id or 0


def get_principal(id_: int) -> Principal:
    """Return the principal that a request of this user would have.

    Raises:
        sqlalchemy.exc.NoResultFound: there is no such user.
    """
    with transaction() as work:
        return principal_from_user(work.get_one(User, id_))


def _row_query() -> sa.Select[*tuple[Any, ...]]:
    passkey = select(Passkey.id).where(Passkey.user_id == User.id).exists()
    known = (col(User.id), col(User.name), col(User.role), col(User.disabled), col(User.created))
    factors = (col(User.totp).is_not(None).label("totp"), passkey.label("passkey"))
    return sa.select(*known, col(User.signed_in), *factors, has_signin_method().label("way_in"))


def _to_rows(work: Session, rows: Sequence[sa.Row[Any]]) -> list[UserRow]:
    joined = _load_group_names(work, [row.id for row in rows])
    return [_to_row(row, joined.get(row.id, [])) for row in rows]


def _to_row(row: sa.Row[Any], groups: list[str]) -> UserRow:
    state = UserState.DISABLED if row.disabled else UserState.ACTIVE if row.way_in else UserState.INVITED
    factors = tuple(kind for kind in ("totp", "passkey") if getattr(row, kind))
    return UserRow(
        row.id, row.name, Role(row.role), state, row.created, row.signed_in, factors, tuple(groups)
    )


def _load_group_names(work: Session, ids: list[int]) -> dict[int, list[str]]:
    query = select(Membership.user_id, Group.name).join(Group).where(col(Membership.user_id).in_(ids))
    names: dict[int, list[str]] = {}
    for id_, name in work.exec(query.order_by(col(Group.name))):
        names.setdefault(id_, []).append(name)
    return names
