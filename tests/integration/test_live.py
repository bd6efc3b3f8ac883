"""Live sessions as people have them: present, follow, hand over, record, over real sockets."""

from __future__ import annotations

import asyncio

import pytest
from ably import AblyException
from sqlmodel import select

from accounts import user_admin, users
from config import Settings
from datasets import shares
from datasets.ingest.importer import import_file
from db.engine import session
from db.tables import LiveRecord, LiveSession, Role
from realtime.service import Realtime
from tests.conftest import using
from tests.integration.live_service import house, member, soon, until

PASSWORD = "correct horse battery"


@pytest.fixture
def trips(app, tmp_path):
    """A small dataset, open to everyone; its version."""
    file = tmp_path / "trips.csv"
    file.write_text("delay,origin\n" + "".join(f"{n % 60},{'ATL' if n % 3 else 'ORD'}\n" for n in range(300)))
    version = import_file(file, "trips", "Trips", lambda *_: None, lambda _: None).version
    shares.open_to_everyone("trips")
    return version


@pytest.fixture
def service(app, trips):
    with house(app) as own:
        yield own


def exploration(version, **filters):
    view = {"id": "delay", "columns": ["delay"], "scales": [{"type": "linear"}], "bins": [20]}
    return {
        "v": 1,
        "dataset": "trips",
        "version": version,
        "views": [view],
        "filters": filters,
        "active": None,
    }


def started(browser, version, **more):
    answer = browser.post("/api/live", json={"dataset": "trips", "exploration": exploration(version)} | more)
    assert answer.status_code == 201, answer.text
    return answer.json["key"]


def brushed(lo, hi):
    return {"type": "interval", "lo": lo, "hi": hi, "nulls": False}


def move(*samples):
    return {"t": 1, "i": 22, "s": list(samples)}


def shown(browser, key):
    answer = browser.get(f"/api/live/{key}")
    assert answer.status_code == 200, answer.text
    return answer.json


def test_what_a_presenter_commits_and_brushes_reaches_who_follows(service, signed_in, trips):
    presenter, follower = signed_in(Role.PRESENTER), signed_in(Role.VIEWER)
    key = started(presenter, trips)

    async def scene():
        async with member(service, presenter, key) as ada, member(service, follower, key) as bob:
            await ada.commit(1, exploration(trips, delay=brushed(5, 10)))
            await ada.channel("brush").publish("move", move([0, "b", "delay", brushed(6, 11)]))
            await soon(lambda: bob.said("state", "state") and bob.said("brush", "move"))
            how = service.dash.server.extensions["realtime"].standing
            assert (how.connected, how.sockets) == (True, 3)  # with the service itself
            return bob.said("state", "state")[0], bob.heard["state"][0].client_id

    state, client = asyncio.run(scene())
    assert (state["seq"], state["exploration"]["filters"]["delay"]["lo"]) == (1, 5)
    assert (
        client == f"{shown(presenter, key)['presenter']['id']} {shown(presenter, key)['presenter']['name']}"
    )
    until(lambda: shown(follower, key)["seq"] == 1)
    assert shown(follower, key)["state"]["filters"]["delay"]["hi"] == 10


def test_who_hands_over_can_publish_no_longer_and_who_takes_can(service, signed_in, trips):
    ada, bob = signed_in(Role.PRESENTER), signed_in(Role.PRESENTER)
    key = started(ada, trips)
    one, other = shown(ada, key)["presenter"]["id"], shown(bob, key)["me"]["id"]

    async def scene():
        async with member(service, ada, key) as first, member(service, bob, key) as second:
            with pytest.raises(AblyException) as early:
                await second.commit(1, exploration(trips))
            await first.commit(1, exploration(trips))
            assert ada.post(f"/api/live/{key}/hand-over", json={"person": other}).status_code == 204
            roles = await soon(lambda: second.said("control", "roles"))
            await second.may_publish()
            await second.commit(2, exploration(trips, delay=brushed(1, 2)))
            await soon(lambda: len(first.answers) == 2 and first.client.connection.state == "connected")
            with pytest.raises(AblyException) as late:
                await first.commit(3, exploration(trips))
            return early.value.code, roles[0], late.value.code

    early, roles, refusal = asyncio.run(scene())
    assert (early, refusal) == (40160, 40160)
    assert (one, roles["presenter"]["id"], roles["coPresenters"]) == (one, other, [])
    until(lambda: recorded(key) == [0, 1, 2])
    assert shown(ada, key)["seq"] == 2


def test_no_commit_is_lost_when_the_service_is_started_again(service, signed_in, trips):
    ada = signed_in(Role.PRESENTER)
    key = started(ada, trips)

    async def scene():
        async with member(service, ada, key) as presenter:
            for number in range(1, 6):
                await presenter.commit(number, exploration(trips, delay=brushed(number, 50)))
            await asyncio.to_thread(service.restart)
            for number in range(6, 11):
                await presenter.commit(number, exploration(trips, delay=brushed(number, 50)))

    asyncio.run(scene())
    until(lambda: recorded(key) == list(range(11)))
    assert shown(ada, key)["seq"] == 10


def test_who_says_as_little_as_may_be_is_recorded_and_can_be_watched(service, signed_in, trips):
    ada = signed_in(Role.PRESENTER)
    key = started(ada, trips)

    async def scene():
        async with member(service, ada, key) as presenter:
            await presenter.commit(1, {"dataset": "trips", "version": trips, "views": [{"id": "rows"}]})

    asyncio.run(scene())
    until(lambda: recorded(key) == [0, 1])
    answer = ada.get(f"/api/live/{key}/record")
    assert answer.json["messages"][-1][2]["exploration"]["filters"] == {}


def test_who_watches_at_once_sees_what_was_said_last(service, signed_in, trips):
    ada = signed_in(Role.PRESENTER)
    key = started(ada, trips)

    async def scene():
        async with member(service, ada, key) as presenter:
            await presenter.commit(1, exploration(trips))
            assert (await asyncio.to_thread(ada.post, f"/api/live/{key}/end")).status_code == 204

    asyncio.run(scene())
    messages = ada.get(f"/api/live/{key}/record").json["messages"]
    assert [data["seq"] for _, name, data in messages if name == "state"] == [0, 1]


def test_nothing_that_was_said_can_be_read_on_disk(service, signed_in, trips, settings):
    ada = signed_in(Role.PRESENTER)
    key = started(ada, trips)
    said = exploration(trips)
    said["views"][0]["title"] = "Xanadu"

    async def scene():
        async with member(service, ada, key) as presenter:
            await presenter.commit(1, said)

    asyncio.run(scene())
    until(lambda: recorded(key) == [0, 1])
    assert "Xanadu" in str(lines(key))
    files = [file for file in settings.data.rglob("*") if file.is_file()]
    assert not [file for file in files if b"Xanadu" in file.read_bytes()]


def recorded(key):
    """The numbers of the states in the recording, in its order."""
    return [data["seq"] for _, name, data in lines(key) if name == "state"]


def lines(key):
    query = select(LiveRecord).join(LiveSession).where(LiveSession.key == key).order_by(LiveRecord.number)
    with session() as work:
        return [line for record in work.exec(query) for line in record.content]


def test_what_was_published_while_nobody_recorded_is_recorded_later(service, signed_in, trips, monkeypatch):
    ada = signed_in(Role.PRESENTER)
    key = started(ada, trips)

    async def scene():
        async with member(service, ada, key) as presenter:
            await presenter.commit(1, exploration(trips))
            await asyncio.to_thread(until, lambda: recorded(key) == [0, 1])
            with monkeypatch.context() as deaf:
                deaf.setattr(Realtime, "_go_on", lambda _: None)
                await asyncio.to_thread(service.restart)
                await presenter.commit(2, exploration(trips))
                await presenter.commit(3, exploration(trips))
                await asyncio.to_thread(service.stop)
            await asyncio.to_thread(service.start)

    asyncio.run(scene())
    until(lambda: recorded(key) == [0, 1, 2, 3])


def test_whoever_is_signed_out_or_disabled_is_cut_off(service, signed_in, trips):
    ada, eve, admin = (
        signed_in(Role.PRESENTER),
        signed_in(Role.VIEWER),
        users.create("root", PASSWORD, Role.ADMIN),
    )
    key = started(ada, trips)

    async def scene():
        async with member(service, ada, key) as presenter, member(service, eve, key) as follower:
            assert follower.client.connection.state == "connected"
            user_admin.disable(admin, shown(eve, key)["me"]["id"])
            await soon(
                lambda: follower.answers[-1] != 200 and follower.client.connection.state != "connected"
            )
            await presenter.commit(1, exploration(trips))
            return follower.answers[1], follower.said("state", "state")

    assert asyncio.run(scene()) == (401, [])


def test_who_loses_the_share_is_cut_off_and_hears_no_more(service, signed_in, trips):
    ada, eve = signed_in(Role.PRESENTER), signed_in(Role.VIEWER)
    key = started(ada, trips)

    async def scene():
        async with member(service, ada, key) as presenter, member(service, eve, key) as follower:
            await presenter.commit(1, exploration(trips))
            await soon(lambda: follower.said("state", "state"))
            share = ada.get(f"/api/live/{key}/shares").json["shares"][0]["id"]
            assert ada.delete(f"/api/shares/{share}").status_code == 204
            await soon(
                lambda: follower.answers[-1] != 200 and follower.client.connection.state != "connected"
            )
            heard = len(follower.said("state", "state"))
            await presenter.commit(2, exploration(trips))
            await asyncio.to_thread(until, lambda: shown(ada, key)["seq"] == 2)
            return follower.answers[-1], len(follower.said("state", "state")) - heard

    assert asyncio.run(scene()) == (404, 0)


def test_when_the_presenter_is_lost_the_owner_presents_and_without_an_owner_it_ends(
    service, signed_in, trips
):
    ada, bob, admin = signed_in(Role.PRESENTER), signed_in(Role.PRESENTER), signed_in(Role.ADMIN)
    key = started(ada, trips)
    root = users.require(shown(admin, key)["me"]["name"])
    one, other = (shown(browser, key)["me"]["id"] for browser in (ada, bob))
    ada.post(f"/api/live/{key}/hand-over", json={"person": other})

    async def scene():
        async with member(service, admin, key) as follower:
            user_admin.change_role(root, other, Role.VIEWER)
            await soon(
                lambda: one in [roles["presenter"]["id"] for roles in follower.said("control", "roles")]
            )
            user_admin.disable(root, one)
            await soon(lambda: follower.said("control", "ended"))

    asyncio.run(scene())
    assert not shown(admin, key)["running"]


def test_with_encryption_on_only_members_read_what_is_said(app, trips, signed_in, settings):
    ada, bob = signed_in(Role.PRESENTER), signed_in(Role.VIEWER)
    with using(Settings(data=settings.data, live_encryption="on")), house(app) as own:
        key = started(ada, trips)
        cipher = bytes.fromhex(shown(bob, key)["realtime"]["cipher"])

        async def scene():
            async with member(own, ada, key, cipher) as presenter, member(own, bob, key) as outside:
                await presenter.commit(1, exploration(trips, delay=brushed(5, 10)))
                assert ada.post(f"/api/live/{key}/co-presenters", json={"people": []}).status_code == 204
                await soon(lambda: presenter.said("control", "roles") and outside.said("state", "state"))
                return presenter.said("control", "roles")[0], outside.said("state", "state")[0]

        roles, unread = asyncio.run(scene())
        assert roles["coPresenters"] == []
        assert isinstance(unread, (bytes, bytearray))
        until(lambda: recorded(key) == [0, 1])
