"""Files of appended rows: written for good, and removed where the database does not have them."""

from __future__ import annotations

from secrets import token_hex

import pyarrow as pa
from sqlmodel import select

from config import settings
from datasets.storage import appended_files
from datasets.storage.locks import durable, locked
from datasets.storage.store import Store
from db.engine import session
from db.tables import DatasetVersion

NAMES = "rows-*.parquet"


def write(store: Store, rows: pa.Table) -> str | None:
    """Write a file for good, whose rows don't exist yet; returns its name, None for no rows."""
    if not rows.num_rows:
        return None
    name = NAMES.replace("*", token_hex(8))
    store.write_file(name, rows)
    durable(store.folder / name, store.folder)
    return name


def remove_leftovers() -> None:
    """Remove what killed writers left of all versions."""
    with session() as work:
        found = list(work.exec(select(DatasetVersion.id, DatasetVersion.folder)))
    for id_, folder in found:
        remove_unknown(id_ or 0, folder)


def remove_unknown(version_id: int, place: str) -> None:
    """Remove the files of a version that the database does not have, unless somebody is at it."""
    folder = settings().data / place
    with locked(folder) as held:
        if not held:
            return
        with session() as work:
            known = appended_files.files(work, version_id)
        for file in folder.glob(NAMES):
            if file.name not in known:
                file.unlink()
