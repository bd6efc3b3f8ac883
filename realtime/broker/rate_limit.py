"""A rate limit as a token bucket."""

from __future__ import annotations

from time import monotonic


class TokenBucket:
    """A bucket that fills at ``per_second`` tokens up to ``burst`` (by default, one second's worth)."""

    def __init__(self, per_second: float, burst: float | None = None) -> None:
        self._per_second = per_second
        self._capacity = self._available = burst or per_second
        self._updated_at = monotonic()

    def try_take(self, count: int = 1) -> bool:
        """Take tokens if enough are available; return whether they were."""
        now = monotonic()
        self._available = min(self._capacity, self._available + (now - self._updated_at) * self._per_second)
        self._updated_at = now
        if self._available < count:
            return False
        self._available -= count
        return True
