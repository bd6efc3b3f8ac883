"""Users: looked up, created and authenticated by password."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from accounts import factors, passwords, sessions
from accounts.factors import Factor
from accounts.principals import Principal, principal_from_user
from db.engine import transaction
from db.keys import column_encryption
from db.name_keys import fold_name, select_named
from db.tables import LinkPurpose, OneTimeLink, Role, User, utc_now

MAX_NAME_LENGTH = 80
MAX_EMAIL_LENGTH = 254
EMAIL_PATTERN = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")


@dataclass(frozen=True)
class SignInUser:
    """A user as loaded once for a whole sign-in, with what they can authenticate with."""

    principal: Principal
    password_hash: str | None
    factors: frozenset[Factor]


class UnknownUserError(LookupError):
    """There is no user with this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no user named {name!r}.")


class BadNameError(ValueError):
    """The user name is invalid."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} isn't a valid name: use 1 to {MAX_NAME_LENGTH} characters, without spaces at the ends."
        )


class NameTakenError(ValueError):
    """There is already a user with this name; names that differ only in case or spaces are the same."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The name {name!r} is already taken.")


class BadEmailError(ValueError):
    """The e-mail address is invalid."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email!r} isn't a valid e-mail address.")


class EmailTakenError(ValueError):
    """Another user has this address."""

    def __init__(self) -> None:
        super().__init__("Another user has this e-mail address.")


def create_user(name: str, password: str | None, role: Role) -> Principal:
    """Create a user. Without a password, they need a link, a passkey or a linked identity to sign in.

    Raises:
        BadNameError: the name is empty, too long, or has unprintable characters.
        NameTakenError: another user has this name.
        WeakPasswordError: the password is too weak.
    """
    password_hash = None if password is None else _hash_checked_password(password, name)
    with transaction() as work:
        return principal_from_user(add_user(work, name, password_hash, role))


def add_user(work: Session, name: str, password_hash: str | None, role: Role) -> User:
    """Create a user within a transaction.

    Raises:
        BadNameError: the name is empty, too long, or has unprintable characters.
        NameTakenError: another user has this name.
    """
    user = User(name="", password_hash=password_hash, role=role)
    set_user_name(work, user, name)
    return user


def set_user_name(work: Session, user: User, name: str) -> None:
    """Name a user, new or not, within a transaction.

    Raises:
        BadNameError: the name is empty, too long, or has unprintable characters.
        NameTakenError: another user has this name.
    """
    if not 1 <= len(name) <= MAX_NAME_LENGTH or not name.isprintable() or name != name.strip():
        raise BadNameError(name)
    taken = select(User.id).where(User.name_key == fold_name(name), col(User.id).is_distinct_from(user.id))
    with work.no_autoflush:
        if work.exec(taken).first() is not None:
            raise NameTakenError(name)
    user.name = name
    work.add(user)
    try:
        work.flush()
    except IntegrityError as error:  # another request has just taken it
        raise NameTakenError(name) from error


def load_signin_user(name: str) -> tuple[str, SignInUser | None]:
    """Return by one statement the name as it is stored, or "", and its user unless they are disabled."""
    query = select_named(select(User, factors.has_passkey()), User, name)
    with transaction() as work:
        row = work.exec(query).first()
    if row is None or row[0].disabled:
        return row[0].name if row else "", None
    user, has_passkey = row
    held = factors.to_factors(has_totp=user.totp is not None, has_passkey=has_passkey)
    return user.name, SignInUser(principal_from_user(user), user.password_hash, held)


def verify_user_password(user: SignInUser | None, password: str) -> bool:
    """Return whether this is the user's password. Without a user or a password it takes as long."""
    known = user.password_hash if user else None
    if not passwords.verify_password(password, known) or user is None or known is None:
        return False
    if passwords.needs_rehash(known):
        _update_user(user.principal.name, password_hash=passwords.hash_password(password))
    return True


def authenticate_user(name: str, password: str) -> Principal | None:
    """Return who this name and password belong to. An unknown name takes as long as a wrong password."""
    _, user = load_signin_user(name)
    return user.principal if verify_user_password(user, password) and user else None


def find_by_name(name: str) -> Principal | None:
    """Return the user with this name, unless they are disabled."""
    with transaction() as work:
        user = _query_by_name(work, name)
    return principal_from_user(user) if user and not user.disabled else None


def find_existing_name(name: str) -> str:
    """Return the name of the user whom this one means, disabled or not, as it is stored, else ""."""
    with transaction() as work:
        user = _query_by_name(work, name)
    return user.name if user else ""


def require_principal(name: str) -> Principal:
    """Return the user with this name, disabled or not.

    Raises:
        UnknownUserError: no user has this name.
    """
    with transaction() as work:
        return principal_from_user(get_by_name(work, name))


def find_by_id(id_: int) -> Principal | None:
    """Return the user with this id, unless they are deleted or disabled."""
    with transaction() as work:
        user = work.get(User, id_)
    return principal_from_user(user) if user and not user.disabled else None


def find_by_email(email: str) -> Principal | None:
    """Return the user with this e-mail address, unless they are disabled."""
    query = select(User).where(User.email_digest == _email_digest(email), col(User.disabled).is_(False))
    with transaction() as work:
        user = work.exec(query).one_or_none()
    return principal_from_user(user) if user else None


def get_email(user_id: int) -> str | None:
    with transaction() as work:
        return work.get_one(User, user_id).email


def has_password(user_id: int) -> bool:
    with transaction() as work:
        return work.get_one(User, user_id).password_hash is not None


def set_email(name: str, email: str | None) -> None:
    """Set the e-mail address of a user; None removes it.

    Raises:
        UnknownUserError: no user has this name.
        BadEmailError: the address is invalid.
        EmailTakenError: another user has it.
    """
    with transaction() as work:
        set_user_email(work, get_by_name(work, name), email)


def set_user_email(work: Session, user: User, email: str | None) -> None:
    """Set the e-mail address of a user within a transaction; None removes it.

    Links to choose a password may lie in the mailbox of another address: they become invalid.

    Raises:
        BadEmailError: the address is invalid.
        EmailTakenError: another user has it.
    """
    if email is not None and (len(email) > MAX_EMAIL_LENGTH or not EMAIL_PATTERN.fullmatch(email)):
        raise BadEmailError(email)
    digest = None if email is None else _email_digest(email)
    taken = select(User.id).where(User.email_digest == digest, User.id != user.id)
    if digest and work.exec(taken).first() is not None:
        raise EmailTakenError
    if digest != user.email_digest:
        _invalidate_password_links(work, user.id or 0)
    user.email, user.email_digest = email, digest
    work.add(user)
    try:
        work.flush()
    except IntegrityError as error:  # another request has just taken it
        raise EmailTakenError from error


def set_password(name: str, password: str, except_session_id: str | None = None) -> None:
    """Change a password, end the user's sessions except one, and invalidate their password reset links.

    Raises:
        UnknownUserError: no user has this name.
        WeakPasswordError: the password is too weak.
    """
    changed = _update_user(name, password_hash=_hash_checked_password(password, name))
    sessions.end_user_sessions(changed.id, except_session_id)
    with transaction() as work:
        _invalidate_password_links(work, changed.id)


def get_by_name(work: Session, name: str) -> User:
    """Return the user with this name.

    Raises:
        UnknownUserError: no user has this name.
    """
    user = _query_by_name(work, name)
    if user is None:
        raise UnknownUserError(name)
    return user


def _invalidate_password_links(work: Session, user_id: int) -> None:
    for_passwords = col(OneTimeLink.purpose).in_([LinkPurpose.INVITATION, LinkPurpose.RESET])
    unused = (col(OneTimeLink.user_id) == user_id, col(OneTimeLink.used).is_(None), for_passwords)
    work.execute(sa.update(OneTimeLink).where(*unused).values(used=utc_now()))


def _hash_checked_password(password: str, name: str) -> str:
    passwords.check_strength(password, name)
    return passwords.hash_password(password)


def _email_digest(email: str) -> str:
    return column_encryption.keyed_digest(
        unicodedata.normalize("NFKC", email.strip()).casefold(), "users.email"
    )


def _query_by_name(work: Session, name: str) -> User | None:
    return work.exec(select_named(select(User), User, name)).first()


def _update_user(name: str, **values: object) -> Principal:
    with transaction() as work:
        user = get_by_name(work, name)
        user.sqlmodel_update(values)
        work.add(user)
        return principal_from_user(user)
