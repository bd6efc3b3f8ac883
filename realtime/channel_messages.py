"""Messages of channels, and their listeners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ChannelMessage:
    """A published message: when (ms), by which client, its serial in the channel, its name and its data.

    A message that is published again has the same ``id``. ``problem`` says why the data can't be decoded; it
    is empty if they were, otherwise ``data`` is as it came.
    """

    published_at: int
    client_id: str
    serial: str
    name: str
    data: Any
    id: str = ""
    problem: str = ""


@dataclass(frozen=True)
class ChannelListener:
    """A listener of a channel: ``on_message`` receives its messages; ``on_gap``: some may be lost.

    Both are called in the client's event loop and must not block. ``cipher`` is the key that decrypts the
    channel's messages, if they are encrypted.
    """

    on_message: Callable[[ChannelMessage], None]
    on_gap: Callable[[], None]
    cipher: bytes | None = None
