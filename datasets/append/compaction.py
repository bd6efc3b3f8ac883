"""Small files of appended rows made fewer large ones, with the same rows in the same order.

Runs of at least ``FEW`` files are merged tier by tier, so that each row is written a few times only, however
small the batches are that it comes in.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Lock

import pyarrow as pa

from datasets import catalogue
from datasets.append import file_writer
from datasets.storage import appended_files
from datasets.storage.appended_files import MovedError
from datasets.storage.locks import shared
from datasets.storage.store import Part, Store
from db.tables import DatasetVersion, now

FEW = 32
TIERS = (1 << 12, 1 << 16, 1 << 20)
"""Files of fewer rows than one of these are merged among themselves."""
MOST_ROWS = 1 << 20
YOUNG = timedelta(minutes=1)
"""Newer files tell how fast rows come."""
MOST_CONSUMED = 10_000
"""Of the messages of a feed that a file's rows were made of, so many stay known."""

_pool = ThreadPoolExecutor(1, thread_name_prefix="merging")
_under_way: dict[tuple[str, str], Future[None]] = {}
_lock = Lock()


def consider(slug: str, version: str) -> None:
    """Begin to merge in the background where that pays and is not under way."""
    with _lock:
        going = _under_way.get((slug, version))
        if (going is None or going.done()) and any(_runs(catalogue.find(slug, version)[1].id or 0)):
            _under_way[slug, version] = _pool.submit(merge, slug, version)


def merge(slug: str, version: str) -> None:
    """Merge what can be merged now."""
    found = catalogue.find(slug, version)[1]
    store = catalogue.stored(slug, found)
    with shared(store.folder):
        while run := next(_runs(found.id or 0), None):
            if not _merged(store, found, run):
                return
    file_writer.remove_unknown(found.id or 0, found.folder)


def _runs(version_id: int) -> Iterator[list[Part]]:
    """Files in a row that are worth merging into one."""
    found = appended_files.older(version_id, now() - YOUNG)
    for tier in TIERS:
        run: list[Part] = []
        for part in found:
            if part.rows >= tier or sum(each.rows for each in run) + part.rows > MOST_ROWS:
                if len(run) >= FEW:
                    yield run
                run = []
            if part.rows < tier:
                run.append(part)
        if len(run) >= FEW:
            yield run


def _merged(store: Store, version: DatasetVersion, run: list[Part]) -> bool:
    """Put one file in the place of several; False where somebody else has changed them meanwhile."""
    tables = [store.table(part.file) for part in run if part.file]
    file = file_writer.write(store, pa.concat_tables(tables)) if tables else None
    try:
        appended_files.replace(version, [part.id for part in run], file, MOST_CONSUMED)
    except MovedError:
        return False
    return True
