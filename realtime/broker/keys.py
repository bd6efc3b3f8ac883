"""Keys: who knows the secret of one is its owner, and signs tokens by it."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from realtime.broker.capabilities import EVERYTHING, Capability


@dataclass(frozen=True)
class Key:
    """A key such as ``app.name:secret``."""

    name: str
    secret: str
    capability: Capability = EVERYTHING

    def __str__(self) -> str:
        return f"{self.name}:{self.secret}"

    def __repr__(self) -> str:
        return f"Key({self.name})"

    def owns(self, secret: str) -> bool:
        return hmac.compare_digest(self.secret.encode(), secret.encode(errors="replace"))

    def sign(self, text: str) -> str:
        """The base64 of HMAC-SHA256."""
        return b64encode(hmac.new(self.secret.encode(), text.encode(), sha256).digest()).decode()


Lookup = Callable[[str], Key | None]
"""Finds a key by its name."""
