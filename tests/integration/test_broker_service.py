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
from db.keys.column_encryption import DecryptionError
from db.tables import KeyPurpose
from realtime import keys
from realtime.broker import capabilities, tokens
from realtime.broker.protocol import ProtocolAction
from realtime.embedded_broker import KeyRingCipher
from server import request_limits
from tests.conftest import temporary_settings
from tests.integration.threaded_broker import TIMEOUT, open_raw_client, start_broker

ROOT = Path(__file__).parents[2]


def make_environment(data, **more):
    return {"DATAXCHANGE_DATA": str(data), "PATH": os.environ["PATH"], **more}


class BrokerProcess:
    """A program of ours that says on which port it is; ``key`` is its own."""

    def __init__(self, *command, data, **more):
        self.log_file = data.with_suffix(".log")
        with self.log_file.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=make_environment(data, PORT="0", **more),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.address = self.process.stdout.readline().rpartition(" at ")[2].strip()
        self.port = int(self.address.rpartition(":")[2])
        with temporary_settings(Settings(data=data)):
            self.key = keys.get_current_key()

    def issue_token(self, client=None, **_more):
        return tokens.issue_token(self.key, capabilities.EVERYTHING, 60, client)

    def stop_process(self):
        """Stop it; returns what it has said on standard error."""
        self.process.terminate()
        self.process.communicate(timeout=30)
        return self.log_file.read_text()


@contextmanager
def run_program(*command, **more):
    started = BrokerProcess(*command, **more)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.communicate()


def test_the_broker_is_on_the_port_of_the_service_and_its_log_keeps_tokens(tmp_path):
    async def scenario(service):
        async with open_raw_client(service) as client:
            await client.send_frame(
                ProtocolAction.MESSAGE, channel="room", msgSerial=0, messages=[{"data": "readable"}]
            )
            return (await client.receive_frame(ProtocolAction.ACK))["action"]

    with run_program("app.py", data=tmp_path / "data", DATAXCHANGE_LOG_LEVEL="DEBUG") as service:
        assert asyncio.run(scenario(service)) == ProtocolAction.ACK
        assert httpx.get(f"{service.address}/health").json()["status"] == "ok"
        auth = (service.key.name, service.key.secret)
        assert (
            httpx.get(f"{service.address}/channels/room/messages", auth=auth).json()[0]["data"] == "readable"
        )
        assert httpx.get(f"{service.address}/channels/room/messages").json()["error"]["code"] == 40106
        said = service.stop_process()
    assert "access_token" not in said
    assert service.key.secret not in said
    kept = (tmp_path / "data" / "realtime.sqlite").read_bytes()
    assert b"room" in kept
    assert b"readable" not in kept


def test_with_a_key_of_ablys_cloud_there_is_no_broker(tmp_path):
    with run_program("app.py", data=tmp_path / "data", ABLY_API_KEY="app.key:secret") as service:
        answer = httpx.get(f"{service.address}/time")
        assert "location" in answer.headers or answer.status_code == 404
        with pytest.raises(Exception, match=r"HTTP (403|404)"):
            asyncio.run(open_connection(service))
        said = service.stop_process()
    assert "Traceback" not in said


async def open_connection(service):
    async with open_raw_client(service):
        pass


def test_killed_under_load_it_loses_and_doubles_nothing(tmp_path):
    """What was acknowledged is in history once; what was not is sent again, and is in history once."""
    data = tmp_path / "data"

    async def publish(service, client, numbers):
        for number in numbers:
            await client.send_frame(
                ProtocolAction.MESSAGE, channel="room", msgSerial=number, messages=[{"data": str(number)}]
            )

    async def before(service):
        async with open_raw_client(service) as client:
            key = (await client.receive_frame(ProtocolAction.CONNECTED))["connectionDetails"]["connectionKey"]
            await publish(service, client, range(200))
            acknowledged = [(await client.receive_frame(ProtocolAction.ACK))["msgSerial"] for _ in range(60)]
            service.process.kill()
            return key, acknowledged[-1] + 1

    async def after(service, key, first):
        async with open_raw_client(service, resume=key) as client:
            assert "error" not in await client.receive_frame(ProtocolAction.CONNECTED)
            await publish(service, client, range(first, 200))
            for number in range(first, 200):
                assert (await client.receive_frame(ProtocolAction.ACK))["msgSerial"] == number

    command = ("-m", "realtime.broker")
    with run_program(*command, data=data, DATAXCHANGE_REALTIME_RATE="10000") as service:
        key, first = asyncio.run(before(service))
    with run_program(*command, data=data, DATAXCHANGE_REALTIME_RATE="10000") as service:
        asyncio.run(after(service, key, first))
        auth = (service.key.name, service.key.secret)
        asked = {"limit": 1000, "direction": "forwards"}
        found = httpx.get(f"{service.address}/channels/room/messages", auth=auth, params=asked).json()
        errors = service.stop_process()
    assert [item["data"] for item in found] == [str(number) for number in range(200)]
    assert errors == ""


def test_a_socket_lives_longer_than_a_request_may_take_to_begin(tmp_path, monkeypatch):
    monkeypatch.setattr(request_limits, "HEAD_TIMEOUT", 0.2)
    broker = start_broker(tmp_path)

    async def scenario():
        async with open_raw_client(broker) as client:
            await client.receive_frame()
            await asyncio.sleep(0.6)
            await client.send_frame(ProtocolAction.HEARTBEAT, id="alive")
            return (await client.receive_frame(ProtocolAction.HEARTBEAT))["id"]

    assert asyncio.run(scenario()) == "alive"
    broker.stop()


def test_a_disk_that_is_full_is_told_and_not_taken_for_written(tmp_path):
    broker = start_broker(tmp_path)

    async def scenario():
        async with open_raw_client(broker) as client:
            await client.send_frame(
                ProtocolAction.MESSAGE, channel="room", msgSerial=0, messages=[{"data": "1"}]
            )
            await client.receive_frame(ProtocolAction.ACK)
            await asyncio.to_thread(fill)
            await client.send_frame(
                ProtocolAction.MESSAGE, channel="room", msgSerial=1, messages=[{"data": "2" * 60_000}]
            )
            refused = await client.receive_frame(ProtocolAction.NACK)
            await asyncio.to_thread(free)
            await client.send_frame(
                ProtocolAction.MESSAGE, channel="room", msgSerial=2, messages=[{"data": "3"}]
            )
            return refused["error"]["code"], (await client.receive_frame(ProtocolAction.ACK))["msgSerial"]

    def limit(pages):
        change = broker.broker._hub.history.run_in_writer(
            lambda ledger: ledger._database.execute(pages).fetchone()
        )
        asyncio.run_coroutine_threadsafe(change, broker.broker._loop).result(TIMEOUT)

    def fill():
        limit("PRAGMA max_page_count = 1")

    def free():
        limit("PRAGMA max_page_count = 1000000")

    assert asyncio.run(scenario()) == (50000, 2)
    broker.stop()


def test_the_key_is_derived_and_retired_with_the_key_ring(settings):
    before = keys.get_current_key()
    assert keys.find_key(before.name) == before
    key_ring.rotate_key(KeyPurpose.SIGN)
    after = keys.get_current_key()
    assert before != after
    assert keys.find_key(before.name) == before
    assert keys.find_key("dataxchange.0000000000000000") is None
    assert keys.find_key(f"dataxchange.{key_ring.get_current_key(KeyPurpose.SEAL).id}") is None
    assert keys.find_key("app.key") is None
    assert after.secret not in repr(after)


def test_the_cipher_decrypts_what_it_encrypted_and_nothing_else(settings):
    seal = KeyRingCipher()
    closed = seal.encrypt(b"content")
    key_ring.rotate_key(KeyPurpose.SEAL)
    assert seal.decrypt(closed) == b"content"
    assert seal.decrypt(seal.encrypt(b"")) == b""
    for altered in (closed[:-1] + bytes([closed[-1] ^ 1]), b"x" * 60, b"\xff" * 60):
        with pytest.raises(DecryptionError):
            seal.decrypt(altered)
