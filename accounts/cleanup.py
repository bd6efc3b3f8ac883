"""The daily removal of old sessions, links and counters, also at every start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

import structlog

from accounts import one_time_links, sessions, throttle
from db.polling import PollingThread
from db.tables import utc_now

A_DAY = timedelta(days=1)
RETENTION = 30 * A_DAY
"""How long ended sessions and expired links are kept, so that admins can look at them."""

log = structlog.get_logger(__name__)


def purge_expired() -> None:
    """Delete ended sessions, expired links and old counters of failed attempts."""
    sessions.delete_old_sessions(utc_now() - RETENTION)
    one_time_links.delete_expired_links(utc_now() - RETENTION)
    throttle.delete_old_counters(utc_now() - 2 * A_DAY)


def start_daily(*chores: Callable[[], None]) -> PollingThread:
    """Start a thread that runs ``purge_expired`` and other chores now and once a day."""
    thread = PollingThread("cleanup", A_DAY.total_seconds(), partial(_run_chores, (purge_expired, *chores)))
    thread.start()
    return thread


def _run_chores(chores: Iterable[Callable[[], None]]) -> None:
    for chore in chores:
        try:
            chore()
        except Exception:  # the other chores must still run today
            log.exception("a daily cleanup failed")
