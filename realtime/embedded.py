"""The embedded broker as this service runs it: its keys, its file, and a door of its own for the service."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.types import ASGIApp, Receive, Scope, Send

from config import settings
from db.keys import ring
from db.tables import KeyPurpose
from realtime.broker.options import Options
from realtime.broker.service import Broker
from realtime.tokens import lookup

FILE = "realtime.sqlite"
NONCE, NAMED = 12, 16
PLACE = b"realtime.history"


Door = Callable[[ASGIApp], AbstractAsyncContextManager[int]]
"""Serves an application on the loopback, at the port that it yields, until the end of the block."""


class Embedded:
    """The broker while it is ``running``, and where the service itself finds it: whatever is outside, on the
    loopback without TLS. Nobody else is told the port; whoever finds it needs a token as anywhere else.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._port = 0
        self._broker: Broker | None = None

    def address(self) -> str:
        """Host and port.

        Raises:
            ConnectionError: it does not run.
        """
        if not self._port:
            raise ConnectionError("the broker does not run")
        return f"127.0.0.1:{self._port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run from now on, in this event loop, until the end of the block."""
        broker = self._broker = Broker(Options(settings().data / FILE), lookup, SealedHistory())
        async with broker.running(), self._door(broker) as port:
            self._port = port
            try:
                yield
            finally:
                self._port, self._broker = 0, None

    def beside(self, other: ASGIApp) -> ASGIApp:
        """One application: what is for the broker, and everything else."""

        async def either(scope: Scope, receive: Receive, send: Send) -> None:
            broker = self._broker
            await (broker if broker and broker.serves(scope) else other)(scope, receive, send)

        return either

    def revoke(self, sessions: Iterable[str]) -> None:
        """End the tokens that were given out in these sessions, and their sockets."""
        if self._broker is not None:
            self._broker.revoke(*(f"revocationKey:{each}" for each in sessions))


class SealedHistory:
    """What the broker keeps, sealed: id of the key, nonce, AES-256-GCM."""

    def close(self, content: bytes) -> bytes:
        key, nonce = ring.current(KeyPurpose.SEAL), os.urandom(NONCE)
        return key.id.encode() + nonce + AESGCM(key.secret).encrypt(nonce, content, PLACE)

    def open(self, sealed: bytes) -> bytes:
        key, box = ring.get(sealed[:NAMED].decode()), sealed[NAMED:]
        return AESGCM(key.secret).decrypt(box[:NONCE], box[NONCE:], PLACE)
