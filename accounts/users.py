"""People: found, created, recognised by password."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts import passwords, sessions
from accounts.principals import Principal, principal
from db.engine import session
from db.keys import column_encryption
from db.tables import OneTimeLink, Purpose, Role, User, now

LONGEST_NAME = 80
LONGEST_EMAIL = 254
EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")


class UnknownUserError(LookupError):
    """There is no user of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no user named {name!r}.")


class BadNameError(ValueError):
    """Nobody could sign in by this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no name: use 1 to {LONGEST_NAME} letters, no blanks around them.")


class NameTakenError(ValueError):
    """There is a user of this name already."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a user named {name!r} already.")


class BadEmailError(ValueError):
    """No mail could be sent there."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email!r} is no e-mail address.")


class EmailTakenError(ValueError):
    """Another user has this address."""

    def __init__(self) -> None:
        super().__init__("Another user has this e-mail address.")


def create(name: str, password: str | None, role: Role) -> Principal:
    """Add a user; without a password they need a link, a passkey or another service to sign in.

    Raises:
        BadNameError: the name is empty, too long, or has letters that don't print.
        NameTakenError: somebody has this name.
        WeakPasswordError: the password is guessed too soon.
    """
    password_hash = None if password is None else _chosen(password, name)
    with session() as work:
        return principal(add(work, name, password_hash, role))


def add(work: Session, name: str, password_hash: str | None, role: Role) -> User:
    """Add a user within a transaction.

    Raises:
        BadNameError: the name is empty, too long, or has letters that don't print.
        NameTakenError: somebody has this name.
    """
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise BadNameError(name)
    if _named(work, name):
        raise NameTakenError(name)
    user = User(name=name, password_hash=password_hash, role=role)
    work.add(user)
    work.flush()
    return user


def of_password(name: str, password: str) -> Principal | None:
    """Who this name and password belong to. An unknown name takes as long as a wrong password."""
    with session() as work:
        user = _named(work, name)
    known = user.password_hash if user and not user.disabled else None
    if not passwords.matches(password, known) or user is None or known is None:
        return None
    if passwords.outdated(known):
        _change(name, password_hash=passwords.hashed(password))
    return principal(user)


def of_name(name: str) -> Principal | None:
    """The user of this name, unless they are disabled."""
    with session() as work:
        user = _named(work, name)
    return principal(user) if user and not user.disabled else None


def spelled(name: str) -> str:
    """This name if somebody has it, disabled or not; else nothing."""
    with session() as work:
        return name if _named(work, name) else ""


def require(name: str) -> Principal:
    """The user of this name, disabled or not.

    Raises:
        UnknownUserError: nobody has this name.
    """
    with session() as work:
        return principal(named(work, name))


def of_id(id_: int) -> Principal | None:
    """The user of this id, unless they are gone or disabled."""
    with session() as work:
        user = work.get(User, id_)
    return principal(user) if user and not user.disabled else None


def of_email(email: str) -> Principal | None:
    """The user of this e-mail address, unless they are disabled."""
    query = select(User).where(User.email_digest == _digest(email), col(User.disabled).is_(False))
    with session() as work:
        user = work.exec(query).one_or_none()
    return principal(user) if user else None


def email_of(user_id: int) -> str | None:
    with session() as work:
        return work.get_one(User, user_id).email


def has_password(user_id: int) -> bool:
    with session() as work:
        return work.get_one(User, user_id).password_hash is not None


def set_email(name: str, email: str | None) -> None:
    """Keep where mail for this user goes; None: nowhere.

    Raises:
        UnknownUserError: nobody has this name.
        BadEmailError: this is no address.
        EmailTakenError: another user has it.
    """
    if email is not None and (len(email) > LONGEST_EMAIL or not EMAIL.fullmatch(email)):
        raise BadEmailError(email)
    digest = None if email is None else _digest(email)
    with session() as work:
        taken = select(User).where(User.email_digest == digest, User.name != name)
        if digest and work.exec(taken).first():
            raise EmailTakenError
    _change(name, email=email, email_digest=digest)


def set_password(name: str, password: str, but: str | None = None) -> None:
    """Change a password, which ends every session of that user but for one, and links to set another.

    Raises:
        UnknownUserError: nobody has this name.
        WeakPasswordError: the password is guessed too soon.
    """
    changed = _change(name, password_hash=_chosen(password, name))
    sessions.end_all(changed.id, but)
    for_passwords = col(OneTimeLink.purpose).in_([Purpose.INVITATION, Purpose.RESET])
    unused = (col(OneTimeLink.user_id) == changed.id, col(OneTimeLink.used).is_(None), for_passwords)
    with session() as work:
        work.execute(sa.update(OneTimeLink).where(*unused).values(used=now()))


def named(work: Session, name: str) -> User:
    """The user of this name.

    Raises:
        UnknownUserError: nobody has this name.
    """
    user = _named(work, name)
    if user is None:
        raise UnknownUserError(name)
    return user


def _chosen(password: str, name: str) -> str:
    passwords.check(password, name)
    return passwords.hashed(password)


def _digest(email: str) -> str:
    return column_encryption.digest(unicodedata.normalize("NFKC", email.strip()).casefold(), "users.email")


def _named(work: Session, name: str) -> User | None:
    if "\0" in name:  # PostgreSQL takes no such text
        return None
    return work.exec(select(User).where(User.name == name)).one_or_none()


def _change(name: str, **values: object) -> Principal:
    with session() as work:
        user = named(work, name)
        user.sqlmodel_update(values)
        work.add(user)
        return principal(user)
