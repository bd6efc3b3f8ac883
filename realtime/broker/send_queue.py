"""The outgoing queue of a WebSocket: a task sends in order, so that nobody waits for slow clients."""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic

from starlette.types import Send

from realtime.broker.frames import Format, Frame, encode_frame

MAX_QUEUED_BYTES = 8 * 2**20
"""The bytes that may be queued for one client."""
NORMAL, TRY_AGAIN = 1000, 1013
"""WebSocket close codes."""


class QueuedSocket:
    """The socket of a client. ``last_put_at`` is when something was last queued (monotonic seconds)."""

    def __init__(self, form: Format, send: Send) -> None:
        self.format: Format = form
        self.last_put_at = monotonic()
        self._send = send
        self._queue: deque[bytes] = deque()
        self._size = 0
        self._close_code: int | None = None
        self._has_work = asyncio.Event()

    def send_frame(self, frame: Frame) -> None:
        self.put_encoded(encode_frame(frame, self.format))

    def put_encoded(self, encoded: bytes) -> None:
        """Queue an encoded frame; a client that is too slow is disconnected, and can resume."""
        if self._close_code is not None:
            return
        self.last_put_at = monotonic()
        self._queue.append(encoded)
        self._size += len(encoded)
        if self._size > MAX_QUEUED_BYTES:
            self._queue.clear()
            self.close(TRY_AGAIN)
        self._has_work.set()

    def close(self, code: int = NORMAL) -> None:
        """Close the socket after everything queued so far has been sent."""
        if self._close_code is None:
            self._close_code = code
            self._has_work.set()

    async def write_queued(self) -> None:
        """Send queued frames until the socket is closed."""
        as_text = self.format == "json"
        while True:
            while self._queue:
                encoded = self._queue.popleft()
                self._size -= len(encoded)
                event = {"text": encoded.decode()} if as_text else {"bytes": encoded}
                await self._send({"type": "websocket.send", **event})
            if self._close_code is not None:
                await self._send({"type": "websocket.close", "code": self._close_code})
                return
            self._has_work.clear()
            await self._has_work.wait()
