"""Sessions: begun by signing in, kept alive by tokens that change, ended here for good.

A browser holds two tokens: one for access, good for minutes, and one to renew both, good once (RFC 9700,
section 4.14.2: refresh token rotation). A renewal token that comes back after its successor was used means
that somebody has a copy: the session ends. As a browser asks for many things at once, and may lose an answer,
the token before is still good for a moment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts import signed_tokens
from accounts.principals import Kind, Principal, principal
from accounts.signed_tokens import Audience, BadTokenError
from config import settings
from db.engine import session
from db.tables import GuestLink, User, UserSession, now

ACCESS = timedelta(minutes=10)
GRACE = timedelta(seconds=30)
LONGEST_AGENT = 300


@dataclass(frozen=True)
class Tokens:
    """What a browser is given: both are good until ``expires`` at most."""

    access: str
    refresh: str
    expires: datetime


class ReusedError(BadTokenError):
    """A refresh token came back after its time: its session has been ended, in case it was stolen."""

    def __init__(self, owner: Principal) -> None:
        super().__init__("the refresh token was used before")
        self.owner = owner


@dataclass(frozen=True)
class Browser:
    """Where a request comes from: its IP address, and what the browser calls itself."""

    address: str
    agent: str


def begin(
    user_id: int,
    method: str,
    browser: Browser,
    *,
    guest_link: str | None = None,
    until: datetime | None = None,
) -> Tokens:
    """A new session; ``method`` says how they proved who they are, such as ``password+totp``."""
    latest = now() + settings().session_lifetime
    own = UserSession(
        user_id=user_id,
        guest_link_id=guest_link,
        method=method,
        expires=min(latest, until or latest),
        address=browser.address,
        agent=browser.agent[:LONGEST_AGENT],
    )
    with session() as work:
        work.add(own)
        user = work.get_one(User, user_id)
        if guest_link is None:
            user.signed_in = now()
            work.add(user)
    return _tokens(own)


def of_access(token: str) -> Principal:
    """Whose access token this is.

    Raises:
        BadTokenError: it is none, has expired, or its session has ended.
    """
    id_ = signed_tokens.read(Audience.ACCESS, token)["jti"]
    with session() as work:
        found = _alive(work, id_)
    if found is None:
        raise BadTokenError("the session has ended")
    return _principal(*found)


def renew(token: str, browser: Browser) -> tuple[Principal, Tokens]:
    """Whose refresh token this is, and the tokens that follow it.

    Raises:
        ReusedError: it was used before; the session has been ended.
        BadTokenError: it is none, has expired, or its session has ended.
    """
    claims = signed_tokens.read(Audience.REFRESH, token)
    with session() as work:
        found = _alive(work, claims["jti"])
        if found is None:
            raise BadTokenError("the session has ended")
        own, _, _ = found
        known = _rotated(work, own, int(claims["gen"]), browser)
        if not known:
            own.ended = now()
            work.add(own)
    if not known:
        raise ReusedError(_principal(*found))
    return _principal(*found), _tokens(own)


def watched(token: str) -> Principal:
    """Whose refresh token this is, without using it.

    Raises:
        BadTokenError: it is none, has expired, or its session has ended.
    """
    id_ = signed_tokens.read(Audience.REFRESH, token)["jti"]
    with session() as work:
        found = _alive(work, id_)
    if found is None:
        raise BadTokenError("the session has ended")
    return _principal(*found)


def of_id(id_: str) -> Principal | None:
    """Whose session this is; None if it has ended."""
    with session() as work:
        found = _alive(work, id_)
    return _principal(*found) if found else None


def confirm(id_: str) -> None:
    """Remember that the person of this session has just proved again who they are."""
    with session() as work:
        own = work.get_one(UserSession, id_)
        own.confirmed = now()
        work.add(own)


def alive(user_id: int) -> list[UserSession]:
    """A user's own sessions that have not ended, newest first."""
    own = (UserSession.user_id == user_id, col(UserSession.guest_link_id).is_(None))
    query = select(UserSession).where(*own, *living()).order_by(col(UserSession.created).desc())
    with session() as work:
        return list(work.exec(query))


def end(id_: str) -> None:
    """End a session; ending what has ended does nothing."""
    _end(UserSession.id == id_)


def end_all(user_id: int, but: str | None = None) -> None:
    """End all sessions of a user, but for one."""
    _end(UserSession.user_id == user_id, *([UserSession.id != but] if but else []))


def end_within(work: Session, user_id: int) -> None:
    """End all sessions of a user, or none of them if the transaction is undone."""
    work.execute(_ending(UserSession.user_id == user_id))


def end_guests(link: str) -> None:
    """End all sessions that came by this guest link."""
    _end(UserSession.guest_link_id == link)


def forget(before: datetime) -> None:
    """Remove what ended or expired before this moment."""
    over = sa.or_(col(UserSession.expires) < before, col(UserSession.ended) < before)
    with session() as work:
        work.execute(sa.delete(UserSession).where(over))


def _end(*which: object) -> None:
    with session() as work:
        work.execute(_ending(*which))


def _ending(*which: object) -> sa.Update:
    return sa.update(UserSession).where(*which, col(UserSession.ended).is_(None)).values(ended=now())  # type: ignore[arg-type]


def living() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(UserSession.ended).is_(None),
        col(UserSession.expires) > now(),
        col(UserSession.rotated) > now() - settings().session_idle,
    )


def _alive(work: Session, id_: str) -> tuple[UserSession, User, GuestLink | None] | None:
    query = select(UserSession, User, GuestLink).join(User, _owner()).outerjoin(GuestLink, _link())
    good = (col(UserSession.id) == id_, col(User.disabled).is_(False), *living())
    found = work.exec(query.where(*good)).one_or_none()
    if found is None:
        return None
    own, user, link = found
    if own.guest_link_id and (link is None or link.revoked or link.expires <= now()):
        return None
    return own, user, link


def _owner() -> sa.ColumnElement[bool]:
    return col(User.id) == col(UserSession.user_id)


def _link() -> sa.ColumnElement[bool]:
    return col(GuestLink.id) == col(UserSession.guest_link_id)


def _principal(own: UserSession, user: User, link: GuestLink | None) -> Principal:
    person = replace(principal(user), key=own.id, confirmed=own.confirmed)
    return replace(person, kind=Kind.GUEST, view_id=link.view_id, live_id=link.live_id) if link else person


def _rotated(work: Session, own: UserSession, generation: int, browser: Browser) -> bool:
    """Whether a refresh token of this generation is good; the newest is followed by another."""
    newest = (col(UserSession.id) == own.id, col(UserSession.generation) == generation)
    change = sa.update(UserSession).where(*newest).values(generation=generation + 1, rotated=now())
    changed = work.execute(change.returning(col(UserSession.id))).one_or_none()
    work.refresh(own)
    if changed:
        own.address, own.agent = browser.address, browser.agent[:LONGEST_AGENT]
        work.add(own)
    return bool(changed) or (own.generation == generation + 1 and own.rotated > now() - GRACE)


def _tokens(own: UserSession) -> Tokens:
    access = signed_tokens.issue(Audience.ACCESS, own.id, min(now() + ACCESS, own.expires))
    refresh = signed_tokens.issue(Audience.REFRESH, own.id, own.expires, gen=own.generation)
    return Tokens(access, refresh, own.expires)
