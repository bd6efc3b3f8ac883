"""Grants: which tokens for live sessions and feeds are out, so that they can be ended early."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from time import monotonic

from accounts.principals import Principal
from realtime.live.tokens import LIFETIME


@dataclass(frozen=True)
class Grant:
    """That a person got a token for a live session, for the channels of their rights on its dataset.

    ``publishes``: it lets them present. Or for one channel of another kind, such as ``feed:<key>``, which
    then is the ``key``.
    """

    person: Principal
    key: str
    rights: str = ""
    publishes: bool = False


class Grants:
    """Those whose tokens are still good. For many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until: dict[Grant, float] = {}

    def add(self, grant: Grant) -> None:
        with self._lock:
            self._until[grant] = monotonic() + LIFETIME

    def remove(self, grants: list[Grant]) -> None:
        with self._lock:
            for grant in grants:
                self._until.pop(grant, None)

    def good(self, key: str | None = None) -> list[Grant]:
        """Those of one live session, or all."""
        with self._lock:
            self._until = {grant: until for grant, until in self._until.items() if until > monotonic()}
            return [grant for grant in self._until if key in (None, grant.key)]

    def clear(self) -> None:
        with self._lock:
            self._until.clear()
