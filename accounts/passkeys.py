"""The passkeys (WebAuthn credentials) that people have registered."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts.principals import Principal
from db.engine import transaction
from db.tables import Passkey, User, utc_now
from errors import InvalidError, NotFoundError

MAX_NAME_LENGTH = 80


class UnknownPasskeyError(NotFoundError):
    """There is no such passkey, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("This passkey is unknown or has been removed.")


class BadPasskeyNameError(InvalidError):
    """Nobody could tell the passkey by this name."""

    where = "name"

    def __init__(self) -> None:
        super().__init__(f"Enter a name of 1 to {MAX_NAME_LENGTH} characters for the passkey.")


class PasskeyVerificationError(ValueError):
    """The answer of a browser does not prove what it should; ``owner`` is whose passkey it says it is."""

    def __init__(self, owner: Principal | None = None) -> None:
        super().__init__("This passkey could not be verified.")
        self.owner = owner


class HostNameRequiredError(ValueError):
    """Passkeys are bound to the name of a host; this one is reached by an address."""

    def __init__(self) -> None:
        super().__init__(
            "Passkeys need a host name. On this machine, use localhost instead of its IP address."
        )


def list_passkeys(user_id: int) -> list[Passkey]:
    """A user's passkeys, oldest first."""
    query = select(Passkey).where(Passkey.user_id == user_id).order_by(col(Passkey.id))
    with transaction() as work:
        return list(work.exec(query))


def get_passkey_with_owner(credential_id: str) -> tuple[Passkey, User]:
    """The passkey with this id (base64url), and whose it is.

    Raises:
        UnknownPasskeyError: there is none, or its owner is disabled.
    """
    good = (Passkey.credential_id == credential_id, col(User.disabled).is_(False))
    with transaction() as work:
        found = work.exec(select(Passkey, User).join(User).where(*good)).one_or_none()
    if found is None:
        raise UnknownPasskeyError
    return found


def add_passkey(passkey: Passkey) -> Passkey:
    """Keep a new passkey.

    Raises:
        BadPasskeyNameError: its name is empty or too long.
    """
    passkey.name = check_name(passkey.name)
    with transaction() as work:
        work.add(passkey)
    return passkey


def rename_passkey(user_id: int, id_: int, name: str) -> None:
    """Give a user's passkey another name.

    Raises:
        UnknownPasskeyError: they have no such passkey.
        BadPasskeyNameError: the name is empty or too long.
    """
    own = (col(Passkey.id) == id_, col(Passkey.user_id) == user_id)
    _expect_one(sa.update(Passkey).where(*own).values(name=check_name(name)).returning(col(Passkey.id)))


def delete_passkey(work: Session, user_id: int, id_: int) -> str:
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


def record_use(passkey: Passkey, sign_count: int) -> None:
    """Remember the use of a passkey and what its counter stands at.

    Raises:
        UnknownPasskeyError: it was removed or used elsewhere meanwhile.
    """
    same = (col(Passkey.id) == passkey.id, col(Passkey.sign_count) == passkey.sign_count)
    change = sa.update(Passkey).where(*same).values(sign_count=sign_count, used=utc_now())
    _expect_one(change.returning(col(Passkey.id)))


def check_name(name: str) -> str:
    """The name without blanks around it.

    Raises:
        BadPasskeyNameError: it is empty, too long, or has letters that don't print.
    """
    plain = name.strip()
    if not 1 <= len(plain) <= MAX_NAME_LENGTH or not plain.isprintable():
        raise BadPasskeyNameError
    return plain


def _expect_one(change: sa.UpdateBase) -> None:
    with transaction() as work:
        if work.execute(change).one_or_none() is None:
            raise UnknownPasskeyError
