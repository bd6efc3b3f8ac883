"""Every way in that is open now: sessions, API tokens and guest links of everybody, listed and closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from accounts import api_tokens, audit, sessions
from accounts.audit import Action
from accounts.paging import Window, holds, part
from accounts.principals import Principal
from db.engine import session
from db.tables import ApiToken, GuestLink, LiveSession, SavedView, User, UserSession, now

FIRST = Window()
Query = sa.Select[*tuple[Any, ...]]


class UnknownAccessError(LookupError):
    """They have no such session or token, or not any longer."""


@dataclass(frozen=True)
class Owned:
    """A session, token or link, and the name of whose it is. ``view`` is what a guest link leads to."""

    what: Any
    owner: str
    view: str = ""


def open_sessions(text: str = "", window: Window = FIRST) -> tuple[list[Owned], int]:
    """The sessions that have not ended, guests' included, and how many.

    ``text`` is part of the name of whose they are, here and below.
    """
    return _page(_sessions(), UserSession, text, window)


def open_session(id_: str) -> Owned | None:
    return _one(_sessions(), UserSession, id_)


def open_tokens(text: str = "", window: Window = FIRST) -> tuple[list[Owned], int]:
    """The API tokens that are neither revoked nor expired, and how many."""
    return _page(_tokens(), ApiToken, text, window)


def open_token(id_: str) -> Owned | None:
    return _one(_tokens(), ApiToken, id_)


def open_guest_links(text: str = "", window: Window = FIRST) -> tuple[list[Owned], int]:
    """The guest links that are neither revoked nor expired, by whose rights they have, and how many."""
    return _page(_guest_links(), GuestLink, text, window)


def open_guest_link(id_: str) -> Owned | None:
    return _one(_guest_links(), GuestLink, id_)


def end_session(by: Principal, id_: str) -> None:
    """End a session of anybody; ending what has ended does nothing."""
    sessions.end(id_)
    audit.record(Action.SESSION_REVOKED, actor=by, resource=("session", id_))


def end_sessions(by: Principal, user_id: int) -> None:
    """End all sessions of a person, but for the one this is done in."""
    sessions.end_all(user_id, but=by.key)
    audit.record(Action.SESSION_REVOKED, actor=by, resource=("user", str(user_id)), all=True)


def revoke_token(by: Principal, id_: str) -> None:
    """End an API token of anybody."""
    api_tokens.revoke(id_)
    audit.record(Action.TOKEN_REVOKED, actor=by, resource=("token", id_))


def end_own_session(me: Principal, id_: str) -> None:
    """End a session of mine.

    Raises:
        UnknownAccessError: I have no such one.
    """
    if id_ not in {own.id for own in sessions.alive(me.id)}:
        raise UnknownAccessError("You have no such session.")
    end_session(me, id_)


def revoke_own_token(me: Principal, id_: str) -> None:
    """End an API token of mine.

    Raises:
        UnknownAccessError: I have no such one.
    """
    if id_ not in {own.id for own in api_tokens.alive(me.id)}:
        raise UnknownAccessError("You have no such token.")
    revoke_token(me, id_)


def _sessions() -> Query:
    query = sa.select(UserSession, col(User.name)).join(User, col(User.id) == col(UserSession.user_id))
    return query.where(*sessions.living())


def _tokens() -> Query:
    query = sa.select(ApiToken, col(User.name)).join(User, col(User.id) == col(ApiToken.user_id))
    return query.where(col(ApiToken.revoked).is_(None), col(ApiToken.expires) > now())


def _guest_links() -> Query:
    place = sa.func.coalesce(col(SavedView.name), col(LiveSession.name))
    query = sa.select(GuestLink, col(User.name), place)
    query = query.join(User, col(User.id) == col(GuestLink.as_user_id))
    query = query.outerjoin(SavedView, col(SavedView.id) == col(GuestLink.view_id))
    query = query.outerjoin(LiveSession, col(LiveSession.id) == col(GuestLink.live_id))
    return query.where(col(GuestLink.revoked).is_(None), col(GuestLink.expires) > now())


def _page(query: Query, table: Any, text: str, window: Window) -> tuple[list[Owned], int]:  # noqa: ANN401
    wanted = query.where(holds(User.name, text)) if text else query
    sorted_by = {column.name: column for column in sa.inspect(table).columns} | {"owner": col(User.name)}
    with session() as work:
        total = work.scalar(wanted.with_only_columns(sa.func.count()))
        rows = work.execute(part(wanted, window, sorted_by, table.created.desc(), table.id)).all()
    return [Owned(*row) for row in rows], total or 0


def _one(query: Query, table: Any, id_: str) -> Owned | None:  # noqa: ANN401
    with session() as work:
        row = work.execute(query.where(table.id == id_)).one_or_none()
    return Owned(*row) if row else None
