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
        self._waiting: OrderedDict[tuple[Columns, str], None] = OrderedDict()
        self._thread: Thread | None = None

    def want(self, columns: Columns, names: Iterable[str]) -> None:
        """Have these columns fetched, if there is room that nothing else has."""
        missing = [name for name in names if not columns.holds(name)]
        with self._lock:
            self._waiting |= dict.fromkeys((columns, name) for name in missing)
            if self._waiting and self._thread is None:
                self._thread = Thread(target=self._go_on, name="holding", daemon=True)
                self._thread.start()

    def _go_on(self) -> None:
        while (wanted := self._next()) is not None:
            columns, name = wanted
            try:
                columns.fetch(name)
            except Exception:  # whoever reads the column is told
                log.exception("a column could not be brought into memory", column=name)

    def _next(self) -> tuple[Columns, str] | None:
        """What waits longest; without any the thread ends."""
        with self._lock:
            if not self._waiting:
                self._thread = None
                return None
            return self._waiting.popitem(last=False)[0]
