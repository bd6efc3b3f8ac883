"""Links that their owner can use once before they expire: sign-in, invitation, password reset."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlmodel import col, select

from accounts.principals import Principal, principal_from_user
from accounts.users import get_by_name
from config import get_settings
from db.engine import transaction
from db.tables import LinkPurpose, OneTimeLink, User, utc_now

MIN_REISSUE_INTERVAL = timedelta(minutes=5)
LINK_PATHS = {
    LinkPurpose.SIGN_IN: "signin/link",
    LinkPurpose.INVITATION: "invitation",
    LinkPurpose.RESET: "reset",
}


def create_link_token(name: str, purpose: LinkPurpose = LinkPurpose.SIGN_IN) -> str:
    """Create a token for a user and return it. It is valid for one use, until the settings' lifetime ends.

    Raises:
        UnknownUserError: no user has this name.
    """
    token = secrets.token_urlsafe(32)
    with transaction() as work:
        owner = principal_from_user(get_by_name(work, name))
        expires = utc_now() + _lifetime(purpose)
        work.add(
            OneTimeLink(user_id=owner.id, purpose=purpose, token_hash=_hash_token(token), expires=expires)
        )
    return token


def get_link_owner(token: str, purpose: LinkPurpose) -> Principal | None:
    """Return the owner of a token, which stays valid; None if it is invalid or its owner is disabled."""
    query = (
        select(User)
        .join(OneTimeLink)
        .where(*_valid_link_conditions(token, purpose), col(User.disabled).is_(False))
    )
    with transaction() as work:
        user = work.exec(query).one_or_none()
    return principal_from_user(user) if user else None


def was_just_issued(user_id: int, purpose: LinkPurpose) -> bool:
    """Return whether a user got such a link minutes ago and has not used it yet."""
    lately = utc_now() + _lifetime(purpose) - MIN_REISSUE_INTERVAL
    unused = (OneTimeLink.user_id == user_id, OneTimeLink.purpose == purpose, col(OneTimeLink.used).is_(None))
    with transaction() as work:
        return work.exec(select(OneTimeLink).where(*unused, OneTimeLink.expires > lately)).first() is not None


def redeem_link(token: str, purpose: LinkPurpose = LinkPurpose.SIGN_IN) -> Principal | None:
    """Redeem a token and return its owner; None if it is unknown, used or expired, or its owner disabled."""
    use = (
        sa.update(OneTimeLink)
        .where(*_valid_link_conditions(token, purpose))
        .values(used=utc_now())
        .returning(col(OneTimeLink.user_id))
    )
    with transaction() as work:
        id_ = work.execute(use).scalar_one_or_none()
        user = work.exec(select(User).where(User.id == id_)).one_or_none()
        return principal_from_user(user) if user and not user.disabled else None


def build_link_url(base: str, token: str, purpose: LinkPurpose = LinkPurpose.SIGN_IN) -> str:
    return f"{base}/{LINK_PATHS[purpose]}/{token}"


def get_base_url() -> str:
    """Return the base URL of this service from its settings, regardless of the Host header of a request."""
    own = get_settings()
    return own.public_url or own.local_url(own.port)


def delete_expired_links(before: datetime) -> None:
    """Delete the links that expired before this time."""
    with transaction() as work:
        work.execute(sa.delete(OneTimeLink).where(col(OneTimeLink.expires) < before))


def _lifetime(purpose: LinkPurpose) -> timedelta:
    own = get_settings()
    return own.invitation_lifetime if purpose is LinkPurpose.INVITATION else own.link_lifetime


def _valid_link_conditions(token: str, purpose: LinkPurpose) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(OneTimeLink.token_hash) == _hash_token(token),
        col(OneTimeLink.purpose) == purpose,
        col(OneTimeLink.used).is_(None),
        col(OneTimeLink.expires) > utc_now(),
    )


def _hash_token(token: str) -> str:
    return sha256(token.encode()).hexdigest()
