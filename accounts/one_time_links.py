"""Links that their owner can use once, within a time: to sign in, to be invited, to reset a password."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlmodel import col, select

from accounts.principals import Principal, principal
from accounts.users import named
from config import settings
from db.engine import session
from db.tables import OneTimeLink, Purpose, User, now

PAUSE = timedelta(minutes=5)
PATHS = {Purpose.SIGN_IN: "signin/link", Purpose.INVITATION: "invitation", Purpose.RESET: "reset"}


def issue(name: str, purpose: Purpose = Purpose.SIGN_IN) -> str:
    """A new token for a user; it is good for a time that the settings say, and one use.

    Raises:
        UnknownUserError: nobody has this name.
    """
    token = secrets.token_urlsafe(32)
    with session() as work:
        owner = principal(named(work, name))
        expires = now() + _lifetime(purpose)
        work.add(OneTimeLink(user_id=owner.id, purpose=purpose, token_hash=_hash(token), expires=expires))
    return token


def owner(token: str, purpose: Purpose) -> Principal | None:
    """Whose token this is, leaving it good; None if it is unknown, used or expired, or its owner disabled."""
    query = select(User).join(OneTimeLink).where(*_good(token, purpose), col(User.disabled).is_(False))
    with session() as work:
        user = work.exec(query).one_or_none()
    return principal(user) if user else None


def just_issued(user_id: int, purpose: Purpose) -> bool:
    """Whether a user was given such a link minutes ago, and has not used it."""
    lately = now() + _lifetime(purpose) - PAUSE
    unused = (OneTimeLink.user_id == user_id, OneTimeLink.purpose == purpose, col(OneTimeLink.used).is_(None))
    with session() as work:
        return work.exec(select(OneTimeLink).where(*unused, OneTimeLink.expires > lately)).first() is not None


def redeem(token: str, purpose: Purpose = Purpose.SIGN_IN) -> Principal | None:
    """Whose token this is, using it up; None if it is unknown, used or expired, or its owner disabled."""
    use = (
        sa.update(OneTimeLink)
        .where(*_good(token, purpose))
        .values(used=now())
        .returning(col(OneTimeLink.user_id))
    )
    with session() as work:
        id_ = work.execute(use).scalar_one_or_none()
        user = work.exec(select(User).where(User.id == id_)).one_or_none()
        return principal(user) if user and not user.disabled else None


def address(base: str, token: str, purpose: Purpose = Purpose.SIGN_IN) -> str:
    return f"{base}/{PATHS[purpose]}/{token}"


def base() -> str:
    """What the addresses of this service begin with, whatever host a request names."""
    own = settings()
    return own.public_url or own.address(own.port)


def forget(before: datetime) -> None:
    """Remove the links that expired before this moment."""
    with session() as work:
        work.execute(sa.delete(OneTimeLink).where(col(OneTimeLink.expires) < before))


def _lifetime(purpose: Purpose) -> timedelta:
    own = settings()
    return own.invitation_lifetime if purpose is Purpose.INVITATION else own.link_lifetime


def _good(token: str, purpose: Purpose) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(OneTimeLink.token_hash) == _hash(token),
        col(OneTimeLink.purpose) == purpose,
        col(OneTimeLink.used).is_(None),
        col(OneTimeLink.expires) > now(),
    )


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
