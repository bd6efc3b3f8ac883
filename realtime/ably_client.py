"""The adapter: the one owner of Ably's Python SDK, its event loop and all its peculiarities.

What the SDK needs (version 3.1): it is built within a running loop; its address takes a port only with a
slash behind it, as that of a socket drops ``port`` else; over plain HTTP it wants a token from an async
callback, with the client's id beside it, or it can't renew it; it may stay "connected" to a dead socket, or
forget what it was publishing, so it is pinged, and built anew when anything takes too long. It logs whole
frames, and addresses with tokens in them: nothing of it goes to the log, this module says what fails.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_hex
from threading import Lock, Thread
from time import time
from typing import Any, TypeVar

import structlog
from ably import AblyException, AblyRealtime
from ably.types.channeloptions import ChannelOptions
from ably.types.channelstate import ChannelState
from ably.types.message import Message as AblyMessage
from ably.types.tokendetails import TokenDetails
from ably.util.crypto import CipherParams

from realtime.channel_messages import Ear, Message
from realtime.live import tokens

T = TypeVar("T")
HEARTBEAT = 5.0
"""Seconds between two looks whether the connection is alive."""
PATIENCE = 5.0
"""Seconds that anything it is asked may take."""
PAUSE = 0.5
"""Seconds before it is built anew, or a message is published that came too soon."""
PAGE = 100
TALKATIVE = ("ably", "websockets", "httpx", "httpcore", "h2", "hpack")

log = structlog.get_logger(__name__)


Entry = Callable[[], tuple[str, str]]


def service() -> tuple[str, str]:
    return tokens.of_service(), tokens.SERVER


@dataclass(frozen=True)
class _Letter:
    channel: str
    name: str
    data: dict[str, Any] | bytes
    cipher: bytes | None
    id: str  # what comes twice counts once
    ephemeral: bool = False
    out: Future[None] = field(default_factory=Future)


class Adapter:
    """One connection, made at the first call and held until ``close``. For many threads.

    ``address`` gives host and port, or "" for Ably's cloud; it raises ConnectionError while there is none.
    It connects as the service itself, or with what ``token`` gives: a token, and the client id in it.
    """

    def __init__(
        self,
        address: Callable[[], str],
        heartbeat: float = HEARTBEAT,
        token: Entry = service,
        tls: bool = False,
    ) -> None:
        self._address, self._heartbeat, self._token, self._tls = address, heartbeat, token, tls
        self._beginning = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._living: asyncio.Task[None] | None = None
        self._client: AblyRealtime | None = None
        self._channels: dict[str, Any] = {}
        self._ears: dict[str, Ear] = {}
        self._outbox: deque[_Letter] = deque()
        self._posted = asyncio.Event()

    def publish(
        self,
        channel: str,
        name: str,
        data: dict[str, Any] | bytes,
        cipher: bytes | None = None,
        id_: str = "",
    ) -> Future[None]:
        """Publish in the order of the calls, each once, as soon as there is a connection.

        ``id_`` is the message's own; without one it gets one.
        """
        return self._send(_Letter(channel, name, data, cipher, id_ or _id()))

    def publish_ephemeral(
        self, channel: str, name: str, data: dict[str, Any], cipher: bytes | None = None
    ) -> Future[None]:
        """Publish for those who listen now; it is kept nowhere."""
        return self._send(_Letter(channel, name, data, cipher, _id(), ephemeral=True))

    @property
    def connected(self) -> bool:
        return self._client is not None

    def listen(self, channel: str, ear: Ear) -> None:
        """Listen to a channel from now on, by whatever connection."""
        self.run(self._listen(channel, ear))

    def ignore(self, channel: str) -> None:
        self.run(self._ignore(channel))

    def run(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Let it run in the loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._begun())

    async def since(self, channel: str, serial: str) -> list[Message]:
        """What a channel that is listened to remembers after this serial, oldest first. In the loop only.

        Raises:
            ConnectionError: it can't be asked now.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._since(self._channel(channel, self._ears[channel].cipher), serial)
        except (AblyException, OSError) as error:
            raise ConnectionError(f"the history can't be read: {_reason(error)}") from error

    async def pages(self, channel: str, moment: int) -> AsyncIterator[list[Message]]:
        """What a channel that is listened to remembers from a moment (ms) on, oldest first. In the loop only.

        Raises:
            ConnectionError: it can't be asked now.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                own = self._channel(channel, self._ears[channel].cipher)
                page = await own.history(direction="forwards", limit=PAGE, start=moment)
            while page is not None:
                yield [_message(each) for each in page.items]
                async with asyncio.timeout(PATIENCE):
                    page = await page.next() if page.has_next() else None
        except (AblyException, OSError) as error:
            raise ConnectionError(f"the history can't be read: {_reason(error)}") from error

    def close(self) -> None:
        """End the connection and its thread; what is not published yet is lost."""
        with self._beginning:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is not None and thread is not None and self._living is not None:
            loop.call_soon_threadsafe(self._living.cancel)
            thread.join()

    def _begun(self) -> asyncio.AbstractEventLoop:
        with self._beginning:
            if self._loop is None:
                for name in TALKATIVE:
                    logging.getLogger(name).setLevel(logging.CRITICAL + 1)
                self._loop = asyncio.new_event_loop()
                self._living = self._loop.create_task(self._live())
                self._thread = Thread(
                    target=self._run, args=[self._loop, self._living], name="ably", daemon=True
                )
                self._thread.start()
            return self._loop

    @staticmethod
    def _run(loop: asyncio.AbstractEventLoop, living: asyncio.Task[None]) -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(living)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    async def _live(self) -> None:
        """One connection after the other."""
        while True:
            try:
                await self._one_life()
            except* Exception as group:
                log.info("the connection for live sessions is built anew", reason=_reason(group))
            await asyncio.sleep(PAUSE)

    async def _one_life(self) -> None:
        client = _built(self._address(), self._token, self._tls)
        try:
            await asyncio.wait_for(client.connection.once_async("connected"), PATIENCE)
            self._client, self._channels = client, {}
            for channel, ear in list(self._ears.items()):
                await self._attach(channel, ear)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._deliver())
                group.create_task(self._watch(client))
        finally:
            self._client = None
            with suppress(TimeoutError):
                await asyncio.wait_for(client.close(), PATIENCE)

    async def _watch(self, client: AblyRealtime) -> None:
        """Raises as soon as the connection, or a channel of it, is dead."""
        good = (ChannelState.ATTACHED, ChannelState.ATTACHING)
        while True:
            await asyncio.sleep(self._heartbeat)
            await asyncio.wait_for(client.connection.ping(), PATIENCE)
            lost = [
                name for name, ear in self._ears.items() if self._channel(name, ear.cipher).state not in good
            ]
            if lost:
                raise ConnectionError(f"{len(lost)} channels are lost")

    def _send(self, letter: _Letter) -> Future[None]:
        self._begun().call_soon_threadsafe(self._post, letter)
        return letter.out

    def _post(self, letter: _Letter) -> None:
        self._outbox.append(letter)
        self._posted.set()

    async def _deliver(self) -> None:
        while True:
            await self._posted.wait()
            while self._outbox:
                if await self._sent(self._outbox[0]):
                    self._outbox.popleft()
            self._posted.clear()

    async def _sent(self, letter: _Letter) -> bool:
        """Whether it is done with: published, or refused for good. What fails otherwise is tried again."""
        extras = {"ephemeral": True} if letter.ephemeral else None
        message = AblyMessage(name=letter.name, data=letter.data, id=letter.id, extras=extras)
        try:
            channel = self._channel(letter.channel, letter.cipher)
            await asyncio.wait_for(channel.publish(message), PATIENCE)
        except AblyException as error:
            if error.status_code == 429:
                await asyncio.sleep(PAUSE)
                return False
            if (
                not 400 <= (error.status_code or 0) < 500
                or error.code == 90000
                or 40140 <= error.code < 40150
            ):
                raise
            log.warning("a message was refused", channel=letter.channel, name=letter.name, code=error.code)
        letter.out.set_result(None)
        return True

    async def _listen(self, channel: str, ear: Ear) -> None:
        self._ears[channel] = ear
        if self._client is not None:
            await self._attach(channel, ear)

    async def _attach(self, name: str, ear: Ear) -> None:
        channel = self._channel(name, ear.cipher)
        channel.on("update", lambda _: ear.missed())
        channel.on(ChannelState.ATTACHED, lambda change: None if change.resumed else ear.missed())
        await channel.subscribe(lambda message: ear.heard(_message(message)))

    async def _ignore(self, channel: str) -> None:
        own = self._channels.pop(channel, None)
        if self._ears.pop(channel, None) is not None and self._client is not None and own is not None:
            await own.detach()
            self._client.channels.release(channel)

    def _channel(self, name: str, cipher: bytes | None) -> Any:  # noqa: ANN401
        """A channel of the connection there is.

        Raises:
            ConnectionError: there is none.
        """
        if self._client is None:
            raise ConnectionError("there is no connection now")
        if name not in self._channels:
            options = ChannelOptions(cipher=CipherParams(secret_key=cipher)) if cipher else None
            self._channels[name] = self._client.channels.get(name, options)
        return self._channels[name]

    @staticmethod
    async def _since(channel: Any, serial: str) -> list[Message]:  # noqa: ANN401
        found: list[Message] = []
        page = await channel.history(direction="backwards", limit=PAGE)
        while page is not None:
            newer = [each for each in map(_message, page.items) if each.serial > serial]
            found += newer
            page = await page.next() if page.has_next() and len(newer) == len(page.items) else None
        return found[::-1]


def _built(address: str, token: Entry, tls: bool) -> AblyRealtime:
    async def show(_params: object) -> TokenDetails:
        expires = int((time() + tokens.LIFETIME) * 1000)
        given, client = token()
        return TokenDetails(given, expires=expires, client_id=client)

    place = {"endpoint": f"{address}/", "tls": tls} if address else {}
    milliseconds = {"realtime_request_timeout": int(PATIENCE * 1000), "disconnected_retry_timeout": 1000}
    return AblyRealtime(auth_callback=show, **milliseconds, **place)


def _id() -> str:
    return f"{token_hex(8)}:0"


def _message(message: Any) -> Message:  # noqa: ANN401
    serial = message.serial or message.id
    return Message(message.timestamp, message.client_id or "", serial, message.name, message.data, message.id)


def _reason(error: BaseException) -> str:
    """What failed, without addresses and frames."""
    if isinstance(error, BaseExceptionGroup):
        return ", ".join(map(_reason, error.exceptions))
    if isinstance(error, AblyException):
        return f"{error.code}"
    return str(error) if type(error) is ConnectionError else type(error).__name__
