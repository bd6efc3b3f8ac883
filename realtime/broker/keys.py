"""API keys: whoever knows the secret of a key may use it and sign tokens with it."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from realtime.broker.capabilities import EVERYTHING, Capability


@dataclass(frozen=True)
class ApiKey:
    """An API key, written as ``app.name:secret``."""

    name: str
    secret: str
    capability: Capability = EVERYTHING

    def __str__(self) -> str:
        return f"{self.name}:{self.secret}"

    def __repr__(self) -> str:
        return f"Key({self.name})"

    def matches_secret(self, secret: str) -> bool:
        """Return whether this is the key's secret, in constant time."""
        return hmac.compare_digest(self.secret.encode(), secret.encode(errors="replace"))

    def sign_text(self, text: str) -> str:
        """Return the HMAC-SHA256 of a text in base64."""
        return b64encode(hmac.new(self.secret.encode(), text.encode(), sha256).digest()).decode()


class KeysUnavailableError(RuntimeError):
    """The keys can't be looked up at the moment."""


KeyLookup = Callable[[str], ApiKey | None]
"""Finds a key by its name."""
