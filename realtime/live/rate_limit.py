"""How often somebody may speak up in live sessions: the service says it for them, over its one connection."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from realtime.broker.rate_limit import Rate

RATE, BURST = 0.5, 5
"""Times a second, and at once."""
MOST_KNOWN = 10_000


class TooOftenError(RuntimeError):
    """Somebody speaks up so often that others would not be heard."""

    def __init__(self) -> None:
        super().__init__("Not so fast: try again in a moment.")


class Pace:
    """Counts for each person. For many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rates: OrderedDict[int, Rate] = OrderedDict()

    def keep(self, person: int) -> None:
        """Count one more.

        Raises:
            TooOftenError: that is too much.
        """
        with self._lock:
            rate = self._rates.setdefault(person, Rate(RATE, BURST))
            self._rates.move_to_end(person)
            if len(self._rates) > MOST_KNOWN:
                self._rates.popitem(last=False)
            if not rate.take():
                raise TooOftenError
