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

from tests.integration.threaded_broker import KEY, TIMEOUT, async_wait_until, start_broker


@pytest.fixture
def broker(tmp_path):
    started = start_broker(tmp_path)
    yield started
    started.stop()


@pytest.fixture(params=[True, False], ids=["msgpack", "json"])
def protocol_options(request):
    return {"use_binary_protocol": request.param}


def run_scenario(scene):
    return asyncio.run(scene)


def append_to(received):
    """A listener: the SDK takes functions of Python's own only."""

    def append_message(one):
        received.append(one)

    return append_message


def make_auth_callback(request):
    async def get_token_request(_params):
        return request

    return get_token_request


async def collect_messages(client, name, **options):
    """What arrives on a channel from now on."""
    got = []
    channel = client.channels.get(name, ChannelOptions(**options) if options else None)
    await channel.subscribe(append_to(got))
    return got


def list_data(messages):
    return [message.data for message in messages]


def test_a_message_reaches_all_who_follow(broker, protocol_options):
    async def scenario():
        other = {"use_binary_protocol": not protocol_options["use_binary_protocol"]}
        async with (
            broker.open_client("ada", **protocol_options) as ada,
            broker.open_client("bob", **other) as bob,
        ):
            got = await collect_messages(bob, "room")
            published = await ada.channels.get("room").publish("state", {"rev": 1})
            await ada.channels.get("room").publish("raw", bytes(range(256)))
            await async_wait_until(lambda: len(got) == 2)
            return published, got

    published, (state, raw) = run_scenario(scenario())
    assert (state.name, state.data, state.client_id) == ("state", {"rev": 1}, "ada")
    assert (raw.data, raw.encoding) == (bytes(range(256)), "")
    assert published.serials == [state.serial]
    assert raw.serial > state.serial


def test_a_client_hears_itself_unless_it_wants_no_echo(broker, protocol_options):
    async def scenario():
        async with (
            broker.open_client(**protocol_options) as hears,
            broker.open_client(**protocol_options, transport_params={"echo": "false"}) as deaf,
        ):
            heard, nothing = await collect_messages(hears, "room"), await collect_messages(deaf, "room")
            await deaf.channels.get("room").publish("by", "deaf")
            await hears.channels.get("room").publish("by", "hears")
            await async_wait_until(lambda: len(heard) == 2 and nothing)
            return list_data(heard), list_data(nothing)

    assert run_scenario(scenario()) == (["deaf", "hears"], ["hears"])


def test_it_answers_pings_and_keeps_a_silent_connection(tmp_path, protocol_options):
    broker = start_broker(tmp_path, idle_interval=0.15)

    async def scenario():
        async with broker.open_client(**protocol_options, realtime_request_timeout=300) as client:
            changes = []
            client.connection.on(append_to(changes))
            assert 0 < await client.connection.ping() < 1000
            began = client.connection.connection_manager.transport.last_activity
            await async_wait_until(
                lambda: client.connection.connection_manager.transport.last_activity > began + 700
            )
            return [change.current for change in changes]

    assert run_scenario(scenario()) == []
    broker.stop()


def test_what_is_closed_is_closed(broker, protocol_options):
    async def scenario():
        async with broker.open_client(**protocol_options) as client:
            await client.close()
            return client.connection.state

    assert run_scenario(scenario()) == "closed"
    assert len(broker.broker._hub.connections) == 0


def test_who_comes_late_gets_the_last_messages(broker, protocol_options):
    async def scenario():
        async with (
            broker.open_client(**protocol_options) as ada,
            broker.open_client(**protocol_options) as bob,
        ):
            for rev in range(5):
                await ada.channels.get("room").publish("state", str(rev))
            last = await collect_messages(bob, "room", params={"rewind": "2"})
            recent = await collect_messages(ada, "room", params={"rewind": "1m"})
            named = await collect_messages(bob, "[?rewind=1]room")
            await async_wait_until(lambda: len(last) == 2 and len(recent) == 5 and named)
            await ada.channels.get("room").publish("state", "5")
            await async_wait_until(lambda: len(last) == 3 and len(recent) == 6 and len(named) == 2)
            return list_data(last), list_data(recent), list_data(named), bob.channels.get("room").params

    last, recent, named, params = run_scenario(scenario())
    assert (last, recent, named) == (["3", "4", "5"], list("012345"), ["4", "5"])
    assert params == {"rewind": "2"}


def test_modes_are_what_was_asked_for(broker, protocol_options):
    async def scenario():
        async with broker.open_client(**protocol_options) as client:
            options = ChannelOptions(modes=[ChannelMode.SUBSCRIBE, ChannelMode.PRESENCE_SUBSCRIBE])
            channel = client.channels.get("room", options)
            await channel.attach()
            with pytest.raises(AblyException) as refused:
                await channel.publish("state", "1")
            return channel.modes, refused.value.code

    modes, code = run_scenario(scenario())
    assert (set(modes), code) == ({ChannelMode.SUBSCRIBE, ChannelMode.PRESENCE_SUBSCRIBE}, 40160)


def test_history_has_pages(broker, protocol_options):
    async def scenario():
        async with broker.open_client(**protocol_options) as client:
            channel = client.channels.get("a/room: of 1")
            for number in range(7):
                await channel.publish("n", str(number))
            await channel.publish([Message("n", "7"), Message("n", "8")])
            page = await channel.history(limit=4)
            found = [list_data(page.items)]
            while page.has_next():
                page = await page.next()
                found.append(list_data(page.items))
            first = await page.first()
            forwards = await channel.history(direction="forwards", limit=100)
            return found, list_data(first.items), list_data(forwards.items)

    found, first, forwards = run_scenario(scenario())
    assert found == [["8", "7", "6", "5"], ["4", "3", "2", "1"], ["0"]]
    assert (first, forwards) == (found[0], list("012345678"))


def test_history_of_a_time(broker, protocol_options):
    async def scenario():
        async with broker.open_client(**protocol_options) as client:
            channel = client.channels.get("room")
            await channel.publish("n", "before")
            begin = int(time.time() * 1000) + 5
            await async_wait_until(lambda: time.time() * 1000 > begin)
            await channel.publish("n", "within")
            end = int(time.time() * 1000) + 5
            await async_wait_until(lambda: time.time() * 1000 > end + 1)
            await channel.publish("n", "after")
            return list_data((await channel.history(start=begin, end=end)).items)

    assert run_scenario(scenario()) == ["within"]


def test_the_same_id_is_published_once(broker, protocol_options):
    async def scenario():
        async with broker.open_client(**protocol_options) as client:
            got = await collect_messages(client, "room")
            twice = [
                await client.channels.get("room").publish(Message("n", "once", id="mine:0")) for _ in range(2)
            ]
            await client.channels.get("room").publish("n", "then")
            await async_wait_until(lambda: len(got) == 2)
            history = await client.channels.get("room").history()
            return twice, list_data(got), list_data(history.items)

    (one, other), got, history = run_scenario(scenario())
    assert one.serials == other.serials
    assert (got, history) == (["once", "then"], ["then", "once"])


def test_members_enter_update_and_leave(broker, protocol_options):
    async def scenario():
        async with (
            broker.open_client("ada", **protocol_options) as ada,
            broker.open_client("bob", **protocol_options) as bob,
        ):
            events = []
            mine = ada.channels.get("room").presence
            await bob.channels.get("room").presence.subscribe(append_to(events))
            await mine.enter({"role": "presenter"})
            await mine.update({"role": "follower"})
            await async_wait_until(lambda: len(events) == 2)
            present = await bob.channels.get("room").presence.get()
            await mine.leave("bye")
            await async_wait_until(lambda: len(events) == 3)
            history = await bob.channels.get("room").presence.get()
            return events, present, history

    (entered, updated, left), (present,), nobody = run_scenario(scenario())
    assert (entered.action, entered.client_id, entered.data) == (
        PresenceAction.ENTER,
        "ada",
        {"role": "presenter"},
    )
    assert (updated.action, updated.data) == (PresenceAction.UPDATE, {"role": "follower"})
    assert (left.action, left.data) == (PresenceAction.LEAVE, "bye")
    assert (present.client_id, present.data, nobody) == ("ada", {"role": "follower"}, [])


def test_who_comes_late_sees_who_is_there(broker, protocol_options):
    async def scenario():
        async with (
            broker.open_client(key=str(KEY), **protocol_options) as many,
            broker.open_client("bob", **protocol_options) as bob,
        ):
            for number in range(150):
                await many.channels.get("room").presence.enter_client(f"client-{number}", str(number))
            present = await bob.channels.get("room").presence.get()
            return {member.client_id: member.data for member in present}

    assert run_scenario(scenario()) == {f"client-{number}": str(number) for number in range(150)}


def test_members_leave_when_they_detach_or_close(broker, protocol_options):

    async def scenario():
        left = []
        async with broker.open_client("eve", **protocol_options) as eve:
            await eve.channels.get("room").presence.subscribe(
                "leave", lambda gone: left.append(gone.client_id)
            )
            async with (
                broker.open_client("ada", **protocol_options) as ada,
                broker.open_client("bob", **protocol_options) as bob,
            ):
                await ada.channels.get("room").presence.enter()
                await bob.channels.get("room").presence.enter()
                await ada.channels.get("room").detach()
                await async_wait_until(lambda: left == ["ada"])
            await async_wait_until(lambda: left == ["ada", "bob"])
        return left

    assert run_scenario(scenario()) == ["ada", "bob"]
    broker.stop()


def test_after_a_broken_socket_nothing_is_lost_or_doubled(broker, protocol_options):
    async def scenario():
        async with (
            broker.open_client("ada", **protocol_options) as ada,
            broker.open_client("bob", **protocol_options) as bob,
        ):
            got, id_ = await collect_messages(bob, "room"), bob.connection.connection_manager.connection_id
            await ada.channels.get("room").presence.enter()

            async def publish():
                for number in range(60):
                    await ada.channels.get("room").publish("n", str(number))
                    if number % 20 == 10:
                        broker.abort_connections()

            await asyncio.wait_for(publish(), 3 * TIMEOUT)
            await async_wait_until(lambda: len(got) >= 60)
            await ada.channels.get("room").publish("n", "last")
            await async_wait_until(lambda: got[-1].data == "last")
            present = await bob.channels.get("room").presence.get()
            same = id_ == bob.connection.connection_manager.connection_id
            return list_data(got), same, [member.client_id for member in present]

    assert run_scenario(scenario()) == ([*map(str, range(60)), "last"], True, ["ada"])


def test_a_restart_loses_nothing_and_nobody(broker, protocol_options):
    async def scenario():
        async with (
            broker.open_client("ada", **protocol_options) as ada,
            broker.open_client("bob", **protocol_options) as bob,
        ):
            got = await collect_messages(bob, "room")
            ids = [client.connection.connection_manager.connection_id for client in (ada, bob)]
            await ada.channels.get("room").presence.enter("here")
            for number in range(5):
                await ada.channels.get("room").publish("n", str(number))
            await asyncio.to_thread(broker.restart)
            for number in range(5, 10):
                await asyncio.wait_for(ada.channels.get("room").publish("n", str(number)), 3 * TIMEOUT)
            await async_wait_until(lambda: len(got) == 10)
            present = await bob.channels.get("room").presence.get()
            history = await bob.channels.get("room").history()
            after = [client.connection.connection_manager.connection_id for client in (ada, bob)]
            return list_data(got), list_data(history.items), [member.data for member in present], ids == after

    got, history, present, same = run_scenario(scenario())
    assert (got, history) == ([*map(str, range(10))], [*map(str, reversed(range(10)))])
    assert (present, same) == (["here"], True)


def test_a_connection_that_is_not_known_any_longer_begins_anew(broker, protocol_options):
    async def scenario():
        async with broker.open_client(**protocol_options) as client:
            before, got = (
                client.connection.connection_manager.connection_id,
                await collect_messages(client, "room"),
            )
            broker.options = replace(broker.options, resume_window=0.0)
            await asyncio.to_thread(broker.restart)
            await client.connection.once_async("connected")
            await client.channels.get("room").publish("n", "after")
            await async_wait_until(lambda: got)
            after = client.connection.connection_manager.connection_id
            return client.connection.error_reason.code, before != after, list_data(got)

    assert run_scenario(scenario()) == (80018, True, ["after"])


def test_a_signed_request_gets_a_token(broker, protocol_options):
    async def scenario():
        async with broker.open_client(connected=False, auto_connect=False, token=lambda: KEY.name) as owner:
            request = await owner.auth.create_token_request(
                {"client_id": "ada", "capability": {"room": ["publish"]}},
                key_name=KEY.name,
                key_secret=KEY.secret,
            )
            details = await owner.auth.request_token(auth_callback=make_auth_callback(request.to_dict()))
        async with broker.open_client(token=lambda: details, **protocol_options) as client:
            await client.channels.get("room").publish("n", "1")
            with pytest.raises(AblyException) as refused:
                await client.channels.get("other").publish("n", "1")
            return details, client.auth.client_id, refused.value

    details, client, refused = run_scenario(scenario())
    assert (details.client_id, client) == ("ada", "ada")
    assert str(details.capability) == '{"room": ["publish"]}'
    assert (refused.code, refused.status_code) == (40160, 401)


def test_a_viewer_may_look_and_no_more(broker, protocol_options):
    viewer = '{"live:*":["subscribe","history"]}'

    async def scenario():
        async with broker.open_client(
            token=lambda: broker.issue_token(viewer, client="eve"), **protocol_options
        ) as eve:
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

    codes, modes, history = run_scenario(scenario())
    assert codes == [40160] * 4
    assert (modes, history) == ({ChannelMode.SUBSCRIBE, ChannelMode.PRESENCE_SUBSCRIBE}, [])


def test_a_token_is_renewed_on_the_open_socket(broker, protocol_options):
    rights = iter(('{"a":["*"],"b":["*"]}', '{"b":["*"]}'))

    async def scenario():
        async with broker.open_client(
            token=lambda: broker.issue_token(next(rights)), **protocol_options
        ) as client:
            id_ = client.connection.connection_manager.connection_id
            one, other = client.channels.get("a"), client.channels.get("b")
            await one.attach()
            await other.attach()
            await client.auth.authorize()
            await async_wait_until(lambda: one.state == "failed")
            await other.publish("n", "1")
            return one.error_reason.code, id_ == client.connection.connection_manager.connection_id

    assert run_scenario(scenario()) == (40160, True)


def test_a_client_is_asked_for_a_new_token_in_time_and_goes_on(tmp_path, protocol_options):
    broker = start_broker(tmp_path, renewal_notice=59.8)
    given = []

    def token():
        given.append(1)
        return broker.issue_token(client="ada")

    async def scenario():
        async with broker.open_client(token=token, **protocol_options) as client:
            changes = []
            client.connection.on("disconnected", append_to(changes))
            await async_wait_until(lambda: len(given) > 2)
            await client.channels.get("room").publish("n", "1")
            return changes

    assert run_scenario(scenario()) == []
    broker.stop()


def test_an_expired_token_is_renewed_and_the_connection_goes_on(tmp_path, protocol_options):
    broker = start_broker(tmp_path, renewal_notice=0.0)
    lifetimes = iter([1, 60])

    async def scenario():
        async with broker.open_client(
            token=lambda: broker.issue_token(lifetime=next(lifetimes)), **protocol_options
        ) as client:
            id_, got = (
                client.connection.connection_manager.connection_id,
                await collect_messages(client, "room"),
            )
            await client.connection.once_async("disconnected")
            code = client.connection.error_reason.code
            await client.connection.once_async("connected")
            await client.channels.get("room").publish("n", "1")
            await async_wait_until(lambda: got)
            return code, id_ == client.connection.connection_manager.connection_id

    assert run_scenario(scenario()) == (40142, True)
    broker.stop()


def test_a_revoked_token_is_of_no_use(broker, protocol_options):
    token = broker.issue_token(client="eve", revocation="session-1")

    async def scenario():
        async with (
            broker.open_client(token=lambda: token, **protocol_options) as eve,
            broker.open_client("ada", **protocol_options) as ada,
        ):
            await asyncio.to_thread(broker.broker.revoke_tokens, "revocationKey:session-1")
            await async_wait_until(lambda: eve.connection.state != "connected")
            code = eve.connection.error_reason.code
            await ada.channels.get("room").publish("n", "1")
        await asyncio.to_thread(broker.restart)
        async with broker.open_client(token=lambda: token, connected=False, **protocol_options) as again:
            await async_wait_until(lambda: again.connection.error_reason is not None)
            return code, again.connection.error_reason.code

    assert run_scenario(scenario()) == (40141, 40141)


@pytest.mark.parametrize(
    ("key", "code"), [("app.key:wrong", 40101), ("app.none:x", 40400), ("app.key:", 40101)], ids=str
)
def test_a_wrong_key_is_refused(broker, key, code):
    async def scenario():
        client = AblyRealtime(key, endpoint=f"127.0.0.1:{broker.port}/", tls=False)
        await async_wait_until(lambda: client.connection.state == "failed")
        reason = client.connection.error_reason
        await client.close()
        return reason.code, reason.status_code

    assert run_scenario(scenario()) == (code, 401)


def test_too_large_and_too_much_is_refused(tmp_path, protocol_options):
    broker = start_broker(tmp_path, rate=5)

    async def scenario():
        async with broker.open_client(**protocol_options) as client:
            codes = []
            with pytest.raises(AblyException) as large:
                await client.channels.get("room").publish("n", "x" * 65_536)
            published = [client.channels.get(f"room-{number}").publish("n", "1") for number in range(8)]
            for outcome in await asyncio.gather(*published, return_exceptions=True):
                codes.append(outcome.code if isinstance(outcome, AblyException) else None)
            return large.value.code, codes

    large, codes = run_scenario(scenario())
    assert large == 40009
    assert codes[:4] == [None] * 4
    assert set(codes[5:]) == {42911}
    broker.stop()


def test_a_channel_has_a_rate_of_its_own(tmp_path, protocol_options):
    broker = start_broker(tmp_path, rate=5)

    async def scenario():
        async with (
            broker.open_client(**protocol_options) as ada,
            broker.open_client(**protocol_options) as bob,
        ):
            both = [client.channels.get("room").publish("n", "1") for client in (ada, bob) for _ in range(4)]
            outcomes = await asyncio.gather(*both, return_exceptions=True)
            return [outcome.code for outcome in outcomes if isinstance(outcome, AblyException)]

    codes = run_scenario(scenario())
    assert codes
    assert set(codes) == {42913}
    broker.stop()


def test_a_full_broker_refuses_clients_and_admits_them_later(tmp_path, protocol_options):
    broker = start_broker(tmp_path, max_connections=1)

    async def scenario():
        async with (
            broker.open_client(**protocol_options),
            broker.open_client(connected=False, **protocol_options) as other,
        ):
            await async_wait_until(lambda: other.connection.error_reason is not None)
            code = other.connection.error_reason.code
        async with broker.open_client(**protocol_options):
            return code

    assert run_scenario(scenario()) == 40111
    broker.stop()


def test_a_channel_takes_so_many_members(tmp_path, protocol_options):
    broker = start_broker(tmp_path, max_members=2)

    async def scenario():
        async with broker.open_client(key=str(KEY), **protocol_options) as many:
            presence = many.channels.get("room").presence
            await presence.enter_client("a")
            await presence.enter_client("b")
            with pytest.raises(AblyException) as refused:
                await presence.enter_client("c")
            await presence.leave_client("a")
            await presence.enter_client("c")
            return refused.value.code

    assert run_scenario(scenario()) == 91003
    broker.stop()


def test_nobody_speaks_for_another(broker, protocol_options):
    async def scenario():
        async with (
            broker.open_client("ada", **protocol_options) as ada,
            broker.open_client(key=str(KEY), **protocol_options) as anybody,
        ):
            with pytest.raises(AblyException) as refused:
                await ada.channels.get("room").publish(Message("n", "1", client_id="bob"))
            await anybody.channels.get("room").publish(Message("n", "1", client_id="bob"))
            return refused.value.code, [m.client_id for m in (await ada.channels.get("room").history()).items]

    assert run_scenario(scenario()) == (40012, ["bob"])
