"""Secrets in files of mode 0600, written whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


class ExposedSecretError(PermissionError):
    """Others on this machine can read a secret."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} is readable by others. Make it private: chmod 600 {file}")


def read_or_create(file: Path, make: Callable[[], str]) -> str:
    """The file's content, made up first if there is no such file; whole even if we are killed meanwhile.

    Raises:
        ExposedSecretError: others can read the file.
    """
    if not file.exists():
        draft = _write_draft(file, make())
        with suppress(FileExistsError):  # another process was first: its secret counts
            file.hardlink_to(draft)
        draft.unlink()
    require_private(file)
    return file.read_text().strip()


def require_private(file: Path) -> None:
    """See that nobody but the owner can read a file.

    Raises:
        ExposedSecretError: others can.
    """
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise ExposedSecretError(file)


def write_secret(file: Path, secret: str) -> None:
    """Put another secret into the file; a kill at any moment leaves the old one or the new one."""
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
