"""API tokens: a program acts for its owner, with some of their permissions, until a date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from accounts import audit, signed_tokens
from accounts.audit import Action
from accounts.permissions import Permission
from accounts.principals import Kind, Principal, principal
from accounts.signed_tokens import Audience, BadTokenError
from db.engine import session
from db.tables import ApiToken, User, now

LONGEST_NAME = 80
LONGEST_LIFE = timedelta(days=366)
SELDOM = timedelta(minutes=1)
"""How exactly the last use is kept: a write at every call would slow them all."""
SCOPES = (Permission.EXPLORE, Permission.SAVE, Permission.PRESENT, Permission.ADMINISTER)
"""Permissions a token can have; accounts are managed by their owners in person."""


class BadTokenRequestError(ValueError):
    """No such token can be given out; says why, and ``where``: name, scopes or expires."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


def create(owner: Principal, name: str, scopes: Iterable[Permission], expires: datetime) -> str:
    """A new token, shown this once; the audit log tells of it.

    Raises:
        BadTokenRequestError: it has no name, no scope, one its owner lacks, or lasts too long.
    """
    wanted = sorted(set(scopes))
    if not 1 <= len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        raise BadTokenRequestError("name", f"Give the token a name of 1 to {LONGEST_NAME} letters.")
    if not wanted or not all(scope in SCOPES and owner.may(scope) for scope in wanted):
        raise BadTokenRequestError(
            "scopes", "Choose at least one scope, and none that you don't have yourself."
        )
    if not now() < expires <= now() + LONGEST_LIFE:
        raise BadTokenRequestError(
            "expires", f"A token ends after today, and within {LONGEST_LIFE.days} days."
        )
    made = ApiToken(
        user_id=owner.id, name=name.strip(), scopes=[str(scope) for scope in wanted], expires=expires
    )
    with session() as work:
        work.add(made)
        audit.record(
            Action.TOKEN_CREATED,
            actor=owner,
            resource=("token", made.id),
            work=work,
            name=made.name,
            scopes=made.scopes,
            until=expires,
        )
    return signed_tokens.issue(Audience.API, made.id, expires)


def of(token: str) -> Principal:
    """Whom a program with this token acts for, within its scopes.

    Raises:
        BadTokenError: it is none of ours, expired or revoked, or its owner is disabled.
    """
    id_ = signed_tokens.read(Audience.API, token)["jti"]
    with session() as work:
        found = _good(work, id_)
        if found is None:
            raise BadTokenError("the token has been revoked")
        own, _ = found
        if own.used is None or own.used < now() - SELDOM:
            own.used = now()
            work.add(own)
    return _program(*found)


def of_id(id_: str) -> Principal | None:
    """Whom the program with the token of this id acts for; None if the token is no longer good."""
    with session() as work:
        found = _good(work, id_)
    return _program(*found) if found else None


def alive(user_id: int) -> list[ApiToken]:
    """A user's tokens that are neither revoked nor expired, newest first."""
    query = select(ApiToken).where(
        ApiToken.user_id == user_id, col(ApiToken.revoked).is_(None), col(ApiToken.expires) > now()
    )
    with session() as work:
        return list(work.exec(query.order_by(col(ApiToken.created).desc())))


def revoke(id_: str) -> None:
    """End a token; ending what has ended does nothing."""
    with session() as work:
        own = work.get(ApiToken, id_)
        if own is not None and own.revoked is None:
            own.revoked = now()
            work.add(own)


def _good(work: Session, id_: str) -> tuple[ApiToken, User] | None:
    good = (col(ApiToken.revoked).is_(None), col(ApiToken.expires) > now(), col(User.disabled).is_(False))
    return work.exec(select(ApiToken, User).join(User).where(ApiToken.id == id_, *good)).one_or_none()


def _program(own: ApiToken, owner: User) -> Principal:
    scopes = frozenset(Permission(scope) for scope in own.scopes)
    return replace(principal(owner), key=own.id, kind=Kind.PROGRAM, scopes=scopes)
