"""Sessions: started by signing in, continued by rotating tokens, and ended on the server.

A browser holds two tokens: an access token, valid for minutes, and a refresh token, valid once (RFC 9700,
section 4.14.2: refresh token rotation). A refresh token that is used again after its successor means
that somebody has a copy: the session ends. As a browser sends many requests at once, and may lose a response,
the previous refresh token stays valid for a moment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts import signed_tokens
from accounts.principals import Principal, PrincipalKind, principal_from_user
from accounts.signed_tokens import Audience, BadTokenError
from config import get_settings
from db.engine import transaction
from db.tables import GuestLink, User, UserSession, utc_now

ACCESS_LIFETIME = timedelta(minutes=10)
REUSE_GRACE = timedelta(seconds=30)
MAX_AGENT_LENGTH = 300


@dataclass(frozen=True)
class SessionTokens:
    """The tokens that a browser gets. Both are valid until ``expires`` at most."""

    access: str
    refresh: str
    expires: datetime


class TokenReuseError(BadTokenError):
    """A refresh token was reused: its session has been ended, as the token may have been stolen."""

    def __init__(self, owner: Principal) -> None:
        super().__init__("the refresh token was used before")
        self.owner = owner


@dataclass(frozen=True)
class Browser:
    """The browser of a request: its IP address and its User-Agent."""

    address: str
    agent: str


def start_session(
    user_id: int,
    method: str,
    browser: Browser,
    *,
    guest_link: str | None = None,
    until: datetime | None = None,
) -> SessionTokens:
    """Start a session. ``method`` says how the user signed in, such as ``password+totp``."""
    latest = utc_now() + get_settings().session_lifetime
    session = UserSession(
        user_id=user_id,
        guest_link_id=guest_link,
        method=method,
        expires=min(latest, until or latest),
        address=browser.address,
        agent=browser.agent[:MAX_AGENT_LENGTH],
    )
    with transaction() as work:
        work.add(session)
        if guest_link is None:
            work.execute(sa.update(User).where(col(User.id) == user_id).values(signed_in=utc_now()))
    return _issue_tokens(session)


def authenticate_access_token(token: str) -> Principal:
    """Return the principal of an access token.

    Raises:
        BadTokenError: the token is invalid or expired, or its session has ended.
    """
    id_ = signed_tokens.decode_token(Audience.ACCESS, token)["jti"]
    with transaction() as work:
        active = _find_active(work, id_)
    if active is None:
        raise BadTokenError("the session has ended")
    return _to_principal(*active)


def renew_tokens(token: str, browser: Browser) -> tuple[Principal, SessionTokens]:
    """Return the principal of a refresh token, and the tokens that replace it.

    Raises:
        TokenReuseError: it was used before; the session has been ended.
        BadTokenError: the token is invalid or expired, or its session has ended.
    """
    claims = signed_tokens.decode_token(Audience.REFRESH, token)
    with transaction() as work:
        active = _find_active(work, claims["jti"])
        if active is None:
            raise BadTokenError("the session has ended")
        session, _, _ = active
        known = _rotate_generation(work, session, int(claims["gen"]), browser)
        if not known:
            session.ended = utc_now()
            work.add(session)
    if not known:
        raise TokenReuseError(_to_principal(*active))
    return _to_principal(*active), _issue_tokens(session)


def peek_refresh_token(token: str) -> Principal:
    """Return the principal of a refresh token without using it.

    Raises:
        BadTokenError: the token is invalid or expired, or its session has ended.
    """
    id_ = signed_tokens.decode_token(Audience.REFRESH, token)["jti"]
    with transaction() as work:
        active = _find_active(work, id_)
    if active is None:
        raise BadTokenError("the session has ended")
    return _to_principal(*active)


def get_principal(id_: str) -> Principal | None:
    """Return the principal of a session; None if it has ended."""
    with transaction() as work:
        active = _find_active(work, id_)
    return _to_principal(*active) if active else None


def mark_confirmed(id_: str) -> None:
    """Record that the user of this session has just confirmed their identity."""
    with transaction() as work:
        session = work.get_one(UserSession, id_)
        session.confirmed = utc_now()
        work.add(session)


def list_active_sessions(user_id: int) -> list[UserSession]:
    """Return a user's own active sessions, newest first."""
    conditions = (UserSession.user_id == user_id, col(UserSession.guest_link_id).is_(None))
    query = (
        select(UserSession).where(*conditions, *active_conditions()).order_by(col(UserSession.created).desc())
    )
    with transaction() as work:
        return list(work.exec(query))


def end_session(id_: str) -> None:
    """End a session. If it has ended already, do nothing."""
    _end_matching(UserSession.id == id_)


def end_user_sessions(user_id: int, except_id: str | None = None) -> None:
    """End all sessions of a user except ``except_id``."""
    _end_matching(UserSession.user_id == user_id, *([UserSession.id != except_id] if except_id else []))


def end_user_sessions_in(work: Session, user_id: int) -> None:
    """End all sessions of a user within a transaction."""
    work.execute(_end_statement(UserSession.user_id == user_id))


def end_guest_sessions(link: str) -> None:
    """End all sessions that were started with this guest link."""
    _end_matching(UserSession.guest_link_id == link)


def delete_old_sessions(before: datetime) -> None:
    """Delete the sessions that ended or expired before this time."""
    over = sa.or_(col(UserSession.expires) < before, col(UserSession.ended) < before)
    with transaction() as work:
        work.execute(sa.delete(UserSession).where(over))


def _end_matching(*which: object) -> None:
    with transaction() as work:
        work.execute(_end_statement(*which))


def _end_statement(*which: object) -> sa.Update:
    return sa.update(UserSession).where(*which, col(UserSession.ended).is_(None)).values(ended=utc_now())  # type: ignore[arg-type]


def active_conditions() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(UserSession.ended).is_(None),
        col(UserSession.expires) > utc_now(),
        col(UserSession.rotated) > utc_now() - get_settings().session_idle,
    )


def _find_active(work: Session, id_: str) -> tuple[UserSession, User, GuestLink | None] | None:
    query = (
        select(UserSession, User, GuestLink)
        .join(User, _owner_join())
        .outerjoin(GuestLink, _guest_link_join())
    )
    conditions = (col(UserSession.id) == id_, col(User.disabled).is_(False), *active_conditions())
    row = work.exec(query.where(*conditions)).one_or_none()
    if row is None:
        return None
    session, user, link = row
    if session.guest_link_id and (link is None or link.revoked or link.expires <= utc_now()):
        return None
    return session, user, link


def _owner_join() -> sa.ColumnElement[bool]:
    return col(User.id) == col(UserSession.user_id)


def _guest_link_join() -> sa.ColumnElement[bool]:
    return col(GuestLink.id) == col(UserSession.guest_link_id)


def _to_principal(session: UserSession, user: User, link: GuestLink | None) -> Principal:
    person = replace(principal_from_user(user), key=session.id, confirmed=session.confirmed)
    return (
        replace(person, kind=PrincipalKind.GUEST, view_id=link.view_id, live_id=link.live_id)
        if link
        else person
    )


def _rotate_generation(work: Session, session: UserSession, generation: int, browser: Browser) -> bool:
    """Advance the generation if this is the newest; return whether its refresh token is valid."""
    # One conditional update: of several requests with the same token, exactly one advances the generation.
    newest = (col(UserSession.id) == session.id, col(UserSession.generation) == generation)
    change = sa.update(UserSession).where(*newest).values(generation=generation + 1, rotated=utc_now())
    changed = work.execute(change.returning(col(UserSession.id))).one_or_none()
    work.refresh(session)
    if changed:
        session.address, session.agent = browser.address, browser.agent[:MAX_AGENT_LENGTH]
        work.add(session)
    return bool(changed) or (
        session.generation == generation + 1 and session.rotated > utc_now() - REUSE_GRACE
    )


def _issue_tokens(session: UserSession) -> SessionTokens:
    access = signed_tokens.issue_token(
        Audience.ACCESS, session.id, min(utc_now() + ACCESS_LIFETIME, session.expires)
    )
    refresh = signed_tokens.issue_token(Audience.REFRESH, session.id, session.expires, gen=session.generation)
    return SessionTokens(access, refresh, session.expires)
