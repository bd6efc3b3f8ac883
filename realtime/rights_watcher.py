"""The rights watcher: tokens that allow too much are found within about a second.

Every change of rights is in the audit log, whichever process made it. So the watcher reads the new entries of
the log, and rechecks tokens only after an action that can take rights away.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock
from time import monotonic

import sqlalchemy as sa
import structlog
from sqlmodel import col

from accounts.audit import AuditAction
from db.engine import transaction
from db.polling import PollingThread
from db.tables import AuditEntry

POLL_INTERVAL = 1.0
"""The seconds between two looks at the audit log."""
FULL_CHECK_INTERVAL = 60.0
"""The seconds after which all tokens are rechecked, whatever the log says: rights can also expire."""
RIGHTS_CHANGING_ACTIONS = (
    AuditAction.SIGNOUT,
    AuditAction.SESSION_REVOKED,
    AuditAction.SESSION_REUSE,
    AuditAction.PASSWORD_CHANGED,
    AuditAction.FACTOR_REMOVED,
    AuditAction.TOKEN_REVOKED,
    AuditAction.GUEST_REVOKED,
    AuditAction.USER_CHANGED,  # the name, by which the others in a live session know them
    AuditAction.USER_DISABLED,
    AuditAction.USER_ROLE,
    AuditAction.USER_DELETED,
    AuditAction.GROUP_DELETED,
    AuditAction.GROUP_JOINED,  # another share can hide columns too
    AuditAction.GROUP_LEFT,
    AuditAction.SHARE_CREATED,
    AuditAction.SHARE_CHANGED,
    AuditAction.SHARE_REMOVED,
    AuditAction.OWNER_CHANGED,
    AuditAction.DATASET_DELETED,
    AuditAction.KEY_ROTATED,  # after a leak, all sessions and links end
    AuditAction.LIVE_ENDED,
    AuditAction.LIVE_HANDED_OVER,
)

log = structlog.get_logger(__name__)


class RightsWatcher:
    """Calls ``recheck`` in a thread of its own: for one live session by its key, or for all with None."""

    def __init__(self, recheck: Callable[[str | None], None]) -> None:
        self._recheck = recheck
        self._keys: SimpleQueue[str] = SimpleQueue()
        self._thread = PollingThread("rights watcher", POLL_INTERVAL, self._check)
        self._start_lock = Lock()
        self._last_number = 0
        self._rechecked_at = 0.0

    def start(self) -> None:
        """Start the thread, unless it is running; entries that are in the audit log already are no news."""
        with self._start_lock:
            if not self._thread.is_running:
                self._last_number, self._rechecked_at = _newest_entry_number(), monotonic()
                self._thread.start()

    def check_soon(self, key: str) -> None:
        """Recheck the tokens of one live session now."""
        self._keys.put(key)
        self._thread.wake()

    def stop(self) -> None:
        with self._start_lock:
            self._thread.stop()

    def _check(self) -> None:
        waiting = dict.fromkeys(self._keys.get() for _ in range(self._keys.qsize()))
        for key in waiting:  # not those that come meanwhile: they would keep the log from being read
            self._recheck_safely(key)
        self._last_number, is_changed = _read_new_entries(self._last_number)
        if is_changed or monotonic() - self._rechecked_at > FULL_CHECK_INTERVAL:
            self._rechecked_at = monotonic()
            self._recheck_safely(None)

    def _recheck_safely(self, key: str | None) -> None:
        """Recheck, and log an error: it must keep neither other sessions nor the audit log waiting."""
        try:
            self._recheck(key)
        except Exception:
            log.exception("the rights of issued tokens could not be rechecked")


def _newest_entry_number() -> int:
    with transaction() as work:
        return work.scalar(sa.select(sa.func.max(col(AuditEntry.number)))) or 0


def _read_new_entries(last_number: int) -> tuple[int, bool]:
    """Return the number of the newest entry, and whether one after ``last_number`` may take rights away."""
    query = sa.select(col(AuditEntry.number), col(AuditEntry.action)).where(
        col(AuditEntry.number) > last_number
    )
    with transaction() as work:
        rows = work.execute(query).all()
    return max([last_number, *(number for number, _ in rows)]), any(
        action in RIGHTS_CHANGING_ACTIONS for _, action in rows
    )
