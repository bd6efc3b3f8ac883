"""Secrets in files of mode 0600, which are written atomically."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


class ExposedSecretError(PermissionError):
    """Other users of this machine can read the file of a secret."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} is readable by others. Make it private: chmod 600 {file}")


def read_or_create(file: Path, make: Callable[[], str]) -> str:
    """Return the content of a file. If it does not exist, create it atomically with what ``make`` returns.

    Raises:
        ExposedSecretError: other users can read the file.
    """
    if not file.exists():
        draft = _write_draft(file, make())
        with suppress(FileExistsError):  # another process was first: use its secret
            file.hardlink_to(draft)
        draft.unlink()
    return read_secret(file)


def read_secret(file: Path) -> str:
    """Return the content of a file.

    Raises:
        FileNotFoundError: there is no such file.
        ExposedSecretError: other users can read it.
    """
    require_private(file)
    return file.read_text().strip()


def require_private(file: Path) -> None:
    """Check that only the owner can read a file.

    Raises:
        ExposedSecretError: other users can read it.
    """
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise ExposedSecretError(file)


def write_secret(file: Path, secret: str) -> None:
    """Replace the secret in the file atomically: a kill at any moment leaves the old one or the new one."""
    _write_draft(file, secret).replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write_draft(file: Path, secret: str) -> Path:
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(secret + "\n")
        out.flush()
        os.fsync(out.fileno())
    return draft
