"""Links that their owner can use once, within a time: to sign in, to be invited, to reset a password."""

from __future__ import annotations

import secrets
from hashlib import sha256

import sqlalchemy as sa
from sqlmodel import col, select

from accounts.principals import Principal, principal
from accounts.users import named
from config import settings
from db.engine import session
from db.tables import OneTimeLink, Purpose, User, now


def issue(name: str, purpose: Purpose = Purpose.SIGN_IN) -> str:
    """A new token for a user; it is good for ``link_lifetime`` and one use.

    Raises:
        UnknownUserError: nobody has this name.
    """
    token = secrets.token_urlsafe(32)
    with session() as work:
        owner = principal(named(work, name))
        expires = now() + settings().link_lifetime
        work.add(OneTimeLink(user_id=owner.id, purpose=purpose, token_hash=_hash(token), expires=expires))
    return token


def redeem(token: str, purpose: Purpose = Purpose.SIGN_IN) -> Principal | None:
    """Whose token this is, using it up; None if it is unknown, used or expired, or its owner disabled."""
    good = (
        col(OneTimeLink.token_hash) == _hash(token),
        col(OneTimeLink.purpose) == purpose,
        col(OneTimeLink.used).is_(None),
        col(OneTimeLink.expires) > now(),
    )
    use = sa.update(OneTimeLink).where(*good).values(used=now()).returning(col(OneTimeLink.user_id))
    with session() as work:
        owner = work.execute(use).scalar_one_or_none()
        user = work.exec(select(User).where(User.id == owner)).one_or_none()
        return principal(user) if user and not user.disabled else None


def address(base: str, token: str) -> str:
    return f"{base}/signin/link/{token}"


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
