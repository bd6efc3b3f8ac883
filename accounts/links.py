"""Links that sign their owner in once, within a time."""

from __future__ import annotations

import secrets
from hashlib import sha256

import sqlalchemy as sa
from sqlmodel import col, select

from accounts.users import Principal, named, principal
from config import settings
from db.engine import session
from db.tables import SignInLink, User, now


def issue(name: str) -> str:
    """A new token for a user; it is good for ``link_lifetime`` and one use.

    Raises:
        UnknownUserError: nobody has this name.
    """
    token = secrets.token_urlsafe(32)
    with session() as work:
        owner = principal(named(work, name))
        expires = now() + settings().link_lifetime
        work.add(SignInLink(user_id=owner.id, token_hash=_hash(token), expires=expires))
    return token


def redeem(token: str) -> Principal | None:
    """Whose token this is, using it up; None if it is unknown, used or expired, or its owner disabled."""
    good = (
        col(SignInLink.token_hash) == _hash(token),
        col(SignInLink.used).is_(None),
        col(SignInLink.expires) > now(),
    )
    use = sa.update(SignInLink).where(*good).values(used=now()).returning(col(SignInLink.user_id))
    with session() as work:
        owner = work.execute(use).scalar_one_or_none()
        user = work.exec(select(User).where(User.id == owner)).one_or_none()
        return principal(user) if user and not user.disabled else None


def address(base: str, token: str) -> str:
    return f"{base}/signin/link/{token}"


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
