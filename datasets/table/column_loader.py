"""Background loading of columns into memory, for tables that are sorted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock, Thread

import structlog

from gpu.engine import ColumnStore

log = structlog.get_logger(__name__)


class ColumnLoader:
    """Loads columns one by one in the background; pages are read from files in the meantime. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: OrderedDict[tuple[ColumnStore, str], bool] = OrderedDict()
        self._thread: Thread | None = None

    def request_columns(self, columns: ColumnStore, sorted_by: str, shown: Iterable[str]) -> None:
        """Request the column that a table is sorted by, and those shown as far as there is free memory."""
        missing = [name for name in dict.fromkeys([sorted_by, *shown]) if not columns.has_column(name)]
        with self._lock:
            for name in missing:
                if_free = self._waiting.get((columns, name), True)
                self._waiting[columns, name] = if_free and name != sorted_by
            if self._waiting and self._thread is None:
                self._thread = Thread(target=self._load_waiting, name="column-loader", daemon=True)
                self._thread.start()

    def _load_waiting(self) -> None:
        while (wanted := self._next_column()) is not None:
            columns, name, if_free = wanted
            try:
                columns.load_column(name, if_free=if_free)
            except Exception:  # the reader of the column gets the error
                log.exception("a column could not be loaded", column=name)

    def _next_column(self) -> tuple[ColumnStore, str, bool] | None:
        """Return the first sort column, else the column that waits longest; if none waits, end the thread."""
        with self._lock:
            if not self._waiting:
                self._thread = None
                return None
            key = next(
                (key for key, if_free in self._waiting.items() if not if_free), next(iter(self._waiting))
            )
            return *key, self._waiting.pop(key)
