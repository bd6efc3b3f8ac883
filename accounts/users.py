"""People: found, created, recognised by password."""

from __future__ import annotations

from sqlmodel import Session, select

from accounts import passwords, sessions
from accounts.principals import Principal, principal
from db.engine import session
from db.tables import Role, User

LONGEST_NAME = 80


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


def create(name: str, password: str, role: Role) -> Principal:
    """Add a user.

    Raises:
        BadNameError: the name is empty, too long, or has letters that don't print.
        NameTakenError: somebody has this name.
    """
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise BadNameError(name)
    with session() as work:
        if _named(work, name):
            raise NameTakenError(name)
        user = User(name=name, password_hash=passwords.hashed(password), role=role)
        work.add(user)
        work.flush()
        return principal(user)


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


def set_password(name: str, password: str) -> None:
    """Change a password, which ends every session of that user.

    Raises:
        UnknownUserError: nobody has this name.
    """
    changed = _change(name, password_hash=passwords.hashed(password))
    sessions.end_all(changed.id)


def disable(name: str) -> None:
    """Keep a user out from their next request on.

    Raises:
        UnknownUserError: nobody has this name.
    """
    sessions.end_all(_change(name, disabled=True).id)


def named(work: Session, name: str) -> User:
    """The user of this name.

    Raises:
        UnknownUserError: nobody has this name.
    """
    user = _named(work, name)
    if user is None:
        raise UnknownUserError(name)
    return user


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
