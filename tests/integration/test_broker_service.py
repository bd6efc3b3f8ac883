"""The broker within the service, and as one of its own: killed, restarted, watched."""

import asyncio
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from config import Settings
from db.keys import key_ring
from db.keys.column_encryption import AlteredError
from db.tables import KeyPurpose
from realtime import keys
from realtime.broker import capabilities, tokens
from realtime.broker.protocol import Action
from realtime.embedded import RingSeal
from server import request_limits
from tests.conftest import using
from tests.integration.threaded_broker import PATIENCE, running, wire

ROOT = Path(__file__).parents[2]


def environment(data, **more):
    return {"DATAXCHANGE_DATA": str(data), "PATH": os.environ["PATH"], **more}


class Process:
    """A program of ours that says on which port it is; ``key`` is its own."""

    def __init__(self, *command, data, **more):
        self.said = data.with_suffix(".log")
        with self.said.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=environment(data, PORT="0", **more),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.address = self.process.stdout.readline().rpartition(" at ")[2].strip()
        self.port = int(self.address.rpartition(":")[2])
        with using(Settings(data=data)):
            self.key = keys.current()

    def token(self, client=None, **_more):
        return tokens.issue(self.key, capabilities.EVERYTHING, 60, client)

    def end(self):
        """Stop it; returns what it has said on standard error."""
        self.process.terminate()
        self.process.communicate(timeout=30)
        return self.said.read_text()


@contextmanager
def program(*command, **more):
    started = Process(*command, **more)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.communicate()


def test_the_broker_is_on_the_port_of_the_service_and_its_log_keeps_tokens(tmp_path):
    async def scene(service):
        async with wire(service) as client:
            await client.send(Action.MESSAGE, channel="room", msgSerial=0, messages=[{"data": "readable"}])
            return (await client.next(Action.ACK))["action"]

    with program("app.py", data=tmp_path / "data", DATAXCHANGE_LOG_LEVEL="DEBUG") as service:
        assert asyncio.run(scene(service)) == Action.ACK
        assert httpx.get(f"{service.address}/health").json()["status"] == "ok"
        auth = (service.key.name, service.key.secret)
        assert (
            httpx.get(f"{service.address}/channels/room/messages", auth=auth).json()[0]["data"] == "readable"
        )
        assert httpx.get(f"{service.address}/channels/room/messages").json()["error"]["code"] == 40106
        said = service.end()
    assert "access_token" not in said
    assert service.key.secret not in said
    kept = (tmp_path / "data" / "realtime.sqlite").read_bytes()
    assert b"room" in kept
    assert b"readable" not in kept


def test_with_a_key_of_ablys_cloud_there_is_no_broker(tmp_path):
    with program("app.py", data=tmp_path / "data", ABLY_API_KEY="app.key:secret") as service:
        answer = httpx.get(f"{service.address}/time")
        assert "location" in answer.headers or answer.status_code == 404
        with pytest.raises(Exception, match=r"HTTP (403|404)"):
            asyncio.run(opened(service))
        said = service.end()
    assert "Traceback" not in said


async def opened(service):
    async with wire(service):
        pass


def test_killed_under_load_it_loses_and_doubles_nothing(tmp_path):
    """What was acknowledged is in history once; what was not is sent again, and is in history once."""
    data = tmp_path / "data"

    async def publish(service, client, numbers):
        for number in numbers:
            await client.send(
                Action.MESSAGE, channel="room", msgSerial=number, messages=[{"data": str(number)}]
            )

    async def before(service):
        async with wire(service) as client:
            key = (await client.next(Action.CONNECTED))["connectionDetails"]["connectionKey"]
            await publish(service, client, range(200))
            acknowledged = [(await client.next(Action.ACK))["msgSerial"] for _ in range(60)]
            service.process.kill()
            return key, acknowledged[-1] + 1

    async def after(service, key, first):
        async with wire(service, resume=key) as client:
            assert "error" not in await client.next(Action.CONNECTED)
            await publish(service, client, range(first, 200))
            for number in range(first, 200):
                assert (await client.next(Action.ACK))["msgSerial"] == number

    command = ("-m", "realtime.broker")
    with program(*command, data=data, DATAXCHANGE_REALTIME_RATE="10000") as service:
        key, first = asyncio.run(before(service))
    with program(*command, data=data, DATAXCHANGE_REALTIME_RATE="10000") as service:
        asyncio.run(after(service, key, first))
        auth = (service.key.name, service.key.secret)
        asked = {"limit": 1000, "direction": "forwards"}
        found = httpx.get(f"{service.address}/channels/room/messages", auth=auth, params=asked).json()
        errors = service.end()
    assert [item["data"] for item in found] == [str(number) for number in range(200)]
    assert errors == ""


def test_a_socket_lives_longer_than_a_request_may_take_to_begin(tmp_path, monkeypatch):
    monkeypatch.setattr(request_limits, "HEAD_WITHIN", 0.2)
    broker = running(tmp_path)

    async def scene():
        async with wire(broker) as client:
            await client.next()
            await asyncio.sleep(0.6)
            await client.send(Action.HEARTBEAT, id="alive")
            return (await client.next(Action.HEARTBEAT))["id"]

    assert asyncio.run(scene()) == "alive"
    broker.stop()


def test_a_disk_that_is_full_is_told_and_not_taken_for_written(tmp_path):
    broker = running(tmp_path)

    async def scene():
        async with wire(broker) as client:
            await client.send(Action.MESSAGE, channel="room", msgSerial=0, messages=[{"data": "1"}])
            await client.next(Action.ACK)
            await asyncio.to_thread(fill)
            await client.send(Action.MESSAGE, channel="room", msgSerial=1, messages=[{"data": "2" * 60_000}])
            refused = await client.next(Action.NACK)
            await asyncio.to_thread(free)
            await client.send(Action.MESSAGE, channel="room", msgSerial=2, messages=[{"data": "3"}])
            return refused["error"]["code"], (await client.next(Action.ACK))["msgSerial"]

    def limit(pages):
        change = broker.broker._hub.history.change(lambda ledger: ledger._base.execute(pages).fetchone())
        asyncio.run_coroutine_threadsafe(change, broker.broker._loop).result(PATIENCE)

    def fill():
        limit("PRAGMA max_page_count = 1")

    def free():
        limit("PRAGMA max_page_count = 1000000")

    assert asyncio.run(scene()) == (50000, 2)
    broker.stop()


def test_the_key_is_derived_and_retired_with_the_ring(settings):
    before = keys.current()
    assert keys.find(before.name) == before
    key_ring.rotate(KeyPurpose.SIGN)
    after = keys.current()
    assert before != after
    assert keys.find(before.name) == before
    assert keys.find("dataxchange.0000000000000000") is None
    assert keys.find(f"dataxchange.{key_ring.current(KeyPurpose.SEAL).id}") is None
    assert keys.find("app.key") is None
    assert after.secret not in repr(after)


def test_the_seal_opens_what_it_closed_and_nothing_else(settings):
    seal = RingSeal()
    closed = seal.close(b"content")
    key_ring.rotate(KeyPurpose.SEAL)
    assert seal.open(closed) == b"content"
    assert seal.open(seal.close(b"")) == b""
    for altered in (closed[:-1] + bytes([closed[-1] ^ 1]), b"x" * 60, b"\xff" * 60):
        with pytest.raises(AlteredError):
            seal.open(altered)
