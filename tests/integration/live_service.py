"""The whole service on a port, in this process, and people in live sessions by Ably's own SDK."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from ably import AblyRealtime
from ably.types.channeloptions import ChannelOptions
from ably.types.tokendetails import TokenDetails
from ably.util.crypto import CipherParams

from app import create_asgi_app
from config import Settings, get_settings
from datasets.ingest.importer import import_file
from server.request_limits import TimeoutProtocol
from server.serve import MAX_FRAME_BYTES, QuietWebSocketProtocol

TIMEOUT = 20


def import_trips(folder):
    """A dataset of 300 flights, with three columns; its version."""
    file = folder / "trips.csv"
    rows = "".join(f"{n % 60},{'ATL' if n % 3 else 'ORD'},{n}\n" for n in range(300))
    file.write_text(f"delay,origin,salary\n{rows}")
    return import_file(file, "trips", "Trips", lambda *_: None, lambda _: None).version


class ThreadedService:
    """The service; ``restart`` begins it anew on the same port and data."""

    def __init__(self, dash):
        self.dash, self.port = dash, 0

    def start(self):
        listener = socket.create_server(("127.0.0.1", self.port))
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listener.getsockname()[1]
        chosen = {"http": TimeoutProtocol, "ws": QuietWebSocketProtocol, "ws_max_size": MAX_FRAME_BYTES}
        quiet = {"log_config": None, "access_log": False, "ws_per_message_deflate": False}
        own = Settings(data=get_settings().data, database_url=get_settings().database_url, request_threads=4)
        self.server = uvicorn.Server(
            uvicorn.Config(
                create_asgi_app(self.dash, own), lifespan="on", timeout_graceful_shutdown=1, **chosen, **quiet
            )
        )
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]})
        self.thread.start()
        wait_until(lambda: self.server.started or not self.thread.is_alive())
        assert self.server.started

    def stop(self):
        self.server.should_exit = True
        self.thread.join()

    def restart(self):
        self.stop()
        self.start()


@contextmanager
def run_service(dash):
    own = ThreadedService(dash)
    own.start()
    try:
        yield own
    finally:
        own.stop()


def wait_until(condition, timeout=TIMEOUT):
    """Wait for what happens in another thread; what it was in the end."""
    end = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < end, "this never happened"
        threading.Event().wait(0.01)
    return found


async def async_wait_until(condition):
    """The same, in a loop that goes on meanwhile."""
    async with asyncio.timeout(TIMEOUT):
        while not (found := condition()):
            await asyncio.sleep(0.01)
        return found


class SessionMember:
    """Somebody in a live session: what they hear and say; ``answers``: statuses, as they asked for tokens."""

    def __init__(self, client, channels, cipher, answers):
        self.client, self.answers = client, answers
        self.options = ChannelOptions(cipher=CipherParams(secret_key=cipher)) if cipher else None
        self.names = channels
        self.heard = {name: [] for name in self.names}

    def get_channel(self, channel):
        return self.client.channels.get(self.names[channel])  # with the options of ``subscribe_channels``

    async def subscribe_channels(self):
        for which, name in self.names.items():
            await self.client.channels.get(name, self.options).subscribe(
                lambda message, to=self.heard[which]: to.append(message)
            )

    async def renew_token(self):
        """Show a new token, and attach with what it allows."""
        await self.client.auth.authorize()
        for which in ("state", "brush"):
            await self.get_channel(which).detach()
            await self.get_channel(which).attach()

    async def commit_state(self, seq, exploration, **more):
        data = {"seq": seq, "exploration": exploration, "at": int(time.time() * 1000)} | more
        await self.get_channel("state").publish("state", data)

    def list_messages(self, channel, name):
        return [message.data for message in self.heard[channel] if message.name == name]


@asynccontextmanager
async def join_session(service, browser, key, cipher=None):
    """A browser (of Flask's) joins a live session as its page would."""
    answers, channels = [], {}

    async def get_token_details(_params):
        answer = browser.post(f"/api/live/{key}/token", json={})
        answers.append(answer.status_code)
        assert answer.status_code == 200, answer.text
        channels.update({part: name for part, name in answer.json["realtime"]["channels"].items() if name})
        return TokenDetails(answer.json["token"], client_id=answer.json["clientId"])

    at_once = {"disconnected_retry_timeout": 200, "realtime_request_timeout": 4000}
    client = AblyRealtime(
        auth_callback=get_token_details, endpoint=f"127.0.0.1:{service.port}/", tls=False, **at_once
    )
    try:
        await asyncio.wait_for(client.connection.once_async("connected"), TIMEOUT)
        joined = SessionMember(client, channels, cipher, answers)
        await joined.subscribe_channels()
        yield joined
    finally:
        await client.close()
