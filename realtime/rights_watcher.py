"""The watch: whoever may do less than their token says loses it, and their socket, within a second or so.

What changes rights is in the audit log, whichever process did it; so it is looked at, and only what it tells
of is looked at again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import TypeVar

import sqlalchemy as sa
import structlog
from sqlmodel import col

from accounts.audit import Action
from db.engine import session
from db.tables import AuditEntry

T = TypeVar("T")
PERIOD = 1.0
"""Seconds between two looks."""
ANYWAY = 60.0
"""Seconds until all are looked at, whatever the log says."""
CHANGING = (
    Action.SIGNOUT,
    Action.SESSION_REVOKED,
    Action.SESSION_REUSE,
    Action.PASSWORD_CHANGED,
    Action.FACTOR_REMOVED,
    Action.TOKEN_REVOKED,
    Action.GUEST_REVOKED,
    Action.USER_DISABLED,
    Action.USER_ROLE,
    Action.USER_DELETED,
    Action.GROUP_DELETED,
    Action.GROUP_JOINED,  # with more shares the columns left out add up, too
    Action.GROUP_LEFT,
    Action.SHARE_CREATED,
    Action.SHARE_CHANGED,
    Action.SHARE_REMOVED,
    Action.OWNER_CHANGED,
    Action.DATASET_DELETED,
    Action.LIVE_ENDED,
    Action.LIVE_HANDED_OVER,
)

log = structlog.get_logger(__name__)


class Watch:
    """``look`` is called, in the watch's thread, for one live session by its key, or for all with None."""

    def __init__(self, look: Callable[[str | None], None]) -> None:
        self._look = look
        self._asked: SimpleQueue[str | None] = SimpleQueue()
        self._beginning = Lock()
        self._thread: Thread | None = None

    def begin(self) -> None:
        with self._beginning:
            if self._thread is None:
                self._thread = Thread(target=self._go_on, args=[_newest()], name="watch", daemon=True)
                self._thread.start()

    def soon(self, key: str) -> None:
        """Look at a live session now."""
        self._asked.put(key)

    def stop(self) -> None:
        with self._beginning:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._asked.put(None)
            thread.join()

    def _go_on(self, seen: int) -> None:
        looked = monotonic()
        while True:
            try:
                asked = self._asked.get(timeout=PERIOD)
            except Empty:
                seen, changing = self._safely(partial(_news, seen)) or (seen, False)
                if changing or monotonic() - looked > ANYWAY:
                    looked = monotonic()
                    self._safely(partial(self._look, None))
                continue
            if asked is None:
                return
            self._safely(partial(self._look, asked))

    @staticmethod
    def _safely(act: Callable[[], T]) -> T | None:
        """The watch goes on, whatever fails."""
        try:
            return act()
        except Exception:
            log.exception("rights in live sessions could not be looked at again")
            return None


def _newest() -> int:
    with session() as work:
        return work.scalar(sa.select(sa.func.max(col(AuditEntry.number)))) or 0


def _news(seen: int) -> tuple[int, bool]:
    """The number of the newest entry, and whether one after ``seen`` may have taken rights away."""
    query = sa.select(col(AuditEntry.number), col(AuditEntry.action)).where(col(AuditEntry.number) > seen)
    with session() as work:
        rows = work.execute(query).all()
    return max([seen, *(number for number, _ in rows)]), any(action in CHANGING for _, action in rows)
