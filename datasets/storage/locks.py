"""Locks beside folders, which the system lets go of when their process dies, and files that outlive it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Hold a folder alone; False if somebody else holds it, or reads from it."""
    with _lock_file(folder).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def shared(folder: Path) -> Iterator[None]:
    """Hold a folder with others who read from it, when whoever holds it alone has done."""
    with _lock_file(folder).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def durable(*paths: Path) -> None:
    """Wait until the disk has these files, and these folders' lists of theirs."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _lock_file(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.lock")
