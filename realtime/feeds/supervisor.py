"""The feeds that run in this process: all that are not paused, whichever process created or resumed them."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

import structlog

from datasets import catalogue
from datasets.append.snapshots import States
from db.tables import now
from realtime.feeds import queries
from realtime.feeds.batch_writer import Taken
from realtime.live import tokens

if TYPE_CHECKING:
    from realtime.ably_client import Adapter
    from realtime.feeds.consumer import Intake, Pace

PERIOD = 1.0
"""Seconds between two looks at which are to run."""
STOPPED = "stopped"

log = structlog.get_logger(__name__)


class Feeds:
    """Runs between ``begin`` and ``stop``. For many threads; ``adapter`` is asked for with the first feed."""

    def __init__(self, adapter: Callable[[], Adapter]) -> None:
        self._adapter = adapter
        self._intakes: dict[int, Intake] = {}
        self._asked: SimpleQueue[str] = SimpleQueue()
        self._thread: Thread | None = None

    def begin(self) -> None:
        self._asked = SimpleQueue()
        self._thread = Thread(target=self._go_on, name="feeds", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._asked.put(STOPPED)
            thread.join()

    def soon(self) -> None:
        """Look now: a feed was created, paused, resumed or deleted."""
        self._asked.put("")

    def pace(self, feed_id: int) -> Pace | None:
        """How fast a feed is; None if it does not run here."""
        intake = self._intakes.get(feed_id)
        return intake.pace if intake else None

    def _go_on(self) -> None:
        asked = ""
        while asked != STOPPED:
            try:
                self._look()
            except Exception:
                log.exception("which feeds are to run could not be looked at")
            try:
                asked = self._asked.get(timeout=PERIOD)
            except Empty:
                asked = ""
        for id_ in list(self._intakes):
            self._intakes.pop(id_).end()

    def _look(self) -> None:
        """Begin those that are to run and don't; end those that run and are not to."""
        running = queries.running()
        for id_ in self._intakes.keys() - running.keys():
            self._intakes.pop(id_).end()
        for id_ in running.keys() - self._intakes.keys():
            self._begin(id_, running[id_])

    def _begin(self, id_: int, key: str) -> None:
        from realtime.feeds.consumer import Intake  # noqa: PLC0415  (with Ably's SDK, which no start waits for)

        intake = self._intakes[id_] = Intake(self._adapter(), id_, key, self._tell)
        intake.begin()

    def _tell(self, taken: Taken) -> None:
        """Tell open pages: what they are told is durable."""
        row = catalogue.find(taken.slug, taken.version)[1]
        states = States(row, taken.rows, row.rows)
        told = {
            "version": taken.version,
            "rows": taken.rows,
            "at": round(now().timestamp() * 1000),
            "rate": states.rate,
        }
        self._adapter().publish(tokens.grown(taken.slug), "grown", told)
