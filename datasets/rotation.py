"""Rotation of the data keys of datasets that are in use.

Each version is rewritten to a new folder, then its row in the database is switched to it. If the process is
killed, each version is either as before or complete, and the next rotation continues. Readers of the old
files keep them until they are done.
"""

from __future__ import annotations

from secrets import token_hex

from sqlmodel import col, select

from config import get_settings
from datasets import catalogue
from datasets.ingest import version_folders
from datasets.ingest.read_result import ProgressCallback
from datasets.storage import appended_files, encryption
from datasets.storage.locks import exclusive_lock, shared_lock
from datasets.storage.store import Store
from db.engine import transaction
from db.keys.key_ring import UnwrappedKey
from db.tables import Dataset, DatasetVersion


def rotate_data_key(slug: str, progress: ProgressCallback) -> int:
    """Give a dataset a new data key, or none if encryption is off; return how many versions were rewritten.

    Raises:
        UnreadableDatasetError: a version can't be read.
        VersionBusyError: another process is rotating the key of this dataset.
    """
    parent = version_folders.get_version_folder(slug, "any").parent
    with exclusive_lock(parent) as held:
        if not held:
            raise version_folders.VersionBusyError(f"another process is rotating the key of {slug}")
        version_folders.remove_leftover_folders(slug)
        key = encryption.begin_rotation(slug)
        outdated = _list_outdated_versions(slug, key)
        for version in outdated:
            _rewrite_version(slug, version, key, progress)
        encryption.end_rotation(slug, key)
        version_folders.remove_leftover_folders(slug)
    return len(outdated)


def _list_outdated_versions(slug: str, key: UnwrappedKey | None) -> list[DatasetVersion]:
    """Return the versions of a dataset that were written with another key."""
    query = select(DatasetVersion).join(Dataset).where(Dataset.slug == slug).order_by(col(DatasetVersion.id))
    with transaction() as work:
        return [version for version in work.exec(query) if version.key_id != (key and key.id)]


def _rewrite_version(
    slug: str, version: DatasetVersion, key: UnwrappedKey | None, progress: ProgressCallback
) -> None:
    old = Store(get_settings().data / version.folder, encryption.get_key(slug, version.key_id))
    place = version_folders.get_version_folder(slug, f"{version.key}-{token_hex(4)}")
    with shared_lock(old.folder), version_folders.create_empty_folder(place) as folder:
        new, done = Store(folder, key), 0
        for number, rows in enumerate(old.read_imported_files()):
            new.write_part(number, rows)
            done += rows.num_rows
            progress("rotating", done, version.rows)
        version_folders.sync_folder(folder)
        copied: set[str] = set()
        while not catalogue.move_version(version, new, copied):
            copied = _copy_appended_files(version, old, new)


def _copy_appended_files(version: DatasetVersion, old: Store, new: Store) -> set[str]:
    """Copy the files of rows that have been appended in the meantime; return the names of all of them."""
    files = {str(part.file) for part in appended_files.list_files(version.id or 0)}
    for file in files:
        if not (new.folder / file).exists():
            new.write_file(file, old.read_file(file))
    version_folders.sync_folder(new.folder)
    return files
