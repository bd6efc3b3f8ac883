"""Writing files of appended rows durably, and removing files that the database doesn't list."""

from __future__ import annotations

from secrets import token_hex

import pyarrow as pa
from sqlmodel import select

from config import get_settings
from datasets.storage import appended_files
from datasets.storage.locks import exclusive_lock, sync_to_disk
from datasets.storage.store import Store
from db.engine import transaction
from db.tables import DatasetVersion

FILE_PATTERN = "rows-*.parquet"


def write_appended_file(store: Store, rows: pa.Table) -> str | None:
    """Write a file durably and return its name, None for no rows.

    Its rows don't exist until the database lists it.
    """
    if not rows.num_rows:
        return None
    name = FILE_PATTERN.replace("*", token_hex(8))
    store.write_file(name, rows)
    sync_to_disk(store.folder / name, store.folder)
    return name


def remove_leftover_files() -> None:
    """Remove the files that killed writers left in any version."""
    with transaction() as work:
        found = list(work.exec(select(DatasetVersion.id, DatasetVersion.folder)))
    for id_, folder in found:
        remove_unknown_files(id_ or 0, folder)


def remove_unknown_files(version_id: int, place: str) -> None:
    """Remove the files of a version that the database doesn't list, unless its folder is locked."""
    folder = get_settings().data / place
    with exclusive_lock(folder) as held:
        if not held:
            return
        with transaction() as work:
            known = appended_files.list_file_names(work, version_id)
        for file in folder.glob(FILE_PATTERN):
            if file.name not in known:
                file.unlink()
