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
from realtime.broker.keys import Key
from realtime.broker.options import Options
from server.request_limits import PatientProtocol, WholeBodies
from server.serve import LARGEST_FRAME, DiscreetSockets

KEY = Key("app.key", "a-secret-that-is-long-enough-for-HMAC-SHA256")
PATIENCE = 10


@dataclass
class Running:
    """A broker that runs in a thread; ``restart`` leaves it as a kill would: its clients are not told."""

    options: Options
    seal: object = None
    port: int = 0
    connections: set = field(default_factory=set)

    def start(self):
        listener = socket.create_server(("127.0.0.1", self.port))
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listener.getsockname()[1]
        self.broker = Broker(self.options, {KEY.name: KEY}.get, self.seal)
        app = Starlette(routes=[Mount("/", self.broker)], lifespan=lambda _: self.broker.running())
        self.server = uvicorn.Server(
            uvicorn.Config(
                WholeBodies(app),
                http=PatientProtocol,
                ws=DiscreetSockets,
                ws_max_size=LARGEST_FRAME,
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
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def drop(self):
        """Abort every socket that is open, as a broken network does."""
        loop = self.broker._loop

        def abort():
            for protocol in list(self.server.server_state.connections):
                protocol.transport.abort()

        loop.call_soon_threadsafe(abort)

    def token(self, capability='{"[*]*":["*"]}', lifetime=60, client=None, revocation=None):
        return tokens.issue(KEY, capabilities.read(capability), lifetime, client, revocation)

    @asynccontextmanager
    async def client(self, client_id=None, connected=True, token=None, **options):
        """A client of Ably's Python SDK."""

        async def show(_params):
            shown = token() if token else self.token(client=client_id)
            if not isinstance(shown, str):
                return shown
            client = jwt.decode(shown, options={"verify_signature": False}).get(tokens.CLIENT)
            return TokenDetails(token=shown, client_id=client)  # of a bare JWT it knows no client: no renewal

        options = {"disconnected_retry_timeout": 100, "realtime_request_timeout": 2000} | options
        if "key" not in options:
            options["auth_callback"] = show
        made = AblyRealtime(endpoint=f"127.0.0.1:{self.port}/", tls=False, **options)
        try:
            if connected:
                await asyncio.wait_for(made.connection.once_async("connected"), PATIENCE)
            yield made
        finally:
            await made.close()


def running(folder: Path, **options) -> Running:
    chosen = replace(Options(folder / "realtime.sqlite", rate=10_000, tick=0.02), **options)
    return Running(chosen).start()


class Wire:
    """A client that says just what it is told to."""

    def __init__(self, socket, binary=False):
        self.socket, self.binary = socket, binary

    async def send(self, action, **frame):
        frame = {"action": int(action), **frame}
        await self.socket.send(msgpack.packb(frame) if self.binary else json.dumps(frame))

    async def next(self, *actions):
        """The next frame, or the next that is one of these."""
        async with asyncio.timeout(PATIENCE):
            while True:
                raw = await self.socket.recv()
                frame = msgpack.unpackb(raw) if self.binary else json.loads(raw)
                if not actions or frame["action"] in actions:
                    return frame

    async def rest(self):
        """All frames until the broker hangs up."""
        frames = []
        try:
            while True:
                frames.append(await self.next())
        except ConnectionClosed:
            return frames


@asynccontextmanager
async def wire(broker, binary=False, token=None, **query):
    query = {"v": "5", "format": "msgpack" if binary else "json", **query}
    if "key" not in query:
        query.setdefault("access_token", token or broker.token(client="ada"))
    address = f"ws://127.0.0.1:{broker.port}/any/path?{urlencode(query)}"
    async with connect(address, max_size=None, close_timeout=0.5) as socket:
        yield Wire(socket, binary)


async def until(condition):
    """Wait for what a client has no event for."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)
