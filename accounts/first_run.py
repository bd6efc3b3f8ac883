"""What a first start makes up: the keys, and the admin's password in a file of mode 0600."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel import select

from accounts import passwords, users
from db.engine import session
from db.keys import key_ring
from db.keys.secret_files import kept
from db.tables import KeyPurpose, Role, User

ADMIN = "admin"


def form_key() -> str:
    """The key that signs what forms carry: derived from the ring, so that all processes have the same."""
    key = key_ring.current(KeyPurpose.SIGN)
    return HKDF(SHA256(), 32, None, b"dataxchange forms").derive(key.secret).hex()


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
    users.create(ADMIN, kept(password_file(data), passwords.generate), Role.ADMIN)
    return True
