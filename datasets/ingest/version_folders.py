"""The folders of versions, which are written so that a killed process leaves the old state or the new one.

The row in the catalogue is the switch: without one, a folder doesn't exist for anyone. A writer locks its
folder, and the operating system releases the lock when the process dies. A folder that is neither in the
catalogue nor locked is a leftover.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import select

from config import get_settings
from datasets.storage.locks import exclusive_lock, sync_to_disk
from db.engine import transaction
from db.tables import Dataset, DatasetVersion


class VersionBusyError(RuntimeError):
    """Another process is writing this version, or has just written it."""


def get_version_folder(slug: str, key: str) -> Path:
    return get_settings().data / "datasets" / slug / key


@contextmanager
def create_version_folder(slug: str, key: str) -> Iterator[Path]:
    """Yield an empty folder for a new version; it is removed unless the catalogue lists it at the end.

    Raises:
        VersionBusyError: another process is writing this version, or has written it.
    """
    remove_leftover_folders(slug)
    with create_empty_folder(get_version_folder(slug, key)) as folder:
        if _is_catalogued(slug, key):
            raise VersionBusyError(f"version {key} of {slug} exists already")
        yield folder


@contextmanager
def create_empty_folder(folder: Path) -> Iterator[Path]:
    """Create a folder, locked while the block runs; it is removed unless the catalogue lists it at the end.

    Raises:
        VersionBusyError: it exists already, or another process is writing it.
    """
    with exclusive_lock(folder) as held:
        if not held or folder.exists():
            raise VersionBusyError(f"{folder} exists already, or another process is writing it")
        folder.mkdir()
        try:
            yield folder
        finally:
            if not _is_in_use(folder):
                shutil.rmtree(folder)


def remove_leftover_folders(slug: str) -> None:
    """Remove what killed writers and rotations left of a dataset and nobody reads any more."""
    parent = get_version_folder(slug, "any").parent
    parent.mkdir(parents=True, exist_ok=True)
    for folder in filter(Path.is_dir, list(parent.iterdir())):
        with exclusive_lock(folder) as held:
            if held and not _is_in_use(folder):
                shutil.rmtree(folder)


def sync_folder(folder: Path) -> None:
    """Wait until all files of a folder, and its entry in its parent, are on disk."""
    sync_to_disk(*folder.iterdir(), folder, folder.parent)


def _is_catalogued(slug: str, key: str) -> bool:
    query = select(DatasetVersion.id).join(Dataset).where(Dataset.slug == slug, DatasetVersion.key == key)
    with transaction() as work:
        return work.exec(query).first() is not None


def _is_in_use(folder: Path) -> bool:
    place = str(folder.relative_to(get_settings().data))
    with transaction() as work:
        return work.exec(select(DatasetVersion.id).where(DatasetVersion.folder == place)).first() is not None
