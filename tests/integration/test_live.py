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
from db.engine import transaction
from db.tables import LiveRecord, LiveSession, Role
from realtime.service import Realtime
from tests.conftest import temporary_settings
from tests.integration.live_service import async_wait_until, join_session, run_service, wait_until

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
    with run_service(app) as own:
        yield own


def make_exploration(version, **filters):
    view = {"id": "delay", "columns": ["delay"], "scales": [{"type": "linear"}], "bins": [20]}
    return {
        "v": 1,
        "dataset": "trips",
        "version": version,
        "views": [view],
        "filters": filters,
        "active": None,
    }


def start_session(browser, version, **more):
    answer = browser.post(
        "/api/live", json={"dataset": "trips", "exploration": make_exploration(version)} | more
    )
    assert answer.status_code == 201, answer.text
    return answer.json["key"]


def make_interval(lo, hi):
    return {"type": "interval", "lo": lo, "hi": hi, "nulls": False}


def make_move(*samples):
    return {"t": 1, "i": 22, "s": list(samples)}


def get_session(browser, key):
    answer = browser.get(f"/api/live/{key}")
    assert answer.status_code == 200, answer.text
    return answer.json


def test_what_a_presenter_commits_and_brushes_reaches_who_follows(service, sign_in_as, trips):
    presenter, follower = sign_in_as(Role.PRESENTER), sign_in_as(Role.VIEWER)
    key = start_session(presenter, trips)

    async def scenario():
        async with join_session(service, presenter, key) as ada, join_session(service, follower, key) as bob:
            await ada.commit_state(1, make_exploration(trips, delay=make_interval(5, 10)))
            await ada.get_channel("brush").publish("move", make_move([0, "b", "delay", make_interval(6, 11)]))
            await async_wait_until(
                lambda: bob.list_messages("state", "state") and bob.list_messages("brush", "move")
            )
            how = service.dash.server.extensions["realtime"].status
            assert (how.is_connected, how.socket_count) == (True, 3)  # with the service itself
            return bob.list_messages("state", "state")[0], bob.heard["state"][0].client_id

    state, client = asyncio.run(scenario())
    assert (state["seq"], state["exploration"]["filters"]["delay"]["lo"]) == (1, 5)
    presenting = get_session(presenter, key)["presenter"]
    assert client == f"{presenting['id']} {presenting['name']}"
    wait_until(lambda: get_session(follower, key)["seq"] == 1)
    assert get_session(follower, key)["state"]["filters"]["delay"]["hi"] == 10


def test_who_hands_over_can_publish_no_longer_and_who_takes_can(service, sign_in_as, trips):
    ada, bob = sign_in_as(Role.PRESENTER), sign_in_as(Role.PRESENTER)
    key = start_session(ada, trips)
    one, other = get_session(ada, key)["presenter"]["id"], get_session(bob, key)["me"]["id"]

    async def scenario():
        async with join_session(service, ada, key) as first, join_session(service, bob, key) as second:
            with pytest.raises(AblyException) as early:
                await second.commit_state(1, make_exploration(trips))
            await first.commit_state(1, make_exploration(trips))
            assert ada.post(f"/api/live/{key}/hand-over", json={"person": other}).status_code == 204
            roles = await async_wait_until(lambda: second.list_messages("control", "roles"))
            await second.renew_token()
            await second.commit_state(2, make_exploration(trips, delay=make_interval(1, 2)))
            await async_wait_until(
                lambda: len(first.answers) == 2 and first.client.connection.state == "connected"
            )
            with pytest.raises(AblyException) as late:
                await first.commit_state(3, make_exploration(trips))
            return early.value.code, roles[0], late.value.code

    early, roles, refusal = asyncio.run(scenario())
    assert (early, refusal) == (40160, 40160)
    assert (one, roles["presenter"]["id"], roles["coPresenters"]) == (one, other, [])
    wait_until(lambda: list_recorded_states(key) == [0, 1, 2])
    assert get_session(ada, key)["seq"] == 2


def test_no_commit_is_lost_when_the_service_is_started_again(service, sign_in_as, trips):
    ada = sign_in_as(Role.PRESENTER)
    key = start_session(ada, trips)

    async def scenario():
        async with join_session(service, ada, key) as presenter:
            for number in range(1, 6):
                await presenter.commit_state(number, make_exploration(trips, delay=make_interval(number, 50)))
            await asyncio.to_thread(service.restart)
            for number in range(6, 11):
                await presenter.commit_state(number, make_exploration(trips, delay=make_interval(number, 50)))

    asyncio.run(scenario())
    wait_until(lambda: list_recorded_states(key) == list(range(11)))
    assert get_session(ada, key)["seq"] == 10


def test_minimal_messages_are_recorded_and_can_be_watched(service, sign_in_as, trips):
    ada = sign_in_as(Role.PRESENTER)
    key = start_session(ada, trips)

    async def scenario():
        async with join_session(service, ada, key) as presenter:
            await presenter.commit_state(1, {"dataset": "trips", "version": trips, "views": [{"id": "rows"}]})

    asyncio.run(scenario())
    wait_until(lambda: list_recorded_states(key) == [0, 1])
    answer = ada.get(f"/api/live/{key}/record")
    assert answer.json["messages"][-1][2]["exploration"]["filters"] == {}


def test_who_watches_at_once_sees_what_was_said_last(service, sign_in_as, trips):
    ada = sign_in_as(Role.PRESENTER)
    key = start_session(ada, trips)

    async def scenario():
        async with join_session(service, ada, key) as presenter:
            await presenter.commit_state(1, make_exploration(trips))
            assert (await asyncio.to_thread(ada.post, f"/api/live/{key}/end")).status_code == 204

    asyncio.run(scenario())
    messages = ada.get(f"/api/live/{key}/record").json["messages"]
    assert [data["seq"] for _, name, data in messages if name == "state"] == [0, 1]


def test_nothing_that_was_said_can_be_read_on_disk(service, sign_in_as, trips, settings):
    ada = sign_in_as(Role.PRESENTER)
    key = start_session(ada, trips)
    said = make_exploration(trips)
    said["views"][0]["title"] = "Xanadu"

    async def scenario():
        async with join_session(service, ada, key) as presenter:
            await presenter.commit_state(1, said)

    asyncio.run(scenario())
    wait_until(lambda: list_recorded_states(key) == [0, 1])
    assert "Xanadu" in str(list_record_lines(key))
    files = [file for file in settings.data.rglob("*") if file.is_file()]
    assert not [file for file in files if b"Xanadu" in file.read_bytes()]


def list_recorded_states(key):
    """The numbers of the states in the recording, in its order."""
    return [data["seq"] for _, name, data in list_record_lines(key) if name == "state"]


def list_record_lines(key):
    query = select(LiveRecord).join(LiveSession).where(LiveSession.key == key).order_by(LiveRecord.number)
    with transaction() as work:
        return [line for record in work.exec(query) for line in record.content]


def test_messages_published_while_the_recorder_was_away_are_recorded_later(
    service, sign_in_as, trips, monkeypatch
):
    ada = sign_in_as(Role.PRESENTER)
    key = start_session(ada, trips)

    async def scenario():
        async with join_session(service, ada, key) as presenter:
            await presenter.commit_state(1, make_exploration(trips))
            await asyncio.to_thread(wait_until, lambda: list_recorded_states(key) == [0, 1])
            with monkeypatch.context() as deaf:
                deaf.setattr(Realtime, "_resume_recordings", lambda _: None)
                await asyncio.to_thread(service.restart)
                await presenter.commit_state(2, make_exploration(trips))
                await presenter.commit_state(3, make_exploration(trips))
                await asyncio.to_thread(service.stop)
            await asyncio.to_thread(service.start)

    asyncio.run(scenario())
    wait_until(lambda: list_recorded_states(key) == [0, 1, 2, 3])


def test_whoever_is_signed_out_or_disabled_is_cut_off(service, sign_in_as, trips):
    ada, eve, admin = (
        sign_in_as(Role.PRESENTER),
        sign_in_as(Role.VIEWER),
        users.create_user("root", PASSWORD, Role.ADMIN),
    )
    key = start_session(ada, trips)

    async def scenario():
        async with join_session(service, ada, key) as presenter, join_session(service, eve, key) as follower:
            assert follower.client.connection.state == "connected"
            user_admin.disable_user(admin, get_session(eve, key)["me"]["id"])
            await async_wait_until(
                lambda: follower.answers[-1] != 200 and follower.client.connection.state != "connected"
            )
            await presenter.commit_state(1, make_exploration(trips))
            return follower.answers[1], follower.list_messages("state", "state")

    assert asyncio.run(scenario()) == (401, [])


def test_who_gets_another_name_is_known_by_it_at_once(service, sign_in_as, trips):
    ada, eve = sign_in_as(Role.PRESENTER), sign_in_as(Role.VIEWER)
    admin = users.create_user("root", PASSWORD, Role.ADMIN)
    key = start_session(ada, trips)
    me = get_session(eve, key)["me"]

    async def scenario():
        async with join_session(service, eve, key) as follower:
            user_admin.change_profile(admin, me["id"], "Eve Adams", None)
            await async_wait_until(lambda: len(follower.answers) > 1)
        async with join_session(service, eve, key) as follower:
            return follower.client.auth.client_id

    assert asyncio.run(scenario()) == f"{me['id']} Eve Adams"


def test_who_loses_the_share_is_cut_off_and_hears_no_more(service, sign_in_as, trips):
    ada, eve = sign_in_as(Role.PRESENTER), sign_in_as(Role.VIEWER)
    key = start_session(ada, trips)

    async def scenario():
        async with join_session(service, ada, key) as presenter, join_session(service, eve, key) as follower:
            await presenter.commit_state(1, make_exploration(trips))
            await async_wait_until(lambda: follower.list_messages("state", "state"))
            share = ada.get(f"/api/live/{key}/shares").json["shares"][0]["id"]
            assert ada.delete(f"/api/shares/{share}").status_code == 204
            await async_wait_until(
                lambda: follower.answers[-1] != 200 and follower.client.connection.state != "connected"
            )
            heard = len(follower.list_messages("state", "state"))
            await presenter.commit_state(2, make_exploration(trips))
            await asyncio.to_thread(wait_until, lambda: get_session(ada, key)["seq"] == 2)
            return follower.answers[-1], len(follower.list_messages("state", "state")) - heard

    assert asyncio.run(scenario()) == (404, 0)


def test_when_the_presenter_is_lost_the_owner_presents_and_without_an_owner_it_ends(
    service, sign_in_as, trips
):
    ada, bob, admin = sign_in_as(Role.PRESENTER), sign_in_as(Role.PRESENTER), sign_in_as(Role.ADMIN)
    key = start_session(ada, trips)
    root = users.require_principal(get_session(admin, key)["me"]["name"])
    one, other = (get_session(browser, key)["me"]["id"] for browser in (ada, bob))
    ada.post(f"/api/live/{key}/hand-over", json={"person": other})

    async def scenario():
        async with join_session(service, admin, key) as follower:
            user_admin.change_role(root, other, Role.VIEWER)
            await async_wait_until(
                lambda: (
                    one in [roles["presenter"]["id"] for roles in follower.list_messages("control", "roles")]
                )
            )
            user_admin.disable_user(root, one)
            await async_wait_until(lambda: follower.list_messages("control", "ended"))

    asyncio.run(scenario())
    assert not get_session(admin, key)["running"]


def test_with_encryption_on_only_members_read_what_is_said(app, trips, sign_in_as, settings):
    ada, bob = sign_in_as(Role.PRESENTER), sign_in_as(Role.VIEWER)
    with temporary_settings(Settings(data=settings.data, live_encryption="on")), run_service(app) as own:
        key = start_session(ada, trips)
        cipher = bytes.fromhex(get_session(bob, key)["realtime"]["cipher"])

        async def scenario():
            async with (
                join_session(own, ada, key, cipher) as presenter,
                join_session(own, bob, key) as outside,
            ):
                await presenter.commit_state(1, make_exploration(trips, delay=make_interval(5, 10)))
                assert ada.post(f"/api/live/{key}/co-presenters", json={"people": []}).status_code == 204
                await async_wait_until(
                    lambda: (
                        presenter.list_messages("control", "roles")
                        and outside.list_messages("state", "state")
                    )
                )
                return presenter.list_messages("control", "roles")[0], outside.list_messages(
                    "state", "state"
                )[0]

        roles, unread = asyncio.run(scenario())
        assert roles["coPresenters"] == []
        assert isinstance(unread, (bytes, bytearray))
        wait_until(lambda: list_recorded_states(key) == [0, 1])
