"""The first start: it creates the first admin, with a password in a file of mode 0600."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import structlog
from sqlmodel import col, select

from accounts import passwords, users
from db.engine import transaction
from db.keys.secret_files import read_or_create
from db.tables import Role, User

log = structlog.get_logger(__name__)
ADMIN_NAME = "admin"


def get_password_file(data: Path) -> Path:
    return data / "admin-password"


def ensure_admin(data: Path) -> str | None:
    """Create the first admin unless there is one.

    Return the name of an admin while none has ever signed in; else None.

    Raises:
        ExposedSecretError: other users can read the file with the password.
    """
    if not _list_admins():
        _create_admin(data)
    admins = _list_admins()
    if any(admin.signed_in for admin in admins):
        return None
    return next((admin.name for admin in admins if not admin.disabled), None)


def _list_admins() -> Sequence[User]:
    with transaction() as work:
        return work.exec(select(User).where(User.role == Role.ADMIN).order_by(col(User.id))).all()


def _create_admin(data: Path) -> None:
    password = read_or_create(get_password_file(data), passwords.generate_password)
    try:
        users.create_user(ADMIN_NAME, password, Role.ADMIN)
    except users.NameTakenError:
        if not _list_admins():  # else another process has just created the admin
            log.warning(
                f"there is no admin, and the user {ADMIN_NAME} has another role: give somebody the role"
                " with 'dataxchange accounts role NAME admin'"
            )
