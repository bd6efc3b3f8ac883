"""A socket's way out: a task of its own sends in order, so that nobody waits for the slow."""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic

from starlette.types import Send

from realtime.broker.frames import Format, Frame, encode

FULL = 8 * 2**20
"""Bytes that may wait for a client."""
NORMAL, TRY_AGAIN = 1000, 1013


class Socket:
    """One socket of one client. ``sent`` is when something was last put."""

    def __init__(self, form: Format, send: Send) -> None:
        self.format: Format = form
        self.sent = monotonic()
        self._send = send
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._closing: int | None = None
        self._filled = asyncio.Event()

    def send(self, frame: Frame) -> None:
        self.put(encode(frame, self.format))

    def put(self, encoded: bytes) -> None:
        """Send what is encoded; a client that is too slow is cut off: it comes back for what it missed."""
        if self._closing is not None:
            return
        self.sent = monotonic()
        self._waiting.append(encoded)
        self._size += len(encoded)
        if self._size > FULL:
            self._waiting.clear()
            self.close(TRY_AGAIN)
        self._filled.set()

    def close(self, code: int = NORMAL) -> None:
        """Close once all is sent that has been put so far."""
        if self._closing is None:
            self._closing = code
            self._filled.set()

    async def write(self) -> None:
        """Send until it is closed."""
        as_text = self.format == "json"
        while True:
            while self._waiting:
                encoded = self._waiting.popleft()
                self._size -= len(encoded)
                event = {"text": encoded.decode()} if as_text else {"bytes": encoded}
                await self._send({"type": "websocket.send", **event})
            if self._closing is not None:
                await self._send({"type": "websocket.close", "code": self._closing})
                return
            self._filled.clear()
            await self._filled.wait()
