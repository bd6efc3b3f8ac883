"""Writing a version so that a kill at any moment leaves the old state or the new one.

The catalogue's row is the switch: a folder without one does not exist for anybody. A writer holds a lock
beside its folder, which the system lets go of when the process dies; what is neither in the catalogue nor
locked is left over.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import select

from config import settings
from datasets.storage.locks import durable, locked
from db.engine import session
from db.tables import Dataset, DatasetVersion


class BusyError(RuntimeError):
    """Another process is writing this very version, or has just done so."""


def folder_of(slug: str, key: str) -> Path:
    return settings().data / "datasets" / slug / key


@contextmanager
def writing(slug: str, key: str) -> Iterator[Path]:
    """An empty folder to write a version into; it is removed unless the catalogue has it when the block ends.

    Raises:
        BusyError: another process is writing this version, or has done so.
    """
    remove_leftovers(slug)
    with fresh(folder_of(slug, key)) as folder:
        if _is_catalogued(slug, key):
            raise BusyError(f"version {key} of {slug} is there already")
        yield folder


@contextmanager
def fresh(folder: Path) -> Iterator[Path]:
    """This folder, new and empty and ours alone; it is removed unless the catalogue has it in the end.

    Raises:
        BusyError: it is there already, or another process is writing it.
    """
    with locked(folder) as held:
        if not held or folder.exists():
            raise BusyError(f"{folder} is there already, or being written by another process")
        folder.mkdir()
        try:
            yield folder
        finally:
            if not _is_in_use(folder):
                shutil.rmtree(folder)


def remove_leftovers(slug: str) -> None:
    """Remove what killed writers and rotations left of a dataset, and nobody reads any longer."""
    parent = folder_of(slug, "any").parent
    parent.mkdir(parents=True, exist_ok=True)
    for folder in filter(Path.is_dir, list(parent.iterdir())):
        with locked(folder) as held:
            if held and not _is_in_use(folder):
                shutil.rmtree(folder)


def make_durable(folder: Path) -> None:
    """Wait until the disk has every file, and the folder's list of them."""
    durable(*folder.iterdir(), folder, folder.parent)


def _is_catalogued(slug: str, key: str) -> bool:
    query = select(DatasetVersion.id).join(Dataset).where(Dataset.slug == slug, DatasetVersion.key == key)
    with session() as work:
        return work.exec(query).first() is not None


def _is_in_use(folder: Path) -> bool:
    place = str(folder.relative_to(settings().data))
    with session() as work:
        return work.exec(select(DatasetVersion.id).where(DatasetVersion.folder == place)).first() is not None
