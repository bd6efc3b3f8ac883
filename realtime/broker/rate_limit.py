"""How much and how often: a bucket that fills steadily."""

from __future__ import annotations

from time import monotonic


class Rate:
    """So many a second, and as many at once after a pause."""

    def __init__(self, per_second: float, burst: float | None = None) -> None:
        self._per_second = per_second
        self._most = self._left = burst or per_second
        self._seen = monotonic()

    def take(self, count: int = 1) -> bool:
        """Whether so many more are within the rate; if they are, they count."""
        now = monotonic()
        self._left = min(self._most, self._left + (now - self._seen) * self._per_second)
        self._seen = now
        if self._left < count:
            return False
        self._left -= count
        return True
