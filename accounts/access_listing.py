"""The lists of all active sessions, API tokens and guest links, and how they are ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from accounts import api_tokens, audit, sessions
from accounts.audit import AuditAction
from accounts.paging import PageOptions, paginate
from accounts.principals import Principal
from db.engine import transaction
from db.name_keys import contains_folded
from db.tables import ApiToken, GuestLink, LiveSession, SavedView, User, UserSession, utc_now
from errors import NotFoundError

FIRST_PAGE = PageOptions()
Query = sa.Select[*tuple[Any, ...]]


class UnknownAccessError(NotFoundError):
    """The user has no such session or token, or no longer has it."""


@dataclass(frozen=True)
class AccessRow:
    """A session, token or link with its owner's name. ``view`` is what a guest link opens."""

    record: Any
    owner: str
    view: str = ""


def list_active_sessions(text: str = "", page: PageOptions = FIRST_PAGE) -> tuple[list[AccessRow], int]:
    """Return a page of the active sessions, including guests', and their total number.

    ``text`` is part of the owner's name, in the functions below too.
    """
    return _list_rows(_session_query(), UserSession, text, page)


def get_active_session(id_: str) -> AccessRow | None:
    return _get_row(_session_query(), UserSession, id_)


def list_active_tokens(text: str = "", page: PageOptions = FIRST_PAGE) -> tuple[list[AccessRow], int]:
    """Return a page of the API tokens that are neither revoked nor expired, and their total number."""
    return _list_rows(_token_query(), ApiToken, text, page)


def get_active_token(id_: str) -> AccessRow | None:
    return _get_row(_token_query(), ApiToken, id_)


def list_active_guest_links(text: str = "", page: PageOptions = FIRST_PAGE) -> tuple[list[AccessRow], int]:
    """Return a page of the active guest links, with the user whose rights they give, and their number."""
    return _list_rows(_guest_link_query(), GuestLink, text, page)


def get_active_guest_link(id_: str) -> AccessRow | None:
    return _get_row(_guest_link_query(), GuestLink, id_)


def end_session(by: Principal, id_: str) -> None:
    """End a session of any user. If it has ended already, do nothing."""
    sessions.end_session(id_)
    audit.record_event(AuditAction.SESSION_REVOKED, actor=by, resource=("session", id_))


def end_user_sessions(by: Principal, user_id: int) -> None:
    """End all sessions of a user, except the session of this request."""
    sessions.end_user_sessions(user_id, except_id=by.key)
    audit.record_event(AuditAction.SESSION_REVOKED, actor=by, resource=("user", str(user_id)), all=True)


def revoke_token(by: Principal, id_: str) -> None:
    """Revoke an API token of any user."""
    api_tokens.revoke_token(id_)
    audit.record_event(AuditAction.TOKEN_REVOKED, actor=by, resource=("token", id_))


def end_own_session(me: Principal, id_: str) -> None:
    """End a session of the user ``me``.

    Raises:
        UnknownAccessError: there is none with this id.
    """
    if id_ not in {own.id for own in sessions.list_active_sessions(me.id)}:
        raise UnknownAccessError("This session doesn't exist.")
    end_session(me, id_)


def revoke_own_token(me: Principal, id_: str) -> None:
    """Revoke an API token of the user ``me``.

    Raises:
        UnknownAccessError: there is none with this id.
    """
    if id_ not in {own.id for own in api_tokens.list_active_tokens(me.id)}:
        raise UnknownAccessError("This token doesn't exist.")
    revoke_token(me, id_)


def _session_query() -> Query:
    query = sa.select(UserSession, col(User.name)).join(User, col(User.id) == col(UserSession.user_id))
    return query.where(*sessions.active_conditions())


def _token_query() -> Query:
    query = sa.select(ApiToken, col(User.name)).join(User, col(User.id) == col(ApiToken.user_id))
    return query.where(col(ApiToken.revoked).is_(None), col(ApiToken.expires) > utc_now())


def _guest_link_query() -> Query:
    place = sa.func.coalesce(col(SavedView.name), col(LiveSession.name))
    query = sa.select(GuestLink, col(User.name), place)
    query = query.join(User, col(User.id) == col(GuestLink.as_user_id))
    query = query.outerjoin(SavedView, col(SavedView.id) == col(GuestLink.view_id))
    query = query.outerjoin(LiveSession, col(LiveSession.id) == col(GuestLink.live_id))
    return query.where(col(GuestLink.revoked).is_(None), col(GuestLink.expires) > utc_now())


def _list_rows(query: Query, model: Any, text: str, page: PageOptions) -> tuple[list[AccessRow], int]:  # noqa: ANN401
    wanted = query.where(contains_folded(User, text)) if text else query
    sorted_by = {column.name: column for column in sa.inspect(model).columns} | {"owner": col(User.name)}
    with transaction() as work:
        total = work.scalar(wanted.with_only_columns(sa.func.count()))
        rows = work.execute(paginate(wanted, page, sorted_by, model.created.desc(), model.id)).all()
    return [AccessRow(*row) for row in rows], total or 0


def _get_row(query: Query, model: Any, id_: str) -> AccessRow | None:  # noqa: ANN401
    with transaction() as work:
        row = work.execute(query.where(model.id == id_)).one_or_none()
    return AccessRow(*row) if row else None
