"""A rate limit for people: the service publishes for them, over a connection that all of them share."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from errors import TooManyRequestsError
from realtime.broker.rate_limit import TokenBucket

RATE, BURST = 0.5, 5
"""Requests per second, and in a burst."""
MAX_PEOPLE = 10_000
"""The number of people whose rates are remembered."""


class RateLimitExceededError(TooManyRequestsError, RuntimeError):
    """Somebody sends so many requests that others would have to wait."""

    retry_after = "2"

    def __init__(self) -> None:
        super().__init__("Too many requests. Try again in a moment.")


class RateLimiter:
    """Limits the requests of each person. For many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._buckets: OrderedDict[int, TokenBucket] = OrderedDict()

    def count_request(self, person: int) -> None:
        """Count a request.

        Raises:
            RateLimitExceededError: there are too many.
        """
        with self._lock:
            bucket = self._buckets.setdefault(person, TokenBucket(RATE, BURST))
            self._buckets.move_to_end(person)
            if len(self._buckets) > MAX_PEOPLE:
                self._buckets.popitem(last=False)
            if not bucket.try_take():
                raise RateLimitExceededError
