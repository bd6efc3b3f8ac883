"""Columns that come into memory because somebody sorts the table they are shown in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock, Thread

import structlog

from gpu.engine import Columns

log = structlog.get_logger(__name__)


class Holding:
    """Fetches columns one after the other, behind everybody's back: pages are read from files meanwhile."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: OrderedDict[tuple[Columns, str], bool] = OrderedDict()
        self._thread: Thread | None = None

    def want(self, columns: Columns, sorted_by: str, shown: Iterable[str]) -> None:
        """Have the column fetched that a table is sorted by, then those shown as far as there is room."""
        missing = [name for name in dict.fromkeys([sorted_by, *shown]) if not columns.holds(name)]
        with self._lock:
            for name in missing:
                spare = self._waiting.get((columns, name), True)
                self._waiting[columns, name] = spare and name != sorted_by
            if self._waiting and self._thread is None:
                self._thread = Thread(target=self._go_on, name="holding", daemon=True)
                self._thread.start()

    def _go_on(self) -> None:
        while (wanted := self._next()) is not None:
            columns, name, spare = wanted
            try:
                columns.fetch(name, spare=spare)
            except Exception:  # whoever reads the column is told
                log.exception("a column could not be brought into memory", column=name)

    def _next(self) -> tuple[Columns, str, bool] | None:
        """The first that is sorted by, or what waits longest; without any the thread ends."""
        with self._lock:
            if not self._waiting:
                self._thread = None
                return None
            key = next((key for key, spare in self._waiting.items() if not spare), next(iter(self._waiting)))
            return *key, self._waiting.pop(key)
