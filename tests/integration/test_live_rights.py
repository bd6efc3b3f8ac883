"""What comes over the sockets of who sees less, and of guests, in a live session: only what is theirs."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa
from ably import AblyException
from sqlmodel import select
from websockets.exceptions import ConnectionClosed

from accounts import users
from datasets import shares
from datasets.shares import EVERYONE, ShareTarget, ShareTerms
from db.engine import transaction
from db.tables import Dataset, GuestLink, Resource, Role, Share, utc_now
from realtime import rights_watcher
from realtime.broker.protocol import ProtocolAction
from realtime.live import rate_limit, tokens
from tests.integration.live_service import (
    async_wait_until,
    import_trips,
    join_session,
    run_service,
    wait_until,
)
from tests.integration.threaded_broker import RawBrokerClient, open_raw_client

INTERVAL_FILTER = {"type": "interval", "lo": 10.0, "hi": 20.0, "nulls": False}
BOTH_ORIGINS_FILTER = {"type": "members", "values": ["ATL", "ORD"], "other": False, "nulls": False}
CHICAGO_CONDITIONS = [{"column": "origin", "filter": {"type": "members", "values": ["ORD"], "nulls": False}}]
ATLANTA_CONDITIONS = [{"column": "origin", "filter": {"type": "members", "values": ["ATL"], "nulls": False}}]
HIDDEN_TEXTS = ("salary", "ATL", "4242")


@pytest.fixture
def trips(app, tmp_path):
    """Three columns; everyone sees flights from Chicago, without salaries. Its version."""
    version = import_trips(tmp_path)
    share_trips(EVERYONE, ShareTerms(conditions=CHICAGO_CONDITIONS, masked=("salary",)))
    return version


def share_trips(subject, terms):
    with transaction() as work:
        dataset = work.exec(select(Dataset.id).where(Dataset.slug == "trips")).one()
    shares.grant_as_system(Resource.DATASET, dataset, subject, terms)


@pytest.fixture
def service(app, trips):
    with run_service(app) as own:
        app.server.extensions["gateway"].wait_idle()
        yield own


@pytest.fixture
def ada(sign_in_as, trips):
    """A presenter who sees everything."""
    return grant_all(sign_in_as(Role.PRESENTER))


def grant_all(browser):
    share_trips(ShareTarget(user_id=get_user_id(browser)), ShareTerms())
    return browser


def get_user_id(browser):
    """Of whom it is."""
    return users.require_principal(browser.get("/api/account").json["name"]).id


def make_exploration(version, **filters):
    views = [
        make_view("delay", "linear", 20),
        make_view("salary", "linear", 20),
        make_view("origin", "category", None),
    ]
    own = {"v": 1, "dataset": "trips", "version": version, "views": views}
    return own | {"filters": filters, "active": "salary" if filters else None}


def make_view(column, scale, bins):
    return {"id": column, "columns": [column], "scales": [{"type": scale}], "bins": [bins]}


@pytest.fixture
def key(ada, trips):
    answer = ada.post(
        "/api/live", json={"dataset": "trips", "exploration": make_exploration(trips, salary=INTERVAL_FILTER)}
    )
    assert answer.status_code == 201, answer.text
    return answer.json["key"]


class SocketListener:
    """Somebody's socket: ``raw`` is all that came over it."""

    def __init__(self, socket, channels):
        self.wire, self.channels, self.raw = RawBrokerClient(socket), channels, []

    async def attach_channel(self, name):
        await self.wire.send_frame(ProtocolAction.ATTACH, channel=name, params={"rewind": "100"})

    async def collect_frames(self):
        async for text in self.wire.socket:
            self.raw.append(text)

    def list_messages(self, name):
        """The data of the messages of a name, in their order."""
        frames = [frame for frame in map(json.loads, self.raw) if frame["action"] == ProtocolAction.MESSAGE]
        found = [each for frame in frames for each in frame["messages"] if each["name"] == name]
        return [json.loads(each["data"]) if each.get("encoding") else each["data"] for each in found]

    def list_refused_channels(self):
        frames = [frame for frame in map(json.loads, self.raw) if frame["action"] == ProtocolAction.ERROR]
        return {frame["channel"]: frame["error"]["code"] for frame in frames}


@asynccontextmanager
async def listen_to_session(service, browser, key, *also):
    """Attaches to the channels of their token, and to others."""
    answer = browser.post(f"/api/live/{key}/token", json={})
    assert answer.status_code == 200, answer.text
    place = answer.json["realtime"]["channels"]
    async with open_raw_client(service, token=answer.json["token"]) as client:
        listener = SocketListener(client.socket, place)
        hearing = asyncio.create_task(listener.collect_frames())
        with suppress(ConnectionClosed):  # whoever is cut off meanwhile has heard why
            for name in (*filter(None, place.values()), *also):
                await listener.attach_channel(name)
        yield listener
        hearing.cancel()


async def present_everything(presenter, version):
    """All that a presenter's page says: states, brushes, pointers."""
    moves = [
        [0, "b", "salary", INTERVAL_FILTER],
        [1, "b", "delay", INTERVAL_FILTER],
        [2, "p", "salary", 0.5, 0.5],
        [3, "p", "delay", 0.5, 0.5],
        [4, "b", "origin", BOTH_ORIGINS_FILTER],
        [5, "a", "salary"],
    ]
    for seq in (1, 2):
        state = make_exploration(
            version,
            origin=BOTH_ORIGINS_FILTER,
            salary=INTERVAL_FILTER,
            delay=INTERVAL_FILTER | {"hi": 20.0 + seq},
        )
        await presenter.get_channel("brush").publish("move", {"t": 1, "i": 22, "s": moves})
        await presenter.commit_state(seq, state)
    await presenter.get_channel("brush").publish("move", {"t": 9, "i": 22, "s": moves})


def list_view_ids(found):
    return [each["id"] for each in found["exploration"]["views"]]


def test_who_sees_less_hears_only_what_they_see_and_can_listen_to_nothing_else(
    service, sign_in_as, trips, ada, key
):
    bob, equal = sign_in_as(Role.VIEWER), grant_all(sign_in_as(Role.VIEWER))
    direct = ada.get(f"/api/live/{key}").json["realtime"]["channels"]

    async def scenario():
        others = [
            *(direct[name] for name in ("state", "brush")),
            f"live:{key}:state",
            f"[?rewind=1]{direct['state']}",
        ]
        async with (
            join_session(service, ada, key) as presenter,
            listen_to_session(service, equal, key) as same,
            listen_to_session(service, bob, key, *others) as less,
        ):
            await async_wait_until(
                lambda: less.list_messages("state") and len(less.list_refused_channels()) == len(others)
            )
            await present_everything(presenter, trips)
            offer = {"exploration": make_exploration(trips, salary=INTERVAL_FILTER | {"hi": 4242.0})}
            assert equal.post(f"/api/live/{key}/offer", json=offer).status_code == 204
            await async_wait_until(
                lambda: presenter.list_messages("brush", "offered") and less.list_messages("move")
            )
            await async_wait_until(lambda: [each["seq"] for each in less.list_messages("state")] == [0, 1, 2])
            await async_wait_until(lambda: less.list_messages("move")[-1]["t"] == 9)
            await async_wait_until(lambda: len(same.list_messages("move")) == 3)
            return presenter.list_messages("brush", "offered"), less, same

    (offered,), less, same = asyncio.run(scenario())
    assert not [word for word in HIDDEN_TEXTS if word in "".join(less.raw)]
    assert set(less.list_refused_channels().values()) == {40160}
    states, moves = less.list_messages("state"), less.list_messages("move")
    assert [list_view_ids(state) for state in states] == [["delay", "origin"]] * 3
    assert states[-1]["exploration"]["filters"] == {
        "delay": INTERVAL_FILTER | {"hi": 22.0},
        "origin": BOTH_ORIGINS_FILTER | {"values": ["ORD"]},
    }
    seen = [[1, "b", "delay", INTERVAL_FILTER], [3, "p", "delay", 0.5, 0.5]]
    assert moves[-1] == {"t": 9, "i": moves[-1]["i"], "s": seen}
    assert "salary" in str(same.list_messages("state"))
    assert same.channels["state"] == direct["state"]
    assert list_view_ids(offered) == ["delay", "salary", "origin"]


def test_who_comes_later_has_the_last_state_at_once(service, sign_in_as, trips, ada, key):
    async def scenario():
        async with join_session(service, ada, key) as presenter:
            await presenter.commit_state(
                7, make_exploration(trips, delay=INTERVAL_FILTER, salary=INTERVAL_FILTER)
            )
            await asyncio.to_thread(wait_until, lambda: ada.get(f"/api/live/{key}").json["seq"] == 7)
            async with listen_to_session(service, sign_in_as(Role.VIEWER), key) as first:
                await async_wait_until(lambda: first.list_messages("state"))
                async with listen_to_session(service, sign_in_as(Role.VIEWER), key) as second:
                    await async_wait_until(lambda: second.list_messages("state"))
                    return first, second

    for each in asyncio.run(scenario()):
        (state,) = each.list_messages("state")
        assert (state["seq"], state["exploration"]["filters"]) == (7, {"delay": INTERVAL_FILTER})
        assert not [word for word in HIDDEN_TEXTS if word in "".join(each.raw)]


def test_whoever_presents_is_heard_by_all_and_the_past_stays_with_those_who_saw_it(
    service, sign_in_as, trips, ada, key
):
    less, third = sign_in_as(Role.PRESENTER), sign_in_as(Role.VIEWER)
    other = get_user_id(less)

    async def scenario():
        async with join_session(service, ada, key) as first, join_session(service, less, key) as second:
            await present_everything(first, trips)
            await asyncio.to_thread(wait_until, lambda: ada.get(f"/api/live/{key}").json["seq"] == 2)
            assert ada.post(f"/api/live/{key}/hand-over", json={"person": other}).status_code == 204
            await second.renew_token()
            own = make_exploration(trips, delay=INTERVAL_FILTER | {"hi": 33.0})
            own["views"] = [each for each in own["views"] if each["id"] != "salary"]
            await second.commit_state(3, own | {"active": None})
            await async_wait_until(
                lambda: (
                    first.list_messages("state", "state")
                    and first.list_messages("state", "state")[-1]["seq"] == 3
                )
            )
            async with listen_to_session(service, third, key) as late:
                await async_wait_until(lambda: late.list_messages("state"))
                await async_wait_until(lambda: second.list_messages("control", "roles"))
            with pytest.raises(AblyException):
                await second.client.channels.get(first.names["state"]).attach()
            offered = {"exploration": make_exploration(trips, salary=INTERVAL_FILTER)}
            assert ada.post(f"/api/live/{key}/offer", json=offered).status_code == 204
            await async_wait_until(lambda: second.list_messages("brush", "offered"))
            return late, second.list_messages("brush", "offered")[0]

    late, offered = asyncio.run(scenario())
    assert late.list_messages("state")[-1]["seq"] == 3
    assert not [word for word in HIDDEN_TEXTS if word in "".join(late.raw)]
    assert list_view_ids(offered) == ["delay", "origin"]
    wait_until(lambda: ada.get(f"/api/live/{key}").json["seq"] == 3)


def test_whose_rights_change_is_cut_off_and_finds_other_channels(service, sign_in_as, trips, ada, key):
    bob = grant_all(sign_in_as(Role.VIEWER))

    async def scenario():
        async with (
            join_session(service, ada, key) as presenter,
            listen_to_session(service, bob, key) as before,
        ):
            share_trips(
                ShareTarget(user_id=get_user_id(bob)),
                ShareTerms(conditions=CHICAGO_CONDITIONS, masked=("salary",)),
            )
            await async_wait_until(lambda: any('"code":40141' in text for text in before.raw))
            heard = len(before.raw)
            await presenter.commit_state(1, make_exploration(trips, salary=INTERVAL_FILTER | {"hi": 4242.0}))
            async with listen_to_session(service, bob, key) as after:
                await async_wait_until(lambda: after.list_messages("state"))
                assert after.channels["state"] != before.channels["state"]
                return before.raw[heard:], after

    rest, after = asyncio.run(scenario())
    assert "4242" not in "".join(rest)
    assert not [word for word in HIDDEN_TEXTS if word in "".join(after.raw)]


def test_a_new_share_that_hides_more_cuts_off_as_well(service, sign_in_as, trips, ada, key):
    bob = sign_in_as(Role.VIEWER)
    with transaction() as work:
        work.execute(sa.delete(Share).where(Share.resource == Resource.DATASET, Share.user_id.is_(None)))
    share_trips(ShareTarget(user_id=get_user_id(bob)), ShareTerms(conditions=CHICAGO_CONDITIONS))

    async def scenario():
        async with (
            join_session(service, ada, key) as presenter,
            listen_to_session(service, bob, key) as before,
        ):
            await async_wait_until(lambda: before.list_messages("state"))
            share_trips(EVERYONE, ShareTerms(conditions=ATLANTA_CONDITIONS, masked=("salary",)))
            await async_wait_until(lambda: any('"code":40141' in text for text in before.raw))
            heard = len(before.raw)
            await presenter.commit_state(1, make_exploration(trips, salary=INTERVAL_FILTER | {"hi": 4242.0}))
            async with listen_to_session(service, bob, key) as after:
                await async_wait_until(lambda: after.list_messages("state"))
                return "".join(before.raw[heard:]) + "".join(after.raw)

    told = asyncio.run(scenario())
    assert not [word for word in ("salary", "4242") if word in told]


def test_who_loses_rights_while_a_token_is_made_for_them_is_cut_off(  # noqa: PLR0917
    service, sign_in_as, trips, ada, key, monkeypatch
):
    bob, make = grant_all(sign_in_as(Role.VIEWER)), tokens.issue_member_token

    def revoke_then_issue(*of):
        share_trips(
            ShareTarget(user_id=get_user_id(bob)),
            ShareTerms(conditions=CHICAGO_CONDITIONS, masked=("salary",)),
        )
        return make(*of)

    async def scenario():
        monkeypatch.setattr(
            rights_watcher, "_read_new_entries", lambda seen: (seen, False)
        )  # it has looked already
        monkeypatch.setattr(tokens, "issue_member_token", revoke_then_issue)
        async with listen_to_session(service, bob, key) as heard:
            await async_wait_until(lambda: any('"code":40141' in text for text in heard.raw))

    asyncio.run(scenario())


def create_guest_link(browser, key, **more):
    """The path of a new guest link."""
    wish = {"expires": (utc_now() + timedelta(hours=1)).isoformat()} | more
    answer = browser.post(f"/api/live/{key}/guests", json=wish)
    assert answer.status_code == 201, answer.text
    return answer.json["path"]


def open_guest_link(app, path):
    """A browser that comes by a guest link."""
    guest = app.server.test_client()
    assert guest.get(path).status_code == 302
    return guest


@pytest.fixture
def bob(sign_in_as):
    return sign_in_as(Role.VIEWER)


@pytest.fixture
def root(sign_in_as):
    return sign_in_as(Role.ADMIN)


def test_a_guest_follows_and_does_nothing_else(app, trips, ada, key, root):
    for owner in (ada, root):  # whoever's rights a guest has, they are not them
        guest = open_guest_link(app, create_guest_link(owner, key))
        assert guest.get("/").location == f"/live/{key}"
        assert guest.get(f"/live/{key}").status_code == 200
        found = guest.get(f"/api/live/{key}").json
        assert (found["role"], found["owns"], found["mayPresent"]) == ("follower", False, False)
        name = f"Guest of {owner.get('/api/account').json['name']}"
        assert (found["me"]["id"] < 0, found["me"]["name"]) == (True, name)
        token = guest.post(f"/api/live/{key}/token", json={}).json
        assert token["clientId"] == f"{found['me']['id']} {name}"
        for page in ("/explore/trips", "/explore", f"/view/{key}"):
            assert guest.get(page).status_code == 404
        offer = {"exploration": make_exploration(trips)}
        for act, body in (
            ("offer", offer),
            ("ask", {}),
            ("take", {}),
            ("end", {}),
            ("hand-over", {"person": 1}),
        ):
            assert guest.post(f"/api/live/{key}/{act}", json=body).status_code == 403
        for route in (f"/api/live/{key}/record", f"/api/live/{key}/guests", "/api/views"):
            assert guest.get(route).status_code == 403
        another = ada.post(
            "/api/live", json={"dataset": "trips", "exploration": make_exploration(trips)}
        ).json["key"]
        assert guest.get(f"/api/live/{another}").status_code == 404
        assert [each["key"] for each in guest.get("/api/live").json["sessions"]] == [key]


def test_a_guest_hears_what_a_named_user_may_see(app, service, bob, ada, key, root):  # noqa: PLR0917
    trips = ada.get(f"/api/live/{key}").json["version"]
    guest = open_guest_link(
        app, create_guest_link(root, key, rights_of=bob.get("/api/account").json["name"], label="The board")
    )

    async def scenario():
        async with (
            join_session(service, ada, key) as presenter,
            listen_to_session(service, guest, key) as heard,
        ):
            await presenter.commit_state(
                1, make_exploration(trips, delay=INTERVAL_FILTER, salary=INTERVAL_FILTER)
            )
            await async_wait_until(
                lambda: heard.list_messages("state") and heard.list_messages("state")[-1]["seq"] == 1
            )
            return heard

    heard = asyncio.run(scenario())
    assert heard.list_messages("state")[-1]["exploration"]["filters"] == {"delay": INTERVAL_FILTER}
    assert not [word for word in HIDDEN_TEXTS if word in "".join(heard.raw)]
    (listed,) = root.get(f"/api/live/{key}/guests").json["links"]
    assert (listed["label"], bool(listed["opened"])) == ("The board", True)


def test_guests_are_out_when_the_link_is_revoked_or_has_expired_or_the_session_ends(app, service, ada, key):
    for end in ("revoked", "expired", "ended"):
        path = create_guest_link(ada, key)
        guest = open_guest_link(app, path)
        (link,) = ada.get(f"/api/live/{key}/guests").json["links"]

        async def scenario(end=end, guest=guest, link=link):
            async with listen_to_session(service, guest, key) as heard:
                await async_wait_until(
                    lambda: any('"action":11' in text.replace(" ", "") for text in heard.raw)
                )
                if end == "revoked":
                    assert ada.delete(f"/api/guests/{link['id']}").status_code == 204
                elif end == "expired":
                    with transaction() as work:
                        work.get_one(GuestLink, link["id"]).expires = utc_now()
                    return
                else:
                    assert ada.post(f"/api/live/{key}/end").status_code == 204
                await async_wait_until(lambda: any('"code":40141' in text for text in heard.raw))

        asyncio.run(scenario())
        refused = guest.post(f"/api/live/{key}/token", json={}).status_code
        assert refused == (404 if end == "ended" else 401)
        assert app.server.test_client().get(path).status_code == 410
    late = {"expires": (utc_now() + timedelta(hours=1)).isoformat()}
    assert ada.post(f"/api/live/{key}/guests", json=late).status_code == 400


def test_who_offers_again_and_again_must_wait(sign_in_as, trips, ada, key):
    bob, offer = grant_all(sign_in_as(Role.VIEWER)), {"exploration": make_exploration(trips)}
    answers = [bob.post(f"/api/live/{key}/offer", json=offer) for _ in range(rate_limit.BURST + 1)]
    assert [each.status_code for each in answers] == [204] * rate_limit.BURST + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_only_who_owns_a_live_session_gives_out_links_to_it(sign_in_as, ada, key, root):
    wish = {"expires": (utc_now() + timedelta(hours=1)).isoformat()}
    for role, status in ((Role.VIEWER, 403), (Role.PRESENTER, 403)):
        other = sign_in_as(role)
        assert other.post(f"/api/live/{key}/guests", json=wish).status_code == status
        assert other.get(f"/api/live/{key}/guests").status_code == status
    create_guest_link(ada, key)
    (link,) = ada.get(f"/api/live/{key}/guests").json["links"]
    assert sign_in_as(Role.PRESENTER).delete(f"/api/guests/{link['id']}").status_code == 403
    someone = {"rights_of": root.get("/api/account").json["name"]}
    assert ada.post(f"/api/live/{key}/guests", json=wish | someone).status_code == 403
    assert root.delete(f"/api/guests/{link['id']}").status_code == 204
