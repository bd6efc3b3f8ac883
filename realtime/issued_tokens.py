"""The tokens that were issued for live sessions and feeds, so that they can be revoked early."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from time import monotonic

from accounts.principals import Principal
from realtime.live.tokens import TOKEN_LIFETIME


@dataclass(frozen=True)
class IssuedToken:
    """A token that a person got for the channels of a live session, for their rights on its dataset.

    ``target`` is the key of the session; ``may_publish``: the token lets them present. Or the token is for a
    single channel such as ``feed:<key>``, which then is the ``target``.
    """

    person: Principal
    target: str
    rights: str = ""
    may_publish: bool = False


class IssuedTokens:
    """The issued tokens that have not expired. For many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._expirations: dict[IssuedToken, float] = {}

    def add(self, token: IssuedToken) -> None:
        """Add a token that was issued now, or again."""
        with self._lock:
            self._expirations[token] = monotonic() + TOKEN_LIFETIME

    def remove(self, tokens: list[IssuedToken]) -> None:
        """Remove tokens."""
        with self._lock:
            for token in tokens:
                self._expirations.pop(token, None)

    def list_valid(self, target: str | None = None) -> list[IssuedToken]:
        """Return the tokens of one target, or all."""
        with self._lock:
            self._expirations = {
                token: expiration
                for token, expiration in self._expirations.items()
                if expiration > monotonic()
            }
            return [token for token in self._expirations if target in (None, token.target)]

    def clear(self) -> None:
        """Remove all tokens."""
        with self._lock:
            self._expirations.clear()
