"""Locks on folders between processes, and a way to flush files to disk.

The lock of a folder is a file beside it. The operating system releases the lock when the process that holds
it dies.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive_lock(folder: Path) -> Iterator[bool]:
    """Lock a folder exclusively, without waiting; yield False if it is locked already, in either way."""
    with _lock_file(folder).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def shared_lock(folder: Path) -> Iterator[None]:
    """Lock a folder together with other readers; wait until nobody holds it exclusively."""
    with _lock_file(folder).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def sync_to_disk(*paths: Path) -> None:
    """Wait until the contents of these files, and the entries of these folders, are on disk."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _lock_file(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.lock")
