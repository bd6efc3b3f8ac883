"""What the history stores: publications to be written, results of writing, and queries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from realtime.broker import serials
from realtime.broker.message_codec import Item


class Cipher(Protocol):
    """Encrypts stored content and decrypts it."""

    def encrypt(self, content: bytes) -> bytes: ...

    def decrypt(self, sealed: bytes) -> bytes: ...


class NullCipher:
    """A cipher that leaves content as it is."""

    def encrypt(self, content: bytes) -> bytes:
        return content

    def decrypt(self, sealed: bytes) -> bytes:
        return sealed


class PublicationKind(IntEnum):
    """What a publication consists of."""

    MESSAGE = 0
    PRESENCE = 1


@dataclass(frozen=True)
class WriteResult:
    """The result of writing a publication: its serial, or the serial of the earlier one that it repeats."""

    serial: str
    is_duplicate: bool = False
    error: Exception | None = None


@dataclass(frozen=True)
class PendingWrite:
    """A publication to be written; an ``is_ephemeral`` one is not stored, and only keeps its place."""

    channel: str
    kind: PublicationKind
    serial: str
    items: Sequence[Item]
    is_ephemeral: bool
    on_written: Callable[[WriteResult], None]


@dataclass(frozen=True)
class HistoryQuery:
    """Selects up to ``limit`` items of a channel with ``after < serial <= until``, oldest or newest first."""

    channel: str
    kind: PublicationKind
    after: str = serials.LOWEST_SERIAL
    until: str = "9"
    limit: int = 1000
    newest_first: bool = False


def get_member_key(item: Item) -> str:
    """Return the key of a member within a channel: a client may be present through several connections."""
    return f"{item['connectionId']}:{item['clientId']}"
