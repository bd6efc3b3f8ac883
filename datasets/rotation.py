"""Other data keys for datasets in use: every version is written anew, and the catalogue's row is the switch.

A kill at any moment leaves each version as it was or as it shall be; the next rotation goes on. Whoever reads
the old files keeps them until they have done.
"""

from __future__ import annotations

from secrets import token_hex

from sqlmodel import col, select

from config import settings
from datasets import catalogue
from datasets.ingest import version_folders
from datasets.ingest.shuffle import Progress
from datasets.storage import appended_files, encryption
from datasets.storage.locks import locked, shared
from datasets.storage.store import Store
from db.engine import session
from db.keys.key_ring import Material
from db.tables import Dataset, DatasetVersion


def rotate(slug: str, progress: Progress) -> int:
    """Give a dataset a new data key, or none where encryption is off; returns how many versions it was for.

    Raises:
        UnreadableError: a version can't be read.
        BusyError: another process rotates this dataset.
    """
    parent = version_folders.folder_of(slug, "any").parent
    with locked(parent) as held:
        if not held:
            raise version_folders.BusyError(f"another process is giving {slug} a new key")
        version_folders.remove_leftovers(slug)
        key = encryption.begin_rotation(slug)
        behind = _behind(slug, key)
        for version in behind:
            _rewrite(slug, version, key, progress)
        encryption.end_rotation(slug, key)
        version_folders.remove_leftovers(slug)
    return len(behind)


def _behind(slug: str, key: Material | None) -> list[DatasetVersion]:
    """The versions of a dataset that are written with another key."""
    query = select(DatasetVersion).join(Dataset).where(Dataset.slug == slug).order_by(col(DatasetVersion.id))
    with session() as work:
        return [version for version in work.exec(query) if version.key_id != (key and key.id)]


def _rewrite(slug: str, version: DatasetVersion, key: Material | None, progress: Progress) -> None:
    old = Store(settings().data / version.folder, encryption.key_of(slug, version.key_id))
    place = version_folders.folder_of(slug, f"{version.key}-{token_hex(4)}")
    with shared(old.folder), version_folders.fresh(place) as folder:
        new, done = Store(folder, key), 0
        for number, rows in enumerate(old.parts()):
            new.write(number, rows)
            done += rows.num_rows
            progress("rotating", done, version.rows)
        version_folders.make_durable(folder)
        copied: set[str] = set()
        while not catalogue.move(version, new, copied):
            copied = _follow(version, old, new)


def _follow(version: DatasetVersion, old: Store, new: Store) -> set[str]:
    """Copy the files of rows that have been appended meanwhile; returns which there are."""
    files = {str(part.file) for part in appended_files.of(version.id or 0)}
    for file in files:
        if not (new.folder / file).exists():
            new.write_file(file, old.table(file))
    version_folders.make_durable(new.folder)
    return files
