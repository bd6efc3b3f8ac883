"""What a first start makes up: the signing key and the admin's password, each in a file of mode 0600."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlmodel import select

from accounts import passwords, users
from db.engine import session
from db.tables import Role, User

ADMIN = "admin"


class ExposedSecretError(PermissionError):
    """Others on this machine can read a secret."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} is readable by others. Make it private: chmod 600 {file}")


def signing_key(data: Path) -> str:
    """The key that signs sessions and forms; made at the first start.

    Raises:
        ExposedSecretError: others can read the file.
    """
    return _keep(data / "secret-key", lambda: secrets.token_hex(32))


def password_file(data: Path) -> Path:
    return data / "admin-password"


def ensure_admin(data: Path) -> bool:
    """Create the first admin unless there is one; returns whether the admin has never signed in yet.

    Raises:
        ExposedSecretError: others can read the file with the password.
    """
    with session() as work:
        admins = work.exec(select(User).where(User.role == Role.ADMIN)).all()
    if admins:
        return all(admin.signed_in is None for admin in admins)
    users.create(ADMIN, _keep(password_file(data), passwords.generate), Role.ADMIN)
    return True


def _keep(file: Path, make: Callable[[], str]) -> str:
    """The file's content, made up first if there is no such file; whole even if we are killed meanwhile."""
    if not file.exists():
        _write(file, make())
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise ExposedSecretError(file)
    return file.read_text().strip()


def _write(file: Path, secret: str) -> None:
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(secret + "\n")
        out.flush()
        os.fsync(out.fileno())
    with suppress(FileExistsError):  # another process was first: its secret counts
        file.hardlink_to(draft)
    draft.unlink()
