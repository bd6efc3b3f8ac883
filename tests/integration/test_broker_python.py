"""The broker, asked by Ably's Python SDK in both formats."""

import asyncio
import time
from dataclasses import replace

import pytest
from ably import AblyException, AblyRealtime
from ably.types.channelmode import ChannelMode
from ably.types.channeloptions import ChannelOptions
from ably.types.message import Message
from ably.types.presence import PresenceAction

from tests.integration.threaded_broker import KEY, PATIENCE, running, until


@pytest.fixture
def broker(tmp_path):
    started = running(tmp_path)
    yield started
    started.stop()


@pytest.fixture(params=[True, False], ids=["msgpack", "json"])
def binary(request):
    return {"use_binary_protocol": request.param}


def run(scene):
    return asyncio.run(scene)


def into(kept):
    """A listener: the SDK takes functions of Python's own only."""

    def keep(one):
        kept.append(one)

    return keep


def given(request):
    async def show(_params):
        return request

    return show


async def follow(client, name, **options):
    """What arrives on a channel from now on."""
    got = []
    channel = client.channels.get(name, ChannelOptions(**options) if options else None)
    await channel.subscribe(into(got))
    return got


def data_of(messages):
    return [message.data for message in messages]


def test_a_message_reaches_all_who_follow(broker, binary):
    async def scene():
        other = {"use_binary_protocol": not binary["use_binary_protocol"]}
        async with broker.client("ada", **binary) as ada, broker.client("bob", **other) as bob:
            got = await follow(bob, "room")
            published = await ada.channels.get("room").publish("state", {"rev": 1})
            await ada.channels.get("room").publish("raw", bytes(range(256)))
            await until(lambda: len(got) == 2)
            return published, got

    published, (state, raw) = run(scene())
    assert (state.name, state.data, state.client_id) == ("state", {"rev": 1}, "ada")
    assert (raw.data, raw.encoding) == (bytes(range(256)), "")
    assert published.serials == [state.serial]
    assert raw.serial > state.serial


def test_a_client_hears_itself_unless_it_wants_no_echo(broker, binary):
    async def scene():
        async with (
            broker.client(**binary) as hears,
            broker.client(**binary, transport_params={"echo": "false"}) as deaf,
        ):
            heard, nothing = await follow(hears, "room"), await follow(deaf, "room")
            await deaf.channels.get("room").publish("by", "deaf")
            await hears.channels.get("room").publish("by", "hears")
            await until(lambda: len(heard) == 2 and nothing)
            return data_of(heard), data_of(nothing)

    assert run(scene()) == (["deaf", "hears"], ["hears"])


def test_it_answers_pings_and_keeps_a_silent_connection(tmp_path, binary):
    broker = running(tmp_path, idle=0.15)

    async def scene():
        async with broker.client(**binary, realtime_request_timeout=300) as client:
            changes = []
            client.connection.on(into(changes))
            assert 0 < await client.connection.ping() < 1000
            began = client.connection.connection_manager.transport.last_activity
            await until(lambda: client.connection.connection_manager.transport.last_activity > began + 700)
            return [change.current for change in changes]

    assert run(scene()) == []
    broker.stop()


def test_what_is_closed_is_closed(broker, binary):
    async def scene():
        async with broker.client(**binary) as client:
            await client.close()
            return client.connection.state

    assert run(scene()) == "closed"
    assert len(broker.broker._hub.connections) == 0


def test_who_comes_late_gets_the_last_messages(broker, binary):
    async def scene():
        async with broker.client(**binary) as ada, broker.client(**binary) as bob:
            for rev in range(5):
                await ada.channels.get("room").publish("state", str(rev))
            last = await follow(bob, "room", params={"rewind": "2"})
            recent = await follow(ada, "room", params={"rewind": "1m"})
            named = await follow(bob, "[?rewind=1]room")
            await until(lambda: len(last) == 2 and len(recent) == 5 and named)
            await ada.channels.get("room").publish("state", "5")
            await until(lambda: len(last) == 3 and len(recent) == 6 and len(named) == 2)
            return data_of(last), data_of(recent), data_of(named), bob.channels.get("room").params

    last, recent, named, params = run(scene())
    assert (last, recent, named) == (["3", "4", "5"], list("012345"), ["4", "5"])
    assert params == {"rewind": "2"}


def test_modes_are_what_was_asked_for(broker, binary):
    async def scene():
        async with broker.client(**binary) as client:
            options = ChannelOptions(modes=[ChannelMode.SUBSCRIBE, ChannelMode.PRESENCE_SUBSCRIBE])
            channel = client.channels.get("room", options)
            await channel.attach()
            with pytest.raises(AblyException) as refused:
                await channel.publish("state", "1")
            return channel.modes, refused.value.code

    modes, code = run(scene())
    assert (set(modes), code) == ({ChannelMode.SUBSCRIBE, ChannelMode.PRESENCE_SUBSCRIBE}, 40160)


def test_history_has_pages(broker, binary):
    async def scene():
        async with broker.client(**binary) as client:
            channel = client.channels.get("a/room: of 1")
            for number in range(7):
                await channel.publish("n", str(number))
            await channel.publish([Message("n", "7"), Message("n", "8")])
            page = await channel.history(limit=4)
            found = [data_of(page.items)]
            while page.has_next():
                page = await page.next()
                found.append(data_of(page.items))
            first = await page.first()
            forwards = await channel.history(direction="forwards", limit=100)
            return found, data_of(first.items), data_of(forwards.items)

    found, first, forwards = run(scene())
    assert found == [["8", "7", "6", "5"], ["4", "3", "2", "1"], ["0"]]
    assert (first, forwards) == (found[0], list("012345678"))


def test_history_of_a_time(broker, binary):
    async def scene():
        async with broker.client(**binary) as client:
            channel = client.channels.get("room")
            await channel.publish("n", "before")
            begin = int(time.time() * 1000) + 5
            await until(lambda: time.time() * 1000 > begin)
            await channel.publish("n", "within")
            end = int(time.time() * 1000) + 5
            await until(lambda: time.time() * 1000 > end + 1)
            await channel.publish("n", "after")
            return data_of((await channel.history(start=begin, end=end)).items)

    assert run(scene()) == ["within"]


def test_the_same_id_is_published_once(broker, binary):
    async def scene():
        async with broker.client(**binary) as client:
            got = await follow(client, "room")
            twice = [
                await client.channels.get("room").publish(Message("n", "once", id="mine:0")) for _ in range(2)
            ]
            await client.channels.get("room").publish("n", "then")
            await until(lambda: len(got) == 2)
            history = await client.channels.get("room").history()
            return twice, data_of(got), data_of(history.items)

    (one, other), got, history = run(scene())
    assert one.serials == other.serials
    assert (got, history) == (["once", "then"], ["then", "once"])


def test_members_enter_update_and_leave(broker, binary):
    async def scene():
        async with broker.client("ada", **binary) as ada, broker.client("bob", **binary) as bob:
            events = []
            mine = ada.channels.get("room").presence
            await bob.channels.get("room").presence.subscribe(into(events))
            await mine.enter({"role": "presenter"})
            await mine.update({"role": "follower"})
            await until(lambda: len(events) == 2)
            present = await bob.channels.get("room").presence.get()
            await mine.leave("bye")
            await until(lambda: len(events) == 3)
            history = await bob.channels.get("room").presence.get()
            return events, present, history

    (entered, updated, left), (present,), nobody = run(scene())
    assert (entered.action, entered.client_id, entered.data) == (
        PresenceAction.ENTER,
        "ada",
        {"role": "presenter"},
    )
    assert (updated.action, updated.data) == (PresenceAction.UPDATE, {"role": "follower"})
    assert (left.action, left.data) == (PresenceAction.LEAVE, "bye")
    assert (present.client_id, present.data, nobody) == ("ada", {"role": "follower"}, [])


def test_who_comes_late_sees_who_is_there(broker, binary):
    async def scene():
        async with broker.client(key=str(KEY), **binary) as many, broker.client("bob", **binary) as bob:
            for number in range(150):
                await many.channels.get("room").presence.enter_client(f"client-{number}", str(number))
            present = await bob.channels.get("room").presence.get()
            return {member.client_id: member.data for member in present}

    assert run(scene()) == {f"client-{number}": str(number) for number in range(150)}


def test_members_leave_when_they_detach_or_close(broker, binary):

    async def scene():
        left = []
        async with broker.client("eve", **binary) as eve:
            await eve.channels.get("room").presence.subscribe(
                "leave", lambda gone: left.append(gone.client_id)
            )
            async with broker.client("ada", **binary) as ada, broker.client("bob", **binary) as bob:
                await ada.channels.get("room").presence.enter()
                await bob.channels.get("room").presence.enter()
                await ada.channels.get("room").detach()
                await until(lambda: left == ["ada"])
            await until(lambda: left == ["ada", "bob"])
        return left

    assert run(scene()) == ["ada", "bob"]
    broker.stop()


def test_after_a_broken_socket_nothing_is_lost_or_doubled(broker, binary):
    async def scene():
        async with broker.client("ada", **binary) as ada, broker.client("bob", **binary) as bob:
            got, id_ = await follow(bob, "room"), bob.connection.connection_manager.connection_id
            await ada.channels.get("room").presence.enter()

            async def publish():
                for number in range(60):
                    await ada.channels.get("room").publish("n", str(number))
                    if number % 20 == 10:
                        broker.drop()

            await asyncio.wait_for(publish(), 3 * PATIENCE)
            await until(lambda: len(got) >= 60)
            await ada.channels.get("room").publish("n", "last")
            await until(lambda: got[-1].data == "last")
            present = await bob.channels.get("room").presence.get()
            same = id_ == bob.connection.connection_manager.connection_id
            return data_of(got), same, [member.client_id for member in present]

    assert run(scene()) == ([*map(str, range(60)), "last"], True, ["ada"])


def test_a_restart_loses_nothing_and_nobody(broker, binary):
    async def scene():
        async with broker.client("ada", **binary) as ada, broker.client("bob", **binary) as bob:
            got = await follow(bob, "room")
            ids = [client.connection.connection_manager.connection_id for client in (ada, bob)]
            await ada.channels.get("room").presence.enter("here")
            for number in range(5):
                await ada.channels.get("room").publish("n", str(number))
            await asyncio.to_thread(broker.restart)
            for number in range(5, 10):
                await asyncio.wait_for(ada.channels.get("room").publish("n", str(number)), 3 * PATIENCE)
            await until(lambda: len(got) == 10)
            present = await bob.channels.get("room").presence.get()
            history = await bob.channels.get("room").history()
            after = [client.connection.connection_manager.connection_id for client in (ada, bob)]
            return data_of(got), data_of(history.items), [member.data for member in present], ids == after

    got, history, present, same = run(scene())
    assert (got, history) == ([*map(str, range(10))], [*map(str, reversed(range(10)))])
    assert (present, same) == (["here"], True)


def test_a_connection_that_is_not_known_any_longer_begins_anew(broker, binary):
    async def scene():
        async with broker.client(**binary) as client:
            before, got = client.connection.connection_manager.connection_id, await follow(client, "room")
            broker.options = replace(broker.options, resumable=0.0)
            await asyncio.to_thread(broker.restart)
            await client.connection.once_async("connected")
            await client.channels.get("room").publish("n", "after")
            await until(lambda: got)
            after = client.connection.connection_manager.connection_id
            return client.connection.error_reason.code, before != after, data_of(got)

    assert run(scene()) == (80018, True, ["after"])


def test_a_signed_request_gets_a_token(broker, binary):
    async def scene():
        async with broker.client(connected=False, auto_connect=False, token=lambda: KEY.name) as owner:
            request = await owner.auth.create_token_request(
                {"client_id": "ada", "capability": {"room": ["publish"]}},
                key_name=KEY.name,
                key_secret=KEY.secret,
            )
            details = await owner.auth.request_token(auth_callback=given(request.to_dict()))
        async with broker.client(token=lambda: details, **binary) as client:
            await client.channels.get("room").publish("n", "1")
            with pytest.raises(AblyException) as refused:
                await client.channels.get("other").publish("n", "1")
            return details, client.auth.client_id, refused.value

    details, client, refused = run(scene())
    assert (details.client_id, client) == ("ada", "ada")
    assert str(details.capability) == '{"room": ["publish"]}'
    assert (refused.code, refused.status_code) == (40160, 401)


def test_a_viewer_may_look_and_no_more(broker, binary):
    viewer = '{"live:*":["subscribe","history"]}'

    async def scene():
        async with broker.client(token=lambda: broker.token(viewer, client="eve"), **binary) as eve:
            channel = eve.channels.get("live:1")
            await channel.attach()
            codes = []
            for forbidden in (
                lambda: channel.publish("n", "1"),
                channel.presence.enter,
                lambda: eve.channels.get("other").attach(),
                lambda: eve.channels.get("other").history(),
            ):
                with pytest.raises(AblyException) as refused:
                    await forbidden()
                codes.append(refused.value.code)
            return codes, set(channel.modes), (await channel.history()).items

    codes, modes, history = run(scene())
    assert codes == [40160] * 4
    assert (modes, history) == ({ChannelMode.SUBSCRIBE, ChannelMode.PRESENCE_SUBSCRIBE}, [])


def test_a_token_is_renewed_on_the_open_socket(broker, binary):
    rights = iter(('{"a":["*"],"b":["*"]}', '{"b":["*"]}'))

    async def scene():
        async with broker.client(token=lambda: broker.token(next(rights)), **binary) as client:
            id_ = client.connection.connection_manager.connection_id
            one, other = client.channels.get("a"), client.channels.get("b")
            await one.attach()
            await other.attach()
            await client.auth.authorize()
            await until(lambda: one.state == "failed")
            await other.publish("n", "1")
            return one.error_reason.code, id_ == client.connection.connection_manager.connection_id

    assert run(scene()) == (40160, True)


def test_a_client_is_asked_for_a_new_token_in_time_and_goes_on(tmp_path, binary):
    broker = running(tmp_path, warning=59.8)
    given = []

    def token():
        given.append(1)
        return broker.token(client="ada")

    async def scene():
        async with broker.client(token=token, **binary) as client:
            changes = []
            client.connection.on("disconnected", into(changes))
            await until(lambda: len(given) > 2)
            await client.channels.get("room").publish("n", "1")
            return changes

    assert run(scene()) == []
    broker.stop()


def test_an_expired_token_is_renewed_and_the_connection_goes_on(tmp_path, binary):
    broker = running(tmp_path, warning=0.0)
    lifetimes = iter([1, 60])

    async def scene():
        async with broker.client(token=lambda: broker.token(lifetime=next(lifetimes)), **binary) as client:
            id_, got = client.connection.connection_manager.connection_id, await follow(client, "room")
            await client.connection.once_async("disconnected")
            code = client.connection.error_reason.code
            await client.connection.once_async("connected")
            await client.channels.get("room").publish("n", "1")
            await until(lambda: got)
            return code, id_ == client.connection.connection_manager.connection_id

    assert run(scene()) == (40142, True)
    broker.stop()


def test_a_revoked_token_is_of_no_use(broker, binary):
    token = broker.token(client="eve", revocation="session-1")

    async def scene():
        async with broker.client(token=lambda: token, **binary) as eve, broker.client("ada", **binary) as ada:
            await asyncio.to_thread(broker.broker.revoke, "revocationKey:session-1")
            await until(lambda: eve.connection.state != "connected")
            code = eve.connection.error_reason.code
            await ada.channels.get("room").publish("n", "1")
        await asyncio.to_thread(broker.restart)
        async with broker.client(token=lambda: token, connected=False, **binary) as again:
            await until(lambda: again.connection.error_reason is not None)
            return code, again.connection.error_reason.code

    assert run(scene()) == (40141, 40141)


@pytest.mark.parametrize(
    ("key", "code"), [("app.key:wrong", 40101), ("app.none:x", 40400), ("app.key:", 40101)], ids=str
)
def test_a_wrong_key_is_refused(broker, key, code):
    async def scene():
        client = AblyRealtime(key, endpoint=f"127.0.0.1:{broker.port}/", tls=False)
        await until(lambda: client.connection.state == "failed")
        reason = client.connection.error_reason
        await client.close()
        return reason.code, reason.status_code

    assert run(scene()) == (code, 401)


def test_too_large_and_too_much_is_refused(tmp_path, binary):
    broker = running(tmp_path, rate=5)

    async def scene():
        async with broker.client(**binary) as client:
            codes = []
            with pytest.raises(AblyException) as large:
                await client.channels.get("room").publish("n", "x" * 65_536)
            published = [client.channels.get(f"room-{number}").publish("n", "1") for number in range(8)]
            for outcome in await asyncio.gather(*published, return_exceptions=True):
                codes.append(outcome.code if isinstance(outcome, AblyException) else None)
            return large.value.code, codes

    large, codes = run(scene())
    assert large == 40009
    assert codes[:4] == [None] * 4
    assert set(codes[5:]) == {42911}
    broker.stop()


def test_a_channel_has_a_rate_of_its_own(tmp_path, binary):
    broker = running(tmp_path, rate=5)

    async def scene():
        async with broker.client(**binary) as ada, broker.client(**binary) as bob:
            both = [client.channels.get("room").publish("n", "1") for client in (ada, bob) for _ in range(4)]
            outcomes = await asyncio.gather(*both, return_exceptions=True)
            return [outcome.code for outcome in outcomes if isinstance(outcome, AblyException)]

    codes = run(scene())
    assert codes
    assert set(codes) == {42913}
    broker.stop()


def test_a_full_house_turns_clients_away_and_lets_them_in_later(tmp_path, binary):
    broker = running(tmp_path, connections=1)

    async def scene():
        async with broker.client(**binary), broker.client(connected=False, **binary) as other:
            await until(lambda: other.connection.error_reason is not None)
            code = other.connection.error_reason.code
        async with broker.client(**binary):
            return code

    assert run(scene()) == 40111
    broker.stop()


def test_a_channel_takes_so_many_members(tmp_path, binary):
    broker = running(tmp_path, members=2)

    async def scene():
        async with broker.client(key=str(KEY), **binary) as many:
            presence = many.channels.get("room").presence
            await presence.enter_client("a")
            await presence.enter_client("b")
            with pytest.raises(AblyException) as refused:
                await presence.enter_client("c")
            await presence.leave_client("a")
            await presence.enter_client("c")
            return refused.value.code

    assert run(scene()) == 91003
    broker.stop()


def test_nobody_speaks_for_another(broker, binary):
    async def scene():
        async with broker.client("ada", **binary) as ada, broker.client(key=str(KEY), **binary) as anybody:
            with pytest.raises(AblyException) as refused:
                await ada.channels.get("room").publish(Message("n", "1", client_id="bob"))
            await anybody.channels.get("room").publish(Message("n", "1", client_id="bob"))
            return refused.value.code, [m.client_id for m in (await ada.channels.get("room").history()).items]

    assert run(scene()) == (40012, ["bob"])
