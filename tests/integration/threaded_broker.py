"""A broker on a port of its own, as the service runs it, and clients of Ably's own kinds."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

import jwt
import msgpack
import uvicorn
from ably import AblyRealtime
from ably.types.tokendetails import TokenDetails
from starlette.applications import Starlette
from starlette.routing import Mount
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from realtime.broker import capabilities, tokens
from realtime.broker.app import Broker
from realtime.broker.keys import ApiKey
from realtime.broker.options import BrokerOptions
from server.request_limits import BufferedBodyMiddleware, TimeoutProtocol
from server.serve import MAX_FRAME_BYTES, QuietWebSocketProtocol

KEY = ApiKey("app.key", "a-secret-that-is-long-enough-for-HMAC-SHA256")
TIMEOUT = 10


@dataclass
class ThreadedBroker:
    """A broker that runs in a thread; ``restart`` leaves it as a kill would: its clients are not told."""

    options: BrokerOptions
    cipher: object = None
    port: int = 0
    connections: set = field(default_factory=set)

    def start(self):
        listener = socket.create_server(("127.0.0.1", self.port))
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listener.getsockname()[1]
        self.broker = Broker(self.options, {KEY.name: KEY}.get, self.cipher)
        app = Starlette(routes=[Mount("/", self.broker)], lifespan=lambda _: self.broker.lifespan())
        self.server = uvicorn.Server(
            uvicorn.Config(
                BufferedBodyMiddleware(app),
                http=TimeoutProtocol,
                ws=QuietWebSocketProtocol,
                ws_max_size=MAX_FRAME_BYTES,
                ws_per_message_deflate=False,
                lifespan="on",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=1,
            )
        )
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]})
        self.thread.start()
        while not self.server.started:
            assert self.thread.is_alive()
            threading.Event().wait(0.005)
        return self

    def stop(self):
        self.server.should_exit = True
        self.thread.join()

    def restart(self):
        self.stop()
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def abort_connections(self):
        """Abort every socket that is open, as a broken network does."""
        loop = self.broker._loop

        def abort_all():
            for protocol in list(self.server.server_state.connections):
                protocol.transport.abort()

        loop.call_soon_threadsafe(abort_all)

    def issue_token(self, capability='{"[*]*":["*"]}', lifetime=60, client=None, revocation=None):
        return tokens.issue_token(
            KEY, capabilities.parse_capability(capability), lifetime, client, revocation
        )

    @asynccontextmanager
    async def open_client(self, client_id=None, connected=True, token=None, **options):
        """A client of Ably's Python SDK."""

        async def get_token_details(_params):
            shown = token() if token else self.issue_token(client=client_id)
            if not isinstance(shown, str):
                return shown
            client = jwt.decode(shown, options={"verify_signature": False}).get(tokens.CLIENT_ID_CLAIM)
            return TokenDetails(token=shown, client_id=client)  # of a bare JWT it knows no client: no renewal

        options = {"disconnected_retry_timeout": 100, "realtime_request_timeout": 2000} | options
        if "key" not in options:
            options["auth_callback"] = get_token_details
        made = AblyRealtime(endpoint=f"127.0.0.1:{self.port}/", tls=False, **options)
        try:
            if connected:
                await asyncio.wait_for(made.connection.once_async("connected"), TIMEOUT)
            yield made
        finally:
            await made.close()


def start_broker(folder: Path, **options) -> ThreadedBroker:
    chosen = replace(BrokerOptions(folder / "realtime.sqlite", rate=10_000, tick=0.02), **options)
    return ThreadedBroker(chosen).start()


class RawBrokerClient:
    """A client that says just what it is told to."""

    def __init__(self, socket, binary=False):
        self.socket, self.binary = socket, binary

    async def send_frame(self, action, **frame):
        frame = {"action": int(action), **frame}
        await self.socket.send(msgpack.packb(frame) if self.binary else json.dumps(frame))

    async def receive_frame(self, *actions):
        """The next frame, or the next that is one of these."""
        async with asyncio.timeout(TIMEOUT):
            while True:
                raw = await self.socket.recv()
                frame = msgpack.unpackb(raw) if self.binary else json.loads(raw)
                if not actions or frame["action"] in actions:
                    return frame

    async def receive_until_closed(self):
        """All frames until the broker hangs up."""
        frames = []
        try:
            while True:
                frames.append(await self.receive_frame())
        except ConnectionClosed:
            return frames


@asynccontextmanager
async def open_raw_client(broker, binary=False, token=None, **query):
    query = {"v": "5", "format": "msgpack" if binary else "json", **query}
    if "key" not in query:
        query.setdefault("access_token", token or broker.issue_token(client="ada"))
    address = f"ws://127.0.0.1:{broker.port}/any/path?{urlencode(query)}"
    async with connect(address, max_size=None, close_timeout=0.5) as socket:
        yield RawBrokerClient(socket, binary)


async def async_wait_until(condition):
    """Wait for what a client has no event for."""
    async with asyncio.timeout(TIMEOUT):
        while not condition():
            await asyncio.sleep(0.005)
