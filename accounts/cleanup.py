"""What is long over is removed: at the start, and daily."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

from accounts import one_time_links, sessions, throttle
from db.tables import now

A_DAY = timedelta(days=1)
KEPT = 30 * A_DAY
"""How long ended sessions and links stay, for admins to look at."""


def tidy() -> None:
    """Remove ended sessions, expired links and counts of failed tries."""
    sessions.forget(now() - KEPT)
    one_time_links.forget(now() - KEPT)
    throttle.forget(now() - 2 * A_DAY)


def daily(*others: Callable[[], None]) -> None:
    """Tidy up now and every day, and let others do, in a thread that ends with the process."""
    Thread(target=_forever, args=[(tidy, *others)], name="tidying", daemon=True).start()


def _forever(chores: tuple[Callable[[], None], ...]) -> None:
    never = Event()
    while True:
        for chore in chores:
            chore()
        never.wait(A_DAY.total_seconds())
