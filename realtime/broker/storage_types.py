"""What is kept of a channel: publications on their way into the file, and spans of what is in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from realtime.broker import serials
from realtime.broker.message_codec import Item


class Seal(Protocol):
    """What makes content unreadable at rest, and readable again."""

    def close(self, content: bytes) -> bytes: ...

    def open(self, sealed: bytes) -> bytes: ...


class Plain:
    """No seal at all."""

    def close(self, content: bytes) -> bytes:
        return content

    def open(self, sealed: bytes) -> bytes:
        return sealed


class Kind(IntEnum):
    """What a publication consists of."""

    MESSAGE = 0
    PRESENCE = 1


@dataclass(frozen=True)
class Written:
    """How a publication ended: its serial; an older one's when it had been published before."""

    serial: str
    again: bool = False
    error: Exception | None = None


@dataclass(frozen=True)
class Entry:
    """A publication on its way into the file; ``passing`` ones only keep their place in the order."""

    channel: str
    kind: Kind
    serial: str
    items: Sequence[Item]
    passing: bool
    done: Callable[[Written], None]


@dataclass(frozen=True)
class Span:
    """Items of a channel with ``after < serial <= until``, the newest or the oldest first, up to ``most``."""

    channel: str
    kind: Kind
    after: str = serials.LOWEST
    until: str = "9"
    most: int = 1000
    newest_first: bool = False


def member_of(item: Item) -> str:
    """What tells members of a channel apart: one client may be there by several connections."""
    return f"{item['connectionId']}:{item['clientId']}"
