"""The passkeys (WebAuthn credentials) that people have registered."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts.principals import Principal
from db.engine import session
from db.tables import Passkey, User, now

LONGEST_NAME = 80


class UnknownPasskeyError(LookupError):
    """There is no such passkey, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("This passkey is not known here, or not any more.")


class BadPasskeyNameError(ValueError):
    """Nobody could tell the passkey by this name."""

    def __init__(self) -> None:
        super().__init__(f"Give the passkey a name of 1 to {LONGEST_NAME} letters.")


class RefusedError(ValueError):
    """The answer of a browser does not prove what it should; ``owner`` is whose passkey it says it is."""

    def __init__(self, owner: Principal | None = None) -> None:
        super().__init__("This passkey could not be verified.")
        self.owner = owner


class NoNameError(ValueError):
    """Passkeys are bound to the name of a host; this one is reached by an address."""

    def __init__(self) -> None:
        super().__init__("Passkeys need a host name: on this machine, localhost instead of its IP address.")


def of(user_id: int) -> list[Passkey]:
    """A user's passkeys, oldest first."""
    query = select(Passkey).where(Passkey.user_id == user_id).order_by(col(Passkey.id))
    with session() as work:
        return list(work.exec(query))


def owned(credential_id: str) -> tuple[Passkey, User]:
    """The passkey with this id (base64url), and whose it is.

    Raises:
        UnknownPasskeyError: there is none, or its owner is disabled.
    """
    good = (Passkey.credential_id == credential_id, col(User.disabled).is_(False))
    with session() as work:
        found = work.exec(select(Passkey, User).join(User).where(*good)).one_or_none()
    if found is None:
        raise UnknownPasskeyError
    return found


def add(passkey: Passkey) -> Passkey:
    """Keep a new passkey.

    Raises:
        BadPasskeyNameError: its name is empty or too long.
    """
    passkey.name = checked(passkey.name)
    with session() as work:
        work.add(passkey)
    return passkey


def rename(user_id: int, id_: int, name: str) -> None:
    """Give a user's passkey another name.

    Raises:
        UnknownPasskeyError: they have no such passkey.
        BadPasskeyNameError: the name is empty or too long.
    """
    own = (col(Passkey.id) == id_, col(Passkey.user_id) == user_id)
    _expect_one(sa.update(Passkey).where(*own).values(name=checked(name)).returning(col(Passkey.id)))


def remove(work: Session, user_id: int, id_: int) -> str:
    """Refuse a user's passkey from now on; returns its name.

    accounts.credentials asks what else they have.

    Raises:
        UnknownPasskeyError: they have no such passkey.
    """
    own = (col(Passkey.id) == id_, col(Passkey.user_id) == user_id)
    gone = work.execute(sa.delete(Passkey).where(*own).returning(col(Passkey.name)))
    name: str | None = gone.scalar_one_or_none()
    if name is None:
        raise UnknownPasskeyError
    return name


def used(passkey: Passkey, sign_count: int) -> None:
    """Remember the use of a passkey and what its counter stands at.

    Raises:
        UnknownPasskeyError: it was removed or used elsewhere meanwhile.
    """
    same = (col(Passkey.id) == passkey.id, col(Passkey.sign_count) == passkey.sign_count)
    change = sa.update(Passkey).where(*same).values(sign_count=sign_count, used=now())
    _expect_one(change.returning(col(Passkey.id)))


def checked(name: str) -> str:
    """The name without blanks around it.

    Raises:
        BadPasskeyNameError: it is empty, too long, or has letters that don't print.
    """
    plain = name.strip()
    if not 1 <= len(plain) <= LONGEST_NAME or not plain.isprintable():
        raise BadPasskeyNameError
    return plain


def _expect_one(change: sa.UpdateBase) -> None:
    with session() as work:
        if work.execute(change).one_or_none() is None:
            raise UnknownPasskeyError
