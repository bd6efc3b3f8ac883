"""The protection of the last admin: one can always sign in, even if several admins change users at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.engine import exclusive_transaction
from db.tables import Identity, Passkey, Role, User


class LastAdminError(ValueError):
    """The change would leave no admin who can sign in."""

    def __init__(self) -> None:
        super().__init__("This is the last admin who can sign in. Make another user an admin first.")


@contextmanager
def require_remaining_admin() -> Iterator[Session]:
    """Open a transaction, one at a time, that is rolled back if it would leave no admin who can sign in.

    Raises:
        LastAdminError: it would leave none.
    """
    with exclusive_transaction("admins") as work:
        before = _admin_exists(work)
        yield work
        work.flush()
        if before and not _admin_exists(work):
            raise LastAdminError


def has_signin_method() -> sa.ColumnElement[bool]:
    """Return the condition that a user has a password, a passkey or a linked identity."""
    passkey = select(Passkey.id).where(Passkey.user_id == User.id).exists()
    identity = select(Identity.id).where(Identity.user_id == User.id).exists()
    return sa.or_(col(User.password_hash).is_not(None), passkey, identity)


def _admin_exists(work: Session) -> bool:
    conditions = (col(User.role) == Role.ADMIN, col(User.disabled).is_(False), has_signin_method())
    return work.exec(select(User.id).where(*conditions).limit(1)).first() is not None
