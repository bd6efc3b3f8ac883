"""Who people are to an OpenID provider, told by its issuer and their subject there and by nothing else.

Neither a name nor an e-mail address does: who can choose theirs at a provider could take over an account.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts import audit, users
from accounts.audit import Action
from accounts.principals import Principal, principal
from config import settings
from db.engine import session
from db.tables import Identity, Role, User

LONGEST_SUBJECT = 255


class StrangerError(LookupError):
    """Nobody here is this person, and nobody is made; says what to do."""


class LinkedElsewhereError(ValueError):
    """This identity belongs to somebody else here."""

    def __init__(self) -> None:
        super().__init__("This sign-in belongs to another account here.")


class UnknownIdentityError(LookupError):
    """The user has no such identity."""

    def __init__(self) -> None:
        super().__init__("There is no such sign-in.")


def person(issuer: str, subject: str, claims: dict[str, Any]) -> Principal:
    """Who here is this person; a new user where ``oidc_role`` says so.

    Raises:
        StrangerError: nobody, or somebody disabled.
    """
    with session() as work:
        user = _known(work, issuer, subject) or _created(work, issuer, subject, claims)
        if user.disabled:
            raise StrangerError("This account is disabled. An admin can change that.")
        return principal(user)


def link(me: Principal, issuer: str, subject: str) -> None:
    """Let this identity sign me in from now on.

    Raises:
        LinkedElsewhereError: it signs somebody else in.
    """
    with session() as work:
        known = _known(work, issuer, subject)
        if known is not None and known.id != me.id:
            raise LinkedElsewhereError
        if known is None:
            work.add(Identity(user_id=me.id, issuer=issuer, subject=_checked(subject)))
            audit.record(
                Action.IDENTITY_LINKED, actor=me, resource=("user", me.name), work=work, issuer=issuer
            )


def of(user_id: int) -> list[Identity]:
    """A user's identities, oldest first."""
    query = select(Identity).where(Identity.user_id == user_id).order_by(col(Identity.id))
    with session() as work:
        return list(work.exec(query))


def remove(work: Session, user_id: int, id_: int) -> str:
    """Let an identity sign a user in no longer; returns its issuer.

    accounts.credentials asks what else they have.

    Raises:
        UnknownIdentityError: they have no such one.
    """
    own = (col(Identity.id) == id_, col(Identity.user_id) == user_id)
    gone = work.execute(sa.delete(Identity).where(*own).returning(col(Identity.issuer)))
    issuer: str | None = gone.scalar_one_or_none()
    if issuer is None:
        raise UnknownIdentityError
    return issuer


def _known(work: Session, issuer: str, subject: str) -> User | None:
    same = (Identity.issuer == issuer, Identity.subject == subject)
    return work.exec(select(User).join(Identity).where(*same)).one_or_none()


def _created(work: Session, issuer: str, subject: str, claims: dict[str, Any]) -> User:
    role = settings().oidc_role
    if role == "none":
        raise StrangerError(
            "No account here belongs to this sign-in. Sign in another way and link it on your account page, "
            "or ask an admin for an account."
        )
    given = (claims.get(claim) for claim in ("preferred_username", "email", "name"))
    called = next((each for each in given if isinstance(each, str) and each), subject)
    try:
        user = users.add(work, called, None, Role(role))
    except users.NameTakenError as error:
        raise StrangerError(
            f"Somebody here is called {called} already. If that is you, sign in another way and link this "
            "sign-in on your account page."
        ) from error
    except users.BadNameError as error:
        raise StrangerError(str(error)) from error
    work.add(Identity(user_id=principal(user).id, issuer=issuer, subject=_checked(subject)))
    audit.record(Action.USER_CREATED, resource=("user", called), work=work, role=role, issuer=issuer)
    return user


def _checked(subject: str) -> str:
    if not 1 <= len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise StrangerError("The provider names you in a way that can't be kept.")
    return subject
