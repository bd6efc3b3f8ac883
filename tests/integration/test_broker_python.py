"""The broker, asked by Ably's Python SDK in both formats."""

import asyncio

import pytest

from tests.integration.brokers import running, until


@pytest.fixture
def broker(tmp_path):
    started = running(tmp_path)
    yield started
    started.stop()


@pytest.fixture(params=[True, False], ids=["msgpack", "json"])
def binary(request):
    return request.param


def run(scene):
    return asyncio.run(scene)


def test_a_message_reaches_all_who_follow(broker, binary):
    async def scene():
        got = []
        async with (
            broker.client("ada", use_binary_protocol=binary) as ada,
            broker.client("bob", use_binary_protocol=not binary) as bob,
        ):
            await bob.channels.get("room").subscribe(lambda message: got.append(message))
            published = await ada.channels.get("room").publish("state", {"rev": 1})
            await ada.channels.get("room").publish("raw", bytes(range(256)))
            await until(lambda: len(got) == 2)
            return published, got

    published, (state, raw) = run(scene())
    assert (state.name, state.data, state.client_id) == ("state", {"rev": 1}, "ada")
    assert (raw.data, raw.encoding) == (bytes(range(256)), "")
    assert published.serials == [state.serial]
    assert raw.serial > state.serial


def test_it_answers_pings(broker, binary):
    async def scene():
        async with broker.client(use_binary_protocol=binary) as client:
            return await client.connection.ping()

    assert 0 < run(scene()) < 5000
