"""What is long over is removed: at the start, and daily."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

from accounts import one_time_links, sessions, throttle
from db.tables import utc_now

A_DAY = timedelta(days=1)
RETENTION = 30 * A_DAY
"""How long ended sessions and links stay, for admins to look at."""


def purge_expired() -> None:
    """Remove ended sessions, expired links and counts of failed tries."""
    sessions.delete_old_sessions(utc_now() - RETENTION)
    one_time_links.delete_expired_links(utc_now() - RETENTION)
    throttle.delete_old_counters(utc_now() - 2 * A_DAY)


def start_daily(*chores: Callable[[], None]) -> None:
    """Tidy up now and every day, and let others do, in a thread that ends with the process."""
    Thread(target=_run_daily, args=[(purge_expired, *chores)], name="cleanup", daemon=True).start()


def _run_daily(chores: tuple[Callable[[], None], ...]) -> None:
    never = Event()
    while True:
        for chore in chores:
            chore()
        never.wait(A_DAY.total_seconds())
