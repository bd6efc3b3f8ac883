"""API tokens, with which a program acts for its owner, with some of their permissions, until a date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from accounts import audit, signed_tokens
from accounts.audit import AuditAction
from accounts.permissions import Permission
from accounts.principals import Principal, PrincipalKind, principal_from_user
from accounts.signed_tokens import Audience, BadTokenError
from db.engine import transaction
from db.tables import ApiToken, User, utc_now
from errors import InvalidError

MAX_NAME_LENGTH = 80
MAX_LIFETIME = timedelta(days=366)
LAST_USED_PRECISION = timedelta(minutes=1)
"""The precision of the time of last use: a write at every call would slow all calls down."""
SCOPES = (Permission.EXPLORE, Permission.SAVE, Permission.PRESENT, Permission.ADMINISTER)
"""The permissions a token can have. Managing one's own account is not among them."""


class BadTokenRequestError(InvalidError):
    """The token can't be created. The message says why; ``where`` is name, scopes or expires."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


def create_token(owner: Principal, name: str, scopes: Iterable[Permission], expires: datetime) -> str:
    """Create an API token, record that in the audit log, and return it. It can't be shown again.

    Raises:
        BadTokenRequestError: it has no name or no scope, a scope its owner lacks, or lasts too long.
    """
    wanted = sorted(set(scopes))
    if not 1 <= len(name.strip()) <= MAX_NAME_LENGTH or not name.isprintable():
        raise BadTokenRequestError(
            "name", f"Enter a name of 1 to {MAX_NAME_LENGTH} characters for the token."
        )
    if not wanted or not all(scope in SCOPES and owner.has_permission(scope) for scope in wanted):
        raise BadTokenRequestError(
            "scopes", "Choose at least one scope, and none that you don't have yourself."
        )
    if not utc_now() < expires <= utc_now() + MAX_LIFETIME:
        raise BadTokenRequestError(
            "expires", f"A token ends after today, and within {MAX_LIFETIME.days} days."
        )
    made = ApiToken(
        user_id=owner.id, name=name.strip(), scopes=[str(scope) for scope in wanted], expires=expires
    )
    with transaction() as work:
        work.add(made)
        audit.record_event(
            AuditAction.TOKEN_CREATED,
            actor=owner,
            resource=("token", made.id),
            work=work,
            name=made.name,
            scopes=made.scopes,
            until=expires,
        )
    return signed_tokens.issue_token(Audience.API, made.id, expires)


def authenticate_token(token: str) -> Principal:
    """Return the principal for which a program with this token acts, limited to the token's scopes.

    Raises:
        BadTokenError: the token is invalid, expired or revoked, or its owner is disabled.
    """
    id_ = signed_tokens.decode_token(Audience.API, token)["jti"]
    with transaction() as work:
        active = _find_active(work, id_)
        if active is None:
            raise BadTokenError("the token has been revoked")
        api_token, _ = active
        if api_token.used is None or api_token.used < utc_now() - LAST_USED_PRECISION:
            api_token.used = utc_now()
            work.add(api_token)
    return _program_principal(*active)


def get_principal(id_: str) -> Principal | None:
    """Return the principal for the token with this id; None if the token is not valid any more."""
    with transaction() as work:
        active = _find_active(work, id_)
    return _program_principal(*active) if active else None


def list_active_tokens(user_id: int) -> list[ApiToken]:
    """Return a user's tokens that are neither revoked nor expired, newest first."""
    query = select(ApiToken).where(
        ApiToken.user_id == user_id, col(ApiToken.revoked).is_(None), col(ApiToken.expires) > utc_now()
    )
    with transaction() as work:
        return list(work.exec(query.order_by(col(ApiToken.created).desc())))


def revoke_token(id_: str) -> None:
    """Revoke a token. If it is revoked already, do nothing."""
    with transaction() as work:
        api_token = work.get(ApiToken, id_)
        if api_token is not None and api_token.revoked is None:
            api_token.revoked = utc_now()
            work.add(api_token)


def _find_active(work: Session, id_: str) -> tuple[ApiToken, User] | None:
    conditions = (
        col(ApiToken.revoked).is_(None),
        col(ApiToken.expires) > utc_now(),
        col(User.disabled).is_(False),
    )
    return work.exec(select(ApiToken, User).join(User).where(ApiToken.id == id_, *conditions)).one_or_none()


def _program_principal(api_token: ApiToken, owner: User) -> Principal:
    scopes = frozenset(Permission(scope) for scope in api_token.scopes)
    return replace(principal_from_user(owner), key=api_token.id, kind=PrincipalKind.PROGRAM, scopes=scopes)
