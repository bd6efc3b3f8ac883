"""The first start: it creates the first admin, with a password in a file of mode 0600."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel import select

from accounts import passwords, users
from db.engine import transaction
from db.keys import key_ring
from db.keys.secret_files import read_or_create
from db.tables import KeyPurpose, Role, User

ADMIN_NAME = "admin"


def derive_form_key() -> str:
    """Return the key that signs the form cookie, derived from the key ring so that all processes share it."""
    key = key_ring.get_current_key(KeyPurpose.SIGN)
    return HKDF(SHA256(), 32, None, b"dataxchange forms").derive(key.secret).hex()


def get_password_file(data: Path) -> Path:
    return data / "admin-password"


def ensure_admin(data: Path) -> bool:
    """Create the first admin unless there is one; return whether they keep their name and never signed in.

    Raises:
        ExposedSecretError: other users can read the file with the password.
    """
    with transaction() as work:
        admins = work.exec(select(User).where(User.role == Role.ADMIN)).all()
    if admins:
        is_unused = all(admin.signed_in is None for admin in admins)
        return is_unused and any(admin.name == ADMIN_NAME for admin in admins)
    users.create_user(
        ADMIN_NAME, read_or_create(get_password_file(data), passwords.generate_password), Role.ADMIN
    )
    return True
