"""The adapter over a real broker: what it publishes comes once, and it comes back from whatever happens."""

from __future__ import annotations

import asyncio

import jwt
import pytest

from accounts.principals import Principal
from config import Settings
from db.tables import LiveSession, Role
from realtime.ably_client import AblyClient, await_bounded
from realtime.channel_messages import ChannelListener
from realtime.live import tokens
from tests.conftest import temporary_settings
from tests.integration.live_service import wait_until
from tests.integration.threaded_broker import KEY, start_broker

CIPHER_KEY = bytes(range(32))


@pytest.fixture
def external_broker_key(settings):
    """The service has a key of somebody else's broker."""
    with temporary_settings(Settings(data=settings.data, ably_api_key=str(KEY))):
        yield


@pytest.fixture
def broker(tmp_path, external_broker_key):
    started = start_broker(tmp_path)
    yield started
    started.stop()


@pytest.fixture
def make_client(broker):
    made = []

    def make():
        made.append(AblyClient(lambda: f"127.0.0.1:{broker.port}", tokens.issue_service_token, heartbeat=0.2))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_no_answer_of_the_sdk_keeps_the_client_from_closing():
    async def cancel_as_the_answer_comes():
        answer = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(await_bounded(answer))
        await asyncio.sleep(0)
        answer.set_result("pong")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel_as_the_answer_comes())


def test_what_is_published_is_heard_once_and_in_order_whatever_breaks(broker, make_client):
    speaker, listener, heard, missed = make_client(), make_client(), [], []
    listener.subscribe("live:x", ChannelListener(heard.append, lambda: missed.append(1)))
    wait_until(lambda: missed)
    for number in range(5):
        speaker.publish("live:x", "n", {"n": number})
    wait_until(lambda: len(heard) == 5)
    broker.abort_connections()
    for number in range(5, 10):
        speaker.publish("live:x", "n", {"n": number}).result(20)
    broker.stop()
    waiting = [speaker.publish("live:x", "n", {"n": number}) for number in range(10, 15)]
    broker.start()
    for each in waiting:
        each.result(20)
    wait_until(lambda: len(missed) > 1)
    remembered = listener.run_coroutine(listener.fetch_since("live:x", "")).result(10)
    assert [message.data["n"] for message in remembered] == list(range(15))
    behind = listener.run_coroutine(listener.fetch_since("live:x", remembered[8].serial)).result(10)
    assert [message.data["n"] for message in behind] == list(range(9, 15))
    assert all(
        message.client_id == tokens.SERVER_CLIENT_ID and message.published_at > 0 for message in remembered
    )


def test_what_is_encrypted_is_read_by_who_has_the_key_alone(make_client):
    speaker, knows, does_not = make_client(), [], []
    for cipher, heard in ((CIPHER_KEY, knows), (None, does_not)):
        ready = []
        make_client().subscribe(
            "live:x", ChannelListener(heard.append, lambda ready=ready: ready.append(1), cipher)
        )
        wait_until(lambda ready=ready: ready)
    speaker.publish("live:x", "n", {"secret": 4711}, CIPHER_KEY)
    wait_until(lambda: knows and does_not)
    assert knows[0].data == {"secret": 4711}
    assert "4711" not in str(does_not[0].data)


def test_what_is_refused_for_good_lets_the_next_through(make_client):
    speaker, heard, ready = make_client(), [], []
    speaker.subscribe("live:x", ChannelListener(heard.append, lambda: ready.append(1)))
    wait_until(lambda: ready)
    speaker.publish("live:x", "n", {"much": "x" * 70_000}).result(20)
    speaker.publish("elsewhere", "n", {}).result(20)
    speaker.publish("live:x", "n", {"n": 1}).result(20)
    wait_until(lambda: heard)
    assert [message.data for message in heard] == [{"n": 1}]


def test_nothing_of_it_is_logged_with_a_token(broker, make_client, caplog):
    caplog.set_level("INFO", "realtime")
    speaker = make_client()
    speaker.publish("live:x", "n", {"n": 1}).result(20)
    broker.restart()
    speaker.publish("live:x", "n", {"n": 2}).result(20)
    loud = ("ably", "realtime.ably_client", "websockets", "httpx")
    ours = [record for record in caplog.records if record.name.startswith(loud)]
    assert not [record for record in ours if "eyJ" in record.getMessage() or "access" in record.getMessage()]


@pytest.mark.parametrize(
    ("who", "publishes"), [("ada", True), ("bob", False), ("vi", False), ("demoted", False)]
)
def test_a_token_says_exactly_what_its_owner_may(external_broker_key, who, publishes):
    roles = {"ada": Role.PRESENTER, "bob": Role.PRESENTER, "vi": Role.VIEWER, "demoted": Role.VIEWER}
    numbers = {"ada": 1, "bob": 2, "vi": 3, "demoted": 1}
    person = Principal(numbers[who], who, roles[who], key="a-session")
    own = LiveSession(key="k" * 16, name="June", dataset_id=1, version="ab", owner_id=1, state={})
    claims = jwt.decode(tokens.issue_member_token(person, own, "all"), KEY.secret, algorithms=["HS256"])
    also = ',"publish"' if publishes else ""
    assert claims["x-ably-capability"] == (
        '{"live:kkkkkkkkkkkkkkkk":["history","presence","subscribe"],'
        f'"live:kkkkkkkkkkkkkkkk:brush:all":[{also[1:] + "," if also else ""}"subscribe"],'
        f'"live:kkkkkkkkkkkkkkkk:state:all":["history"{also},"subscribe"]}}'
    )
    assert claims["x-ably-clientId"] == f"{numbers[who]} {who}"
    assert claims["x-ably-revocation-key"] == "a-session"
    assert claims["exp"] - claims["iat"] == pytest.approx(600)
