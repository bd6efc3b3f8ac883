"""Messages of channels, and who listens to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Message:
    """What was published: when (ms), by whom, its place in the channel, name and content.

    Who publishes it twice gives it the same ``id``.
    """

    at: int
    client_id: str
    serial: str
    name: str
    data: Any
    id: str = ""


@dataclass(frozen=True)
class Ear:
    """Who listens to a channel: ``heard`` gets its messages, ``missed`` is told when some may be lost.

    Both are called in the loop, and must not block. ``cipher``: the key of its encryption, if it has one.
    """

    heard: Callable[[Message], None]
    missed: Callable[[], None]
    cipher: bytes | None = None
