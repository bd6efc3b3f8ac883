"""The identities of users at an OpenID provider, which only its issuer and their subject there identify.

Names and e-mail addresses do not: whoever can choose theirs at a provider could take over an account.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts import audit, users
from accounts.audit import AuditAction
from accounts.principals import Principal, principal_from_user
from config import get_settings
from db.engine import transaction
from db.tables import Identity, Role, User
from errors import NotFoundError

MAX_SUBJECT_LENGTH = 255


class NoAccountForIdentityError(LookupError):
    """No user has this identity, and none is created for it; the message says what to do."""


class LinkedElsewhereError(ValueError):
    """The identity is linked to another user."""

    def __init__(self) -> None:
        super().__init__("This external sign-in is already linked to another account.")


class UnknownIdentityError(NotFoundError):
    """The user has no such identity."""

    def __init__(self) -> None:
        super().__init__("This external sign-in doesn't exist.")


def get_or_create_principal(issuer: str, subject: str, claims: dict[str, Any]) -> Principal:
    """Return the user with this identity; create one if the setting ``oidc_role`` allows it.

    Raises:
        NoAccountForIdentityError: there is no such user, or they are disabled.
    """
    with transaction() as work:
        user = _find_user(work, issuer, subject) or _create_user(work, issuer, subject, claims)
        if user.disabled:
            raise NoAccountForIdentityError("This account is disabled. Ask an admin to enable it.")
        return principal_from_user(user)


def link_identity(me: Principal, issuer: str, subject: str) -> None:
    """Link this identity to ``me``, who can sign in with it from now on.

    Raises:
        LinkedElsewhereError: it is linked to another user.
    """
    with transaction() as work:
        known = _find_user(work, issuer, subject)
        if known is not None and known.id != me.id:
            raise LinkedElsewhereError
        if known is None:
            work.add(Identity(user_id=me.id, issuer=issuer, subject=_check_subject(subject)))
            audit.record_event(
                AuditAction.IDENTITY_LINKED, actor=me, resource=("user", me.name), work=work, issuer=issuer
            )


def list_identities(user_id: int) -> list[Identity]:
    """Return a user's identities, oldest first."""
    query = select(Identity).where(Identity.user_id == user_id).order_by(col(Identity.id))
    with transaction() as work:
        return list(work.exec(query))


def delete_identity(work: Session, user_id: int, id_: int) -> str:
    """Unlink an identity from a user and return its issuer.

    The caller (accounts.credentials) checks that they keep another sign-in method.

    Raises:
        UnknownIdentityError: they have no such identity.
    """
    own = (col(Identity.id) == id_, col(Identity.user_id) == user_id)
    gone = work.execute(sa.delete(Identity).where(*own).returning(col(Identity.issuer)))
    issuer: str | None = gone.scalar_one_or_none()
    if issuer is None:
        raise UnknownIdentityError
    return issuer


def _find_user(work: Session, issuer: str, subject: str) -> User | None:
    same = (Identity.issuer == issuer, Identity.subject == subject)
    return work.exec(select(User).join(Identity).where(*same)).one_or_none()


def _create_user(work: Session, issuer: str, subject: str, claims: dict[str, Any]) -> User:
    role = get_settings().oidc_role
    if role == "none":
        raise NoAccountForIdentityError(
            "No account here belongs to this sign-in. Sign in another way and link it on your account page, "
            "or ask an admin for an account."
        )
    given = (claims.get(claim) for claim in ("preferred_username", "email", "name"))
    called = next((each for each in given if isinstance(each, str) and each), subject)
    try:
        user = users.add_user(work, called, None, Role(role))
    except users.NameTakenError as error:
        raise NoAccountForIdentityError(
            f"Somebody here is called {called} already. If that is you, sign in another way and link this "
            "sign-in on your account page."
        ) from error
    except users.BadNameError as error:
        raise NoAccountForIdentityError(str(error)) from error
    work.add(Identity(user_id=principal_from_user(user).id, issuer=issuer, subject=_check_subject(subject)))
    audit.record_event(
        AuditAction.USER_CREATED, resource=("user", called), work=work, role=role, issuer=issuer
    )
    return user


def _check_subject(subject: str) -> str:
    if not 1 <= len(subject) <= MAX_SUBJECT_LENGTH or not subject.isprintable():
        raise NoAccountForIdentityError("The provider sent a user name that can't be used.")
    return subject
