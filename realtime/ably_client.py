"""The only user of Ably's Python SDK, with the event loop and the workarounds that the SDK needs.

The SDK (version 3.1) must be created within a running loop. Its address keeps a port only with a slash behind
it, because its socket drops ``port`` otherwise. Over plain HTTP it needs a token from an async callback, with
the client id beside it, or it can't renew the token. It may stay "connected" to a dead socket, or forget what
it was publishing; so the connection is pinged, and built anew when anything takes too long. A message that it
can't decode takes all others of its frame with it; so messages are taken from it before it decodes them. It
logs whole frames, and addresses with tokens in them; so its loggers are silenced, and this module logs what
fails.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_hex
from threading import Lock, Thread
from time import time
from typing import Any, TypeVar
from urllib.parse import quote_plus

import structlog
from ably import AblyException, AblyRealtime
from ably.http.paginatedresult import PaginatedResult, format_params
from ably.transport.websockettransport import ProtocolMessageAction
from ably.types.channeloptions import ChannelOptions
from ably.types.channelstate import ChannelState
from ably.types.message import Message as AblyMessage
from ably.types.tokendetails import TokenDetails
from ably.util.crypto import CipherParams
from ably.util.exceptions import catch_all

from realtime.channel_messages import ChannelListener, ChannelMessage
from realtime.message_decoding import decode_item

T = TypeVar("T")
HEARTBEAT_INTERVAL = 5.0
"""The seconds between two checks whether the connection is alive."""
REQUEST_TIMEOUT = 5.0
"""The seconds that any request may take."""
RETRY_DELAY = 0.5
"""The seconds until a connection is built anew, or a message that came too soon is published again."""
PAGE_SIZE = 100
"""The number of messages in one page of the history."""
SDK_LOGGERS = ("ably", "websockets", "httpx", "httpcore", "h2", "hpack")

TokenSource = Callable[[], tuple[str, str, float]]
"""Returns a token, the client id in it, and the seconds for which it is valid."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _OutgoingMessage:
    channel: str
    name: str
    data: dict[str, Any] | bytes
    cipher: bytes | None
    id: str  # a message that is published twice counts once
    ephemeral: bool = False
    published: Future[None] = field(default_factory=Future)

    def to_ably(self) -> AblyMessage:
        extras = {"ephemeral": True} if self.ephemeral else None
        return AblyMessage(name=self.name, data=self.data, id=self.id, extras=extras)


class AblyClient:
    """One connection, made at the first call and kept until ``close``. For many threads.

    ``address`` returns host and port, or "" for Ably's cloud; it raises ConnectionError while there is none.
    ``get_token`` is called for each connection, and before a token expires.
    """

    def __init__(
        self,
        address: Callable[[], str],
        get_token: TokenSource,
        heartbeat: float = HEARTBEAT_INTERVAL,
        tls: bool = False,
    ) -> None:
        self._address, self._get_token, self._heartbeat, self._tls = address, get_token, heartbeat, tls
        self._start_lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._main_task: asyncio.Task[None] | None = None
        self._client: AblyRealtime | None = None
        self._channels: dict[str, Any] = {}
        self._listeners: dict[str, ChannelListener] = {}
        self._outbox: deque[_OutgoingMessage] = deque()
        self._has_outgoing = asyncio.Event()

    def publish(
        self,
        channel: str,
        name: str,
        data: dict[str, Any] | bytes,
        cipher: bytes | None = None,
        id_: str = "",
    ) -> Future[None]:
        """Publish a message once, in the order of the calls, as soon as there is a connection.

        ``id_`` identifies the message, so that publishing it twice counts once. By default it gets a new id.
        """
        return self._enqueue(_OutgoingMessage(channel, name, data, cipher, id_ or _new_message_id()))

    def publish_ephemeral(
        self, channel: str, name: str, data: dict[str, Any], cipher: bytes | None = None
    ) -> Future[None]:
        """Publish a message for those who listen now; no history stores it."""
        return self._enqueue(_OutgoingMessage(channel, name, data, cipher, _new_message_id(), ephemeral=True))

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection now."""
        return self._client is not None

    def subscribe(self, channel: str, listener: ChannelListener) -> None:
        """Listen to a channel from now on, also after reconnecting."""
        self.run_coroutine(self._subscribe(channel, listener))

    def unsubscribe(self, channel: str) -> None:
        """Stop listening to a channel."""
        self.run_coroutine(self._unsubscribe(channel))

    def run_coroutine(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine in the client's event loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._ensure_started())

    async def fetch_since(self, channel: str, serial: str) -> list[ChannelMessage]:
        """Return the messages of a subscribed channel after a serial, oldest first. In the loop only.

        Raises:
            ConnectionError: the history can't be read now.
        """
        newer: list[ChannelMessage] = []
        async for page in self._list_pages(channel, direction="backwards"):
            newer += [message for message in page if message.serial > serial]
            if page and page[-1].serial <= serial:
                break
        return newer[::-1]

    async def fetch_pages(self, channel: str, start: int) -> AsyncIterator[list[ChannelMessage]]:
        """Yield the messages of a subscribed channel from a moment (ms) on, oldest first. In the loop only.

        Raises:
            ConnectionError: the history can't be read now.
        """
        async for page in self._list_pages(channel, direction="forwards", start=start):
            yield page

    def close(self) -> None:
        """Close the connection and end its thread; messages that are not published yet are lost."""
        with self._start_lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is not None and thread is not None and self._main_task is not None:
            loop.call_soon_threadsafe(self._main_task.cancel)
            thread.join()

    def _ensure_started(self) -> asyncio.AbstractEventLoop:
        with self._start_lock:
            if self._loop is None:
                for name in SDK_LOGGERS:
                    logging.getLogger(name).setLevel(logging.CRITICAL + 1)
                self._loop = asyncio.new_event_loop()
                self._main_task = self._loop.create_task(self._connect_forever())
                self._thread = Thread(
                    target=self._run_loop, args=[self._loop, self._main_task], name="ably", daemon=True
                )
                self._thread.start()
            return self._loop

    @staticmethod
    def _run_loop(loop: asyncio.AbstractEventLoop, main_task: asyncio.Task[None]) -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(main_task)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    async def _connect_forever(self) -> None:
        """Keep a connection: when one fails, build the next."""
        while True:
            try:
                await self._run_connection()
            except* Exception as group:
                log.info("the realtime connection failed; reconnecting", reason=_describe_error(group))
            await asyncio.sleep(RETRY_DELAY)

    async def _run_connection(self) -> None:
        client = _create_client(self._address(), self._get_token, self._tls)
        try:
            await await_bounded(client.connection.once_async("connected"))
            self._client, self._channels = client, {}
            for channel, listener in list(self._listeners.items()):
                await self._attach(channel, listener)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._publish_queued())
                group.create_task(self._monitor(client))
        finally:
            self._client = None
            with suppress(TimeoutError):
                await await_bounded(client.close())

    async def _monitor(self, client: AblyRealtime) -> None:
        """Raise as soon as the connection or one of its channels is dead."""
        alive_states = (ChannelState.ATTACHED, ChannelState.ATTACHING)
        while True:
            await asyncio.sleep(self._heartbeat)
            await await_bounded(client.connection.ping())
            lost = [
                name
                for name, listener in self._listeners.items()
                if self._get_channel(name, listener.cipher).state not in alive_states
            ]
            if lost:
                raise ConnectionError(f"{len(lost)} channels are not attached")

    def _enqueue(self, message: _OutgoingMessage) -> Future[None]:
        self._ensure_started().call_soon_threadsafe(self._append_outgoing, message)
        return message.published

    def _append_outgoing(self, message: _OutgoingMessage) -> None:
        self._outbox.append(message)
        self._has_outgoing.set()

    async def _publish_queued(self) -> None:
        while True:
            await self._has_outgoing.wait()
            while self._outbox:
                if await self._try_publish(self._outbox[0]):
                    self._outbox.popleft()
            self._has_outgoing.clear()

    async def _try_publish(self, outgoing: _OutgoingMessage) -> bool:
        """Return whether a message is done with: published, or refused for good. Any other failure raises."""
        try:
            channel = self._get_channel(outgoing.channel, outgoing.cipher)
            await await_bounded(channel.publish(outgoing.to_ably()))
        except AblyException as error:
            if error.status_code == 429:
                await asyncio.sleep(RETRY_DELAY)
                return False
            if not _is_final(error):
                raise
            log.warning(
                "a message was rejected", channel=outgoing.channel, name=outgoing.name, code=error.code
            )
        outgoing.published.set_result(None)
        return True

    async def _subscribe(self, channel: str, listener: ChannelListener) -> None:
        self._listeners[channel] = listener
        if self._client is not None:
            await self._attach(channel, listener)

    async def _attach(self, name: str, listener: ChannelListener) -> None:
        channel = self._get_channel(name, listener.cipher)
        channel.on("update", lambda _: listener.on_gap())
        channel.on(ChannelState.ATTACHED, lambda change: None if change.resumed else listener.on_gap())
        _intercept_messages(channel, lambda item: listener.on_message(decode_item(item, listener.cipher)))
        await channel.attach()

    async def _unsubscribe(self, channel: str) -> None:
        sdk_channel = self._channels.pop(channel, None)
        if (
            self._listeners.pop(channel, None) is not None
            and self._client is not None
            and sdk_channel is not None
        ):
            await sdk_channel.detach()
            self._client.channels.release(channel)

    def _get_channel(self, name: str, cipher: bytes | None) -> Any:  # noqa: ANN401
        """Return a channel of the current connection.

        Raises:
            ConnectionError: there is no connection now.
        """
        if self._client is None:
            raise ConnectionError("there is no connection")
        if name not in self._channels:
            options = ChannelOptions(cipher=CipherParams(secret_key=cipher)) if cipher else None
            self._channels[name] = self._client.channels.get(name, options)
        return self._channels[name]

    async def _list_pages(self, channel: str, **params: Any) -> AsyncIterator[list[ChannelMessage]]:  # noqa: ANN401
        """Yield the pages of the history of a subscribed channel.

        Raises:
            ConnectionError: the history can't be read now.
        """
        if self._client is None:
            raise ConnectionError("there is no connection")
        path = f"/channels/{quote_plus(channel, safe=':')}/messages{format_params(limit=PAGE_SIZE, **params)}"
        cipher, read = self._listeners[channel].cipher, catch_all(PaginatedResult.paginated_query)
        page = await _await_page(read(self._client.http, url=path, response_processor=_list_items))
        while page is not None:
            yield [decode_item(item, cipher) for item in page.items]
            page = await _await_page(catch_all(page.next)()) if page.has_next() else None


async def await_bounded(request: Awaitable[T]) -> T:
    """Return what the SDK answers, unless this task is cancelled.

    On Python 3.11 ``asyncio.wait_for`` returns an answer that comes at the moment of a cancellation, and
    the task, which nobody cancels a second time, goes on for ever.

    Raises:
        TimeoutError: it takes longer than ``REQUEST_TIMEOUT``.
    """
    before = _count_cancellations()
    answer = await asyncio.wait_for(request, REQUEST_TIMEOUT)
    if _count_cancellations() > before:
        raise asyncio.CancelledError
    return answer


def _count_cancellations() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task else 0


async def _await_page(request: Awaitable[Any]) -> Any:  # noqa: ANN401
    """Return the page of the history that the SDK requests.

    Raises:
        ConnectionError: it can't be read now.
    """
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT):
            return await request
    except (AblyException, TimeoutError) as error:
        raise ConnectionError(f"the history can't be read: {_describe_error(error)}") from error


def _list_items(response: Any) -> list[Any]:  # noqa: ANN401
    """Return the messages of a response as they are on the wire."""
    return response.to_native() or []


def _intercept_messages(channel: Any, on_item: Callable[[dict[str, Any]], None]) -> None:  # noqa: ANN401
    """Take the messages of a channel as they are on the wire; the SDK only keeps count of the frames."""
    receive_frame = channel._on_message  # the SDK offers no other way

    def receive_intercepted(frame: dict[str, Any]) -> None:
        if frame.get("action") == ProtocolMessageAction.MESSAGE:
            AblyMessage.update_inner_message_fields(frame)
            for item in frame.get("messages") or []:
                on_item(item)
            frame = frame | {"messages": []}
        receive_frame(frame)

    channel._on_message = receive_intercepted


def _create_client(address: str, get_token: TokenSource, tls: bool) -> AblyRealtime:
    async def get_token_details(_params: object) -> TokenDetails:
        now = time()
        token, client_id, lifetime = get_token()
        return TokenDetails(token, expires=int((now + lifetime) * 1000), client_id=client_id)

    address_options = {"endpoint": f"{address}/", "tls": tls} if address else {}
    timeouts = {
        "realtime_request_timeout": int(REQUEST_TIMEOUT * 1000),
        "disconnected_retry_timeout": 1000,
    }
    return AblyRealtime(auth_callback=get_token_details, **timeouts, **address_options)


def _is_final(error: AblyException) -> bool:
    """Return whether publishing again is useless: the message is at fault, not the channel or the token."""
    is_retryable = error.code == 90000 or 40140 <= error.code < 40150
    return 400 <= (error.status_code or 0) < 500 and not is_retryable


def _new_message_id() -> str:
    return f"{token_hex(8)}:0"


def _describe_error(error: BaseException) -> str:
    """Return what failed, without addresses and frames, which may have tokens in them."""
    if isinstance(error, BaseExceptionGroup):
        return ", ".join(map(_describe_error, error.exceptions))
    if isinstance(error, AblyException):
        return f"{error.code}"
    return str(error) if type(error) is ConnectionError else type(error).__name__
