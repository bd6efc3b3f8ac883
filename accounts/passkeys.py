"""The passkeys (WebAuthn credentials) that users have registered."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts.principals import Principal
from db.engine import transaction
from db.tables import Passkey, User, utc_now
from errors import InvalidError, NotFoundError

MAX_NAME_LENGTH = 80


class UnknownPasskeyError(NotFoundError):
    """There is no such passkey, or it belongs to another user."""

    def __init__(self) -> None:
        super().__init__("This passkey is unknown or has been removed.")


class BadPasskeyNameError(InvalidError):
    """The name of the passkey is invalid."""

    where = "name"

    def __init__(self) -> None:
        super().__init__(f"Enter a name of 1 to {MAX_NAME_LENGTH} characters for the passkey.")


class PasskeyVerificationError(ValueError):
    """The response of a browser failed verification; ``owner`` is the owner of the passkey that it names."""

    def __init__(self, owner: Principal | None = None) -> None:
        super().__init__("This passkey could not be verified.")
        self.owner = owner


class HostNameRequiredError(ValueError):
    """Passkeys need a host name, but this service was reached by an IP address."""

    def __init__(self) -> None:
        super().__init__(
            "Passkeys need a host name. On this machine, use localhost instead of its IP address."
        )


def list_passkeys(user_id: int) -> list[Passkey]:
    """Return a user's passkeys, oldest first."""
    query = select(Passkey).where(Passkey.user_id == user_id).order_by(col(Passkey.id))
    with transaction() as work:
        return list(work.exec(query))


def get_passkey_with_owner(credential_id: str) -> tuple[Passkey, User]:
    """Return the passkey with this id (base64url), and its owner.

    Raises:
        UnknownPasskeyError: there is none, or its owner is disabled.
    """
    conditions = (Passkey.credential_id == credential_id, col(User.disabled).is_(False))
    with transaction() as work:
        row = work.exec(select(Passkey, User).join(User).where(*conditions)).one_or_none()
    if row is None:
        raise UnknownPasskeyError
    return row


def add_passkey(passkey: Passkey) -> Passkey:
    """Store a new passkey.

    Raises:
        BadPasskeyNameError: its name is empty or too long.
    """
    passkey.name = check_name(passkey.name)
    with transaction() as work:
        work.add(passkey)
    return passkey


def rename_passkey(user_id: int, id_: int, name: str) -> None:
    """Rename a passkey of a user.

    Raises:
        UnknownPasskeyError: they have no such passkey.
        BadPasskeyNameError: the name is empty or too long.
    """
    conditions = (col(Passkey.id) == id_, col(Passkey.user_id) == user_id)
    _expect_one(
        sa.update(Passkey).where(*conditions).values(name=check_name(name)).returning(col(Passkey.id))
    )


def delete_passkey(work: Session, user_id: int, id_: int) -> str:
    """Delete a passkey of a user and return its name.

    The caller (accounts.credentials) checks that they keep another sign-in method.

    Raises:
        UnknownPasskeyError: they have no such passkey.
    """
    conditions = (col(Passkey.id) == id_, col(Passkey.user_id) == user_id)
    gone = work.execute(sa.delete(Passkey).where(*conditions).returning(col(Passkey.name)))
    name: str | None = gone.scalar_one_or_none()
    if name is None:
        raise UnknownPasskeyError
    return name


def record_use(passkey: Passkey, sign_count: int) -> None:
    """Record the use of a passkey and its signature counter.

    Raises:
        UnknownPasskeyError: it was deleted or used by another request meanwhile.
    """
    same = (col(Passkey.id) == passkey.id, col(Passkey.sign_count) == passkey.sign_count)
    change = sa.update(Passkey).where(*same).values(sign_count=sign_count, used=utc_now())
    _expect_one(change.returning(col(Passkey.id)))


def check_name(name: str) -> str:
    """Return the name without surrounding blanks.

    Raises:
        BadPasskeyNameError: it is empty, too long, or has unprintable characters.
    """
    plain = name.strip()
    if not 1 <= len(plain) <= MAX_NAME_LENGTH or not plain.isprintable():
        raise BadPasskeyNameError
    return plain


def _expect_one(change: sa.UpdateBase) -> None:
    with transaction() as work:
        if work.execute(change).one_or_none() is None:
            raise UnknownPasskeyError
