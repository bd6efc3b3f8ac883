"""The broker's frames and answers as they are, said and read by hand."""

import asyncio
import hmac
import json
import time
from base64 import b64encode
from hashlib import sha256
from secrets import token_bytes, token_hex
from urllib.parse import quote

import httpx
import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from realtime.broker import maintenance
from realtime.broker.protocol import ChannelFlag, ProtocolAction
from tests.integration.threaded_broker import KEY, async_wait_until, open_raw_client, start_broker

PUBLISH_BODY = {"messages": [{"name": "n", "data": "1"}]}


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    started = start_broker(tmp_path_factory.mktemp("broker"))
    yield started
    started.stop()


@pytest.fixture(params=[True, False], ids=["msgpack", "json"])
def binary(request):
    return request.param


@pytest.fixture
def http_client(broker):
    with httpx.Client(base_url=broker.url, auth=(KEY.name, KEY.secret)) as client:
        yield client


def run_scenario(scene):
    return asyncio.run(scene)


def test_connected_comes_first_and_says_what_holds(broker, binary):
    async def scenario():
        async with open_raw_client(broker, binary) as client:
            return await client.receive_frame()

    told = run_scenario(scenario())
    details = told["connectionDetails"]
    assert (told["action"], details["clientId"]) == (ProtocolAction.CONNECTED, "ada")
    assert ":" not in told["connectionId"]
    assert details["connectionKey"].startswith(told["connectionId"])
    assert (details["maxMessageSize"], details["maxFrameSize"]) == (65_536, 524_288)
    assert (details["maxIdleInterval"], details["connectionStateTtl"]) == (15_000, 120_000)


@pytest.mark.parametrize(
    ("query", "code", "status"),
    [
        ({"access_token": "junk"}, 40101, 401),
        ({"access_token": "a.b.c"}, 40144, 401),
        ({"key": "app.key:wrong"}, 40101, 401),
        ({"key": "app.none:x"}, 40400, 401),
        ({"key": "none:x"}, 40101, 401),
        ({"clientId": "bob"}, 40102, 401),
    ],
    ids=str,
)
def test_who_is_not_let_in_is_told_why(broker, query, code, status):
    async def scenario():
        async with open_raw_client(broker, **query) as client:
            return await client.receive_until_closed()

    (told,) = run_scenario(scenario())
    assert told["action"] == ProtocolAction.ERROR
    assert (told["error"]["code"], told["error"]["statusCode"]) == (code, status)
    assert "channel" not in told


def test_an_expired_and_a_forged_token_are_refused(broker):
    header, payload, _ = broker.issue_token().split(".")

    async def scenario(token):
        async with open_raw_client(broker, token=token) as client:
            return (await client.receive_frame())["error"]["code"]

    assert run_scenario(scenario(broker.issue_token(lifetime=-1))) == 40142
    assert run_scenario(scenario(f"{header}.{payload}.{'A' * 43}")) == 40144


def test_attached_says_what_was_granted_and_drops_unknown_params(broker, binary):
    async def scenario():
        async with open_raw_client(broker, binary, broker.issue_token('{"*":["subscribe"]}')) as client:
            params = {"rewind": "1", "delta": "vcdiff", "strange": "1"}
            await client.send_frame(ProtocolAction.ATTACH, channel="room", params=params)
            attached = await client.receive_frame(ProtocolAction.ATTACHED)
            await client.send_frame(ProtocolAction.ATTACH, channel="a", params={"modes": "publish"})
            await client.send_frame(ProtocolAction.ATTACH, channel="b", params={"modes": "nonsense"})
            await client.send_frame(ProtocolAction.ATTACH, channel="c", params={"rewind": "often"})
            await client.send_frame(ProtocolAction.ATTACH, channel=":room")
            return attached, [
                (await client.receive_frame(ProtocolAction.ERROR))["error"]["code"] for _ in range(4)
            ]

    attached, codes = run_scenario(scenario())
    assert attached["flags"] == ChannelFlag.SUBSCRIBE | ChannelFlag.PRESENCE_SUBSCRIBE
    assert attached["params"] == {"rewind": "1", "delta": "vcdiff"}
    assert attached["channelSerial"]
    assert codes == [40160, 40010, 40003, 40010]


def test_ack_and_nack_come_in_the_order_of_what_was_sent(broker, binary):
    async def scenario():
        async with open_raw_client(broker, binary) as client:
            for serial in range(3):
                await client.send_frame(
                    ProtocolAction.MESSAGE, channel="order", msgSerial=serial, **PUBLISH_BODY
                )
            await client.send_frame(
                ProtocolAction.MESSAGE, channel="order", msgSerial=3, messages=[{"data": 7}]
            )
            await client.send_frame(ProtocolAction.MESSAGE, channel="order", msgSerial=4, **PUBLISH_BODY)
            return [await client.receive_frame(ProtocolAction.ACK, ProtocolAction.NACK) for _ in range(5)]

    told = run_scenario(scenario())
    assert [frame["msgSerial"] for frame in told] == [0, 1, 2, 3, 4]
    assert [frame["action"] for frame in told] == [ProtocolAction.ACK] * 3 + [
        ProtocolAction.NACK,
        ProtocolAction.ACK,
    ]
    assert all(frame["count"] == 1 for frame in told)
    assert told[3]["error"]["code"] == 40013
    serials = [frame["res"][0]["serials"][0] for frame in told if frame["action"] == ProtocolAction.ACK]
    assert serials == sorted(serials)


def test_what_is_sent_again_after_a_resume_is_published_once(broker, binary):
    async def scenario():
        async with open_raw_client(broker, binary) as follower, open_raw_client(broker, binary) as first:
            await follower.send_frame(ProtocolAction.ATTACH, channel="again")
            await follower.receive_frame(ProtocolAction.ATTACHED)
            details = (await first.receive_frame())["connectionDetails"]
            await first.send_frame(ProtocolAction.MESSAGE, channel="again", msgSerial=0, **PUBLISH_BODY)
            one = await first.receive_frame(ProtocolAction.ACK)
            async with open_raw_client(broker, binary, resume=details["connectionKey"]) as second:
                assert "error" not in await second.receive_frame(ProtocolAction.CONNECTED)
                await second.send_frame(ProtocolAction.MESSAGE, channel="again", msgSerial=0, **PUBLISH_BODY)
                other = await second.receive_frame(ProtocolAction.ACK)
                await second.send_frame(ProtocolAction.MESSAGE, channel="again", msgSerial=1, **PUBLISH_BODY)
                got = [await follower.receive_frame(ProtocolAction.MESSAGE) for _ in range(2)]
            return one, other, got

    one, other, got = run_scenario(scenario())
    assert one["res"] == other["res"]
    assert [frame["messages"][0]["id"].partition(":")[2] for frame in got] == ["0:0", "1:0"]


def test_a_gap_is_replayed_from_the_serial_seen_last(broker, binary):
    async def scenario():
        async with open_raw_client(broker, binary) as client, open_raw_client(broker, binary) as other:
            await client.send_frame(ProtocolAction.ATTACH, channel="gap")
            since = (await client.receive_frame(ProtocolAction.ATTACHED))["channelSerial"]
            batch = [{"name": "n", "data": str(number)} for number in range(3)]
            await other.send_frame(ProtocolAction.MESSAGE, channel="gap", msgSerial=0, messages=batch)
            await other.send_frame(ProtocolAction.MESSAGE, channel="gap", msgSerial=1, **PUBLISH_BODY)
            await other.receive_frame(ProtocolAction.ACK)
            await other.receive_frame(ProtocolAction.ACK)
            await other.send_frame(ProtocolAction.ATTACH, channel="gap", channelSerial=since)
            attached = await other.receive_frame(ProtocolAction.ATTACHED)
            return attached, [await other.receive_frame(ProtocolAction.MESSAGE) for _ in range(2)]

    attached, missed = run_scenario(scenario())
    assert attached["flags"] & ChannelFlag.RESUMED
    assert attached["flags"] & ChannelFlag.HAS_BACKLOG
    assert [len(frame["messages"]) for frame in missed] == [3, 1]
    assert missed[-1]["channelSerial"] == attached["channelSerial"]


def test_a_gap_that_history_does_not_cover_is_told(tmp_path, binary):
    broker = start_broker(tmp_path, max_replay=2)

    async def scenario(since, published):
        async with open_raw_client(broker, binary) as client:
            for serial in range(published):
                await client.send_frame(
                    ProtocolAction.MESSAGE, channel="gap", msgSerial=serial, **PUBLISH_BODY
                )
                await client.receive_frame(ProtocolAction.ACK)
            await client.send_frame(ProtocolAction.ATTACH, channel="gap", channelSerial=since)
            attached = await client.receive_frame(ProtocolAction.ATTACHED)
            return attached["error"]["code"], attached["flags"] & ChannelFlag.RESUMED

    assert run_scenario(scenario("nonsense", 0)) == (90003, 0)
    assert run_scenario(scenario("00000000000001-000000", 3)) == (90004, 0)
    broker.stop()


def test_ephemeral_messages_reach_subscribers_and_are_not_stored(broker, binary, http_client):
    name = f"passing-{binary}"
    passing = {"messages": [{"name": "pointer", "data": "1", "extras": {"ephemeral": True}}]}

    async def scenario():
        async with open_raw_client(broker, binary) as client:
            await client.send_frame(ProtocolAction.ATTACH, channel=name)
            await client.send_frame(ProtocolAction.MESSAGE, channel=name, msgSerial=0, **passing)
            await client.send_frame(ProtocolAction.MESSAGE, channel=name, msgSerial=1, **PUBLISH_BODY)
            return [
                (await client.receive_frame(ProtocolAction.MESSAGE))["messages"][0]["name"] for _ in range(2)
            ]

    assert run_scenario(scenario()) == ["pointer", "n"]
    assert [item["name"] for item in http_client.get(f"/channels/{name}/messages").json()] == ["n"]


def test_members_of_a_lost_socket_leave_after_a_while_and_come_back_with_it(tmp_path, binary):
    broker = start_broker(tmp_path, presence_grace=0.1)
    entering = {"presence": [{"action": 2, "data": "here"}]}

    async def scenario():
        async with open_raw_client(broker, binary, broker.issue_token(client="eve")) as eve:
            await eve.send_frame(ProtocolAction.ATTACH, channel="room")
            async with open_raw_client(broker, binary) as ada:
                key = (await ada.receive_frame(ProtocolAction.CONNECTED))["connectionDetails"][
                    "connectionKey"
                ]
                await ada.send_frame(ProtocolAction.ATTACH, channel="room")
                since = (await ada.receive_frame(ProtocolAction.ATTACHED))["channelSerial"]
                await ada.send_frame(ProtocolAction.PRESENCE, channel="room", msgSerial=0, **entering)
                entered = (await eve.receive_frame(ProtocolAction.PRESENCE))["presence"][0]
                ada.socket.transport.abort()
            left = (await eve.receive_frame(ProtocolAction.PRESENCE))["presence"][0]
            async with open_raw_client(broker, binary, resume=key) as ada:
                await ada.send_frame(ProtocolAction.ATTACH, channel="room", channelSerial=since)
                return entered, left, (await eve.receive_frame(ProtocolAction.PRESENCE))["presence"][0]

    entered, left, back = run_scenario(scenario())
    assert [item["action"] for item in (entered, left, back)] == [2, 3, 2]
    assert entered["id"].startswith(entered["connectionId"])
    assert not left["id"].startswith(left["connectionId"])
    assert (back["clientId"], back["data"]) == ("ada", "here")
    broker.stop()


def test_a_client_says_how_long_its_members_stay_without_it(broker, binary):
    async def scenario():
        async with open_raw_client(broker, binary, broker.issue_token(client="eve")) as eve:
            await eve.send_frame(ProtocolAction.ATTACH, channel="short")
            async with open_raw_client(broker, binary, remainPresentFor="0") as ada:
                await ada.send_frame(
                    ProtocolAction.PRESENCE, channel="short", msgSerial=0, presence=[{"action": 2}]
                )
                assert (await eve.receive_frame(ProtocolAction.PRESENCE))["presence"][0]["action"] == 2
                ada.socket.transport.abort()
            return (await eve.receive_frame(ProtocolAction.PRESENCE))["presence"][0]["action"]

    assert run_scenario(scenario()) == 3


def test_a_second_socket_takes_a_connection_over(broker, binary):
    async def scenario():
        async with open_raw_client(broker, binary) as first:
            key = (await first.receive_frame())["connectionDetails"]["connectionKey"]
            async with open_raw_client(broker, binary, resume=key) as second:
                again = await second.receive_frame()
                await first.receive_until_closed()
                return key.partition("!")[0] == again["connectionId"], "error" in again

    assert run_scenario(scenario()) == (True, False)


@pytest.mark.parametrize("key", ["nonsense", "!", "AAAAAAAAAAAAAAAA!" + "0" * 32])
def test_nobody_takes_over_what_is_not_theirs(broker, key):
    async def scenario():
        async with open_raw_client(broker, resume=key) as client:
            return (await client.receive_frame())["error"]["code"]

    async def resume_as_stranger():
        async with open_raw_client(broker) as ada:
            its = (await ada.receive_frame())["connectionDetails"]["connectionKey"]
            async with open_raw_client(broker, token=broker.issue_token(client="eve"), resume=its) as eve:
                return (await eve.receive_frame())["error"]["code"]

    assert run_scenario(scenario()) == 80018
    assert run_scenario(resume_as_stranger()) == 80018


def test_a_slow_client_is_cut_off_and_others_are_not_held_up(tmp_path):
    broker = start_broker(tmp_path)
    large = {"messages": [{"data": "x" * 60_000}]}

    async def scenario():
        async with open_raw_client(broker) as ada, open_raw_client(broker) as slow:
            await slow.send_frame(ProtocolAction.ATTACH, channel="room")
            await slow.receive_frame(ProtocolAction.ATTACHED)
            slow.socket.transport.pause_reading()
            for serial in range(250):
                await ada.send_frame(ProtocolAction.MESSAGE, channel="room", msgSerial=serial, **large)
            acks = [(await ada.receive_frame(ProtocolAction.ACK))["msgSerial"] for _ in range(250)]
            slow.socket.transport.resume_reading()
            return acks, len(await slow.receive_until_closed())

    acks, arrived = run_scenario(scenario())
    assert acks == list(range(250))
    assert arrived < 250
    broker.stop()


def test_far_too_many_frames_end_a_connection(broker):
    async def scenario():
        async with open_raw_client(broker) as client:
            for _ in range(2600):
                await client.send_frame(ProtocolAction.HEARTBEAT)
            return (await client.receive_frame(ProtocolAction.ERROR))["error"]["code"]

    assert run_scenario(scenario()) == 42921


FRAME_FIELDS = ("channel", "msgSerial", "messages", "presence", "params", "flags", "channelSerial", "auth")
MESSAGE_FIELDS = ("id", "name", "data", "clientId", "encoding", "extras", "action")
scalars = some.none() | some.booleans() | some.integers() | some.floats() | some.text()
values = some.recursive(
    scalars, lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner), max_leaves=8
)
items = some.lists(some.dictionaries(some.sampled_from(MESSAGE_FIELDS), values), max_size=3)
frame_like = some.fixed_dictionaries(
    {"action": some.integers(-1, 25)}, optional=dict.fromkeys(FRAME_FIELDS, scalars | items)
)
garbage = some.one_of(
    some.text(),
    some.binary(),
    values.map(json.dumps),
    frame_like.map(json.dumps),
    frame_like.map(lambda frame: encode_or_dump(msgpack.packb, frame)),
)


def encode_or_dump(write, frame):
    try:
        return write(frame)
    except (OverflowError, UnicodeEncodeError):
        return json.dumps(frame)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames=some.lists(garbage, min_size=1, max_size=4))
def test_garbage_is_refused_and_the_broker_goes_on(broker, frames):
    async def scenario():
        async with open_raw_client(broker) as client, open_raw_client(broker) as other:
            await client.receive_frame(ProtocolAction.CONNECTED)
            try:
                for frame in frames:
                    await client.socket.send(frame)
                await client.send_frame(ProtocolAction.CLOSE)
            except UnicodeEncodeError:
                await client.socket.close()
            ended = await client.receive_until_closed()
            await other.send_frame(ProtocolAction.HEARTBEAT, id="alive")
            await other.receive_frame(ProtocolAction.HEARTBEAT)
            return ended

    ended = run_scenario(scenario())
    for frame in ended:
        if frame["action"] in (ProtocolAction.ERROR, ProtocolAction.NACK):
            assert 40000 <= frame["error"]["code"] < 100_000
            assert frame["error"]["code"] // 100 != 500


def test_bytes_that_are_no_websocket_end_that_socket_only(broker):
    async def scenario():
        async with open_raw_client(broker) as client:
            await client.receive_frame()
            client.socket.transport.write(bytes(range(256)) * 16)
            await client.receive_until_closed()
        async with open_raw_client(broker) as client:
            return (await client.receive_frame())["action"]

    assert run_scenario(scenario()) == ProtocolAction.CONNECTED


def test_answers_are_in_the_format_that_was_asked_for(http_client):
    plain = http_client.get("/time")
    packed = http_client.get("/time", headers={"Accept": "application/x-msgpack"})
    assert (plain.headers["content-type"], packed.headers["content-type"]) == (
        "application/json",
        "application/x-msgpack",
    )
    for moment in (plain.json()[0], msgpack.unpackb(packed.content)[0]):
        assert abs(moment - time.time() * 1000) < 5000


def test_history_links_to_its_pages(http_client):
    path = f"/channels/{quote('a/b c', safe='')}/messages"
    for number in range(5):
        assert http_client.post(path, json={"name": "n", "data": str(number)}).status_code == 201
    first = http_client.get(path, params={"limit": 2})
    links = first.headers.get_list("link")
    assert [link.rpartition("rel=")[2] for link in links] == ['"first"', '"current"', '"next"']
    found, answer = [item["data"] for item in first.json()], first
    while following := answer.links.get("next"):
        answer = http_client.get(httpx.URL(str(answer.url)).join(following["url"]))
        found += [item["data"] for item in answer.json()]
    assert found == ["4", "3", "2", "1", "0"]
    enveloped = http_client.get(path, params={"limit": 2, "envelope": "json"}).json()
    assert enveloped["statusCode"] == 200
    assert 'rel="next"' in enveloped["headers"]["link"]


def test_head_is_answered_without_a_body(http_client):
    answer = http_client.head("/time")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=1001", 40003),
        ("limit=0", 40003),
        ("limit=-1", 40003),
        ("limit=x", 40003),
        ("direction=sideways", 40003),
        ("start=2&end=1", 40003),
        ("cursor=x", 40003),
        ("start=99999999999999999999", 40003),
    ],
)
def test_a_wrong_question_about_history_is_named(http_client, query, code):
    answer = http_client.get(f"/channels/room/messages?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert answer.headers["x-ably-errorcode"] == str(code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/channels/room/nothing", 404, 40400),
        ("GET", "/keys/app.key", 404, 40400),
        ("DELETE", "/channels/room", 405, 40500),
        ("GET", "/channels/:room", 400, 40010),
        ("GET", "/channels/%5Bmeta%5Dlog", 400, 40010),
    ],
)
def test_what_is_not_there_is_named(http_client, method, path, status, code):
    answer = http_client.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", 40000),
        (b"[]", 40000),
        (b"7", 40000),
        (b'{"data": NaN}', 40000),
        (b'{"data": 7}', 40013),
        (b'{"data": "?", "encoding": "base64"}', 40013),
        (b'{"data": "\\ud800"}', 40013),
        (b'{"name": 7}', 40000),
        (b'{"clientId": "*"}', 40012),
        (b'{"connectionKey": "another"}', 40006),
        (b'{"extras": []}', 40032),
        (b'[{"id": "a:0"}, {"id": "b:1"}]', 40031),
        (b'{"id": "AAAAAAAAAAAAAAAA:0:0"}', 40031),
        (json.dumps({"data": "x" * 65_537}).encode(), 40009),
        (b"[" * 100_000, 40000),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_wrong_message_is_named(http_client, body, code):
    answer = http_client.post(
        "/channels/room/messages", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code


def make_token_request(**changes):
    """A signed request for a token, then changed."""
    fields = {
        "keyName": KEY.name, "ttl": 60_000, "capability": '{"*":["subscribe"]}', "clientId": "ada",
        "timestamp": int(time.time() * 1000), "nonce": token_hex(8),
    }  # fmt: skip
    fields |= changes.pop("signed", {})
    words = [fields[name] for name in ("keyName", "ttl", "capability", "clientId", "timestamp", "nonce")]
    text = "".join(f"{word}\n" for word in words)
    mac = b64encode(hmac.new(KEY.secret.encode(), text.encode(), sha256).digest()).decode()
    return fields | {"mac": mac} | changes


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"clientId": "eve"}, 40101),
        ({"mac": "AAAA"}, 40101),
        ({"mac": None}, 40101),
        ({"signed": {"timestamp": 1}}, 40104),
        ({"signed": {"ttl": 25 * 3600 * 1000}}, 40003),
        ({"signed": {"ttl": 0}}, 40003),
        ({"signed": {"ttl": -1}}, 40003),
        ({"signed": {"ttl": "long"}}, 40003),
        ({"signed": {"capability": "{"}}, 40000),
        ({"signed": {"capability": '{"*":["fly"]}'}}, 40000),
        ({"signed": {"capability": '{"*":[]}'}}, 40000),
        ({"keyName": "app.other"}, 40102),
    ],
    ids=str,
)
def test_a_wrong_request_for_a_token_is_named(broker, changes, code):
    answer = httpx.post(f"{broker.url}/keys/{KEY.name}/requestToken", json=make_token_request(**changes))
    assert answer.json()["error"]["code"] == code


def test_a_token_is_given_once_for_a_request_and_works(broker):
    request = make_token_request()
    address = f"{broker.url}/keys/{KEY.name}/requestToken"
    first, second = httpx.post(address, json=request), httpx.post(address, json=request)
    assert (first.status_code, second.json()["error"]["code"]) == (201, 40105)
    details = first.json()
    assert (details["clientId"], details["capability"]) == ("ada", '{"*":["subscribe"]}')
    assert details["expires"] - details["issued"] == 60_000
    encoded = b64encode(details["token"].encode()).decode()
    for shown in (details["token"], encoded):
        answer = httpx.get(f"{broker.url}/stats", headers={"Authorization": f"Bearer {shown}"})
        assert answer.json() == []


def test_only_the_owner_of_the_key_revokes(broker, http_client):
    path = f"/keys/{KEY.name}/revokeTokens"
    token = {"Authorization": f"Bearer {broker.issue_token()}"}
    refused = httpx.post(f"{broker.url}{path}", json={"targets": ["clientId:x"]}, headers=token)
    assert refused.json()["error"]["code"] == 40160
    for targets in ([], ["channel:x"], ["clientId:"], [7], "clientId:x"):
        assert http_client.post(path, json={"targets": targets}).json()["error"]["code"] == 40000


def test_other_origins_may_ask_only_if_they_are_named(tmp_path):
    broker = start_broker(tmp_path, origins=frozenset({"https://data.example.org"}))
    answers = {
        origin: httpx.options(f"{broker.url}/time", headers={"Origin": origin})
        for origin in ("https://data.example.org", "https://evil.example.org")
    }
    broker.stop()
    named, other = answers.values()
    assert named.headers["access-control-allow-origin"] == "https://data.example.org"
    assert "Link" in named.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in other.headers


def test_history_is_encrypted_at_rest_and_expires_by_age_and_size(tmp_path):
    class XorCipher:
        def encrypt(self, content):
            return bytes(byte ^ 0x5A for byte in content)

        decrypt = encrypt

    broker = start_broker(tmp_path, max_bytes=2000)
    broker.stop()
    broker.cipher = XorCipher()
    broker.start()
    with httpx.Client(base_url=broker.url, auth=(KEY.name, KEY.secret)) as ask:
        for number in range(40):
            ask.post("/channels/room/messages", json={"name": "n", "data": f"readable {number}"})
        ask.post("/channels/other/messages", json={"name": "n", "data": "x" * 1900})
        file = tmp_path / "realtime.sqlite"
        everything = file.read_bytes() + file.with_name("realtime.sqlite-wal").read_bytes()
        assert b"readable" not in everything

        hub, loop = broker.broker._hub, broker.broker._loop
        asyncio.run_coroutine_threadsafe(maintenance.prune_history(hub), loop).result()
        kept = {name: ask.get(f"/channels/{name}/messages").json() for name in ("room", "other")}
    broker.stop()
    assert [item["data"] for item in kept["room"]] == ["readable 39"]
    assert len(kept["other"]) == 1


def test_a_large_frame_is_not_taken_in(broker):
    async def scenario():
        async with open_raw_client(broker) as client:
            await client.receive_frame()
            await client.socket.send(token_bytes(600_000))
            await client.receive_until_closed()
            return client.socket.close_code

    assert run_scenario(scenario()) == 1009


def test_channels_that_nobody_follows_are_forgotten(broker):
    async def scenario():
        async with open_raw_client(broker) as client:
            await client.send_frame(ProtocolAction.ATTACH, channel="short")
            await client.receive_frame(ProtocolAction.ATTACHED)
            await client.send_frame(ProtocolAction.DETACH, channel="short")
            await client.receive_frame(ProtocolAction.DETACHED)
            await async_wait_until(
                lambda: "short" not in {channel.name for channel in broker.broker._hub.channels}
            )

    run_scenario(scenario())
