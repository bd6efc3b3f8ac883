"""Compaction: many small files of appended rows are merged into few large ones, in the same row order.

Runs of at least ``MIN_FILES`` files are merged tier by tier, so that each row is rewritten only a few times,
however small the batches are in which rows arrive.
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
from datasets.storage.appended_files import VersionMovedError
from datasets.storage.locks import shared_lock
from datasets.storage.store import AppendedFile, Store
from db.tables import DatasetVersion, utc_now

MIN_FILES = 32
SIZE_TIERS = (1 << 12, 1 << 16, 1 << 20)
"""Files with fewer rows than a tier are merged with each other."""
MAX_FILE_ROWS = 1 << 20
MIN_AGE = timedelta(minutes=1)
"""Younger files aren't merged: their entries show how fast rows arrive."""
MAX_CONSUMED_MESSAGES = 10_000
"""How many ids of a feed's messages stay known for a merged file."""

_pool = ThreadPoolExecutor(1, thread_name_prefix="compaction")
_running: dict[tuple[str, str], Future[None]] = {}
_lock = Lock()


def schedule_compaction(slug: str, version: str) -> None:
    """Start merging files in the background if there are enough of them and no merge is running."""
    with _lock:
        running = _running.get((slug, version))
        if (running is None or running.done()) and any(
            _find_runs(catalogue.find_version(slug, version)[1].id or 0)
        ):
            _running[slug, version] = _pool.submit(compact_version, slug, version)


def compact_version(slug: str, version: str) -> None:
    """Merge all files of a version that can be merged now."""
    found = catalogue.find_version(slug, version)[1]
    store = catalogue.build_store(slug, found)
    with shared_lock(store.folder):
        while run := next(_find_runs(found.id or 0), None):
            if not _compact_run(store, found, run):
                return
    file_writer.remove_unknown_files(found.id or 0, found.folder)


def _find_runs(version_id: int) -> Iterator[list[AppendedFile]]:
    """Yield runs of consecutive files that are worth merging."""
    found = appended_files.list_files_before(version_id, utc_now() - MIN_AGE)
    for tier in SIZE_TIERS:
        run: list[AppendedFile] = []
        for part in found:
            if part.rows >= tier or sum(file.rows for file in run) + part.rows > MAX_FILE_ROWS:
                if len(run) >= MIN_FILES:
                    yield run
                run = []
            if part.rows < tier:
                run.append(part)
        if len(run) >= MIN_FILES:
            yield run


def _compact_run(store: Store, version: DatasetVersion, run: list[AppendedFile]) -> bool:
    """Replace a run of files by one; return False if another process has changed them in the meantime."""
    tables = [store.read_file(part.file) for part in run if part.file]
    file = file_writer.write_appended_file(store, pa.concat_tables(tables)) if tables else None
    try:
        appended_files.replace_files(version, [part.id for part in run], file, MAX_CONSUMED_MESSAGES)
    except VersionMovedError:
        return False
    return True
