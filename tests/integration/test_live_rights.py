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
from datasets.shares import EVERYONE, Subject, Terms
from db.engine import session
from db.tables import Dataset, GuestLink, Resource, Role, Share, now
from realtime import rights_watcher
from realtime.broker.protocol import Action
from realtime.live import rate_limit, tokens
from tests.integration.live_service import house, import_trips, member, soon, until
from tests.integration.threaded_broker import Wire, wire

SPAN = {"type": "interval", "lo": 10.0, "hi": 20.0, "nulls": False}
BOTH = {"type": "members", "values": ["ATL", "ORD"], "other": False, "nulls": False}
CHICAGO = [{"column": "origin", "filter": {"type": "members", "values": ["ORD"], "nulls": False}}]
ATLANTA = [{"column": "origin", "filter": {"type": "members", "values": ["ATL"], "nulls": False}}]
HIDDEN = ("salary", "ATL", "4242")


@pytest.fixture
def trips(app, tmp_path):
    """Three columns; everyone sees flights from Chicago, without salaries. Its version."""
    version = import_trips(tmp_path)
    share(EVERYONE, Terms(conditions=CHICAGO, masked=("salary",)))
    return version


def share(whom, terms):
    with session() as work:
        dataset = work.exec(select(Dataset.id).where(Dataset.slug == "trips")).one()
    shares.put(Resource.DATASET, dataset, whom, terms)


@pytest.fixture
def service(app, trips):
    with house(app) as own:
        app.server.extensions["door"].settle()
        yield own


@pytest.fixture
def ada(signed_in, trips):
    """A presenter who sees everything."""
    return seeing_all(signed_in(Role.PRESENTER))


def seeing_all(browser):
    share(Subject(user_id=number(browser)), Terms())
    return browser


def number(browser):
    """Of whom it is."""
    return users.require(browser.get("/api/account").json["name"]).id


def exploration(version, **filters):
    views = [view("delay", "linear", 20), view("salary", "linear", 20), view("origin", "category", None)]
    own = {"v": 1, "dataset": "trips", "version": version, "views": views}
    return own | {"filters": filters, "active": "salary" if filters else None}


def view(column, scale, bins):
    return {"id": column, "columns": [column], "scales": [{"type": scale}], "bins": [bins]}


@pytest.fixture
def key(ada, trips):
    answer = ada.post("/api/live", json={"dataset": "trips", "exploration": exploration(trips, salary=SPAN)})
    assert answer.status_code == 201, answer.text
    return answer.json["key"]


class Listener:
    """Somebody's socket: ``raw`` is all that came over it."""

    def __init__(self, socket, place):
        self.wire, self.place, self.raw = Wire(socket), place, []

    async def attach(self, name):
        await self.wire.send(Action.ATTACH, channel=name, params={"rewind": "100"})

    async def hear(self):
        async for text in self.wire.socket:
            self.raw.append(text)

    def messages(self, name):
        """The data of the messages of a name, in their order."""
        frames = [frame for frame in map(json.loads, self.raw) if frame["action"] == Action.MESSAGE]
        found = [each for frame in frames for each in frame["messages"] if each["name"] == name]
        return [json.loads(each["data"]) if each.get("encoding") else each["data"] for each in found]

    def refused(self):
        frames = [frame for frame in map(json.loads, self.raw) if frame["action"] == Action.ERROR]
        return {frame["channel"]: frame["error"]["code"] for frame in frames}


@asynccontextmanager
async def listening(own, browser, key, *also):
    """Attaches to the channels of their token, and to others."""
    answer = browser.post(f"/api/live/{key}/token", json={})
    assert answer.status_code == 200, answer.text
    place = answer.json["realtime"]["channels"]
    async with wire(own, token=answer.json["token"]) as client:
        listener = Listener(client.socket, place)
        hearing = asyncio.create_task(listener.hear())
        with suppress(ConnectionClosed):  # whoever is cut off meanwhile has heard why
            for name in (*filter(None, place.values()), *also):
                await listener.attach(name)
        yield listener
        hearing.cancel()


async def present(presenter, version):
    """All that a presenter's page says: states, brushes, pointers."""
    moves = [
        [0, "b", "salary", SPAN],
        [1, "b", "delay", SPAN],
        [2, "p", "salary", 0.5, 0.5],
        [3, "p", "delay", 0.5, 0.5],
        [4, "b", "origin", BOTH],
        [5, "a", "salary"],
    ]
    for seq in (1, 2):
        state = exploration(version, origin=BOTH, salary=SPAN, delay=SPAN | {"hi": 20.0 + seq})
        await presenter.channel("brush").publish("move", {"t": 1, "i": 22, "s": moves})
        await presenter.commit(seq, state)
    await presenter.channel("brush").publish("move", {"t": 9, "i": 22, "s": moves})


def names(found):
    return [each["id"] for each in found["exploration"]["views"]]


def test_who_sees_less_hears_only_what_they_see_and_can_listen_to_nothing_else(
    service, signed_in, trips, ada, key
):
    bob, equal = signed_in(Role.VIEWER), seeing_all(signed_in(Role.VIEWER))
    direct = ada.get(f"/api/live/{key}").json["realtime"]["channels"]

    async def scene():
        others = [
            *(direct[name] for name in ("state", "brush")),
            f"live:{key}:state",
            f"[?rewind=1]{direct['state']}",
        ]
        async with (
            member(service, ada, key) as presenter,
            listening(service, equal, key) as same,
            listening(service, bob, key, *others) as less,
        ):
            await soon(lambda: less.messages("state") and len(less.refused()) == len(others))
            await present(presenter, trips)
            offer = {"exploration": exploration(trips, salary=SPAN | {"hi": 4242.0})}
            assert equal.post(f"/api/live/{key}/offer", json=offer).status_code == 204
            await soon(lambda: presenter.said("brush", "offered") and less.messages("move"))
            await soon(lambda: [each["seq"] for each in less.messages("state")] == [0, 1, 2])
            await soon(lambda: less.messages("move")[-1]["t"] == 9)
            await soon(lambda: len(same.messages("move")) == 3)
            return presenter.said("brush", "offered"), less, same

    (offered,), less, same = asyncio.run(scene())
    assert not [word for word in HIDDEN if word in "".join(less.raw)]
    assert set(less.refused().values()) == {40160}
    states, moves = less.messages("state"), less.messages("move")
    assert [names(state) for state in states] == [["delay", "origin"]] * 3
    assert states[-1]["exploration"]["filters"] == {
        "delay": SPAN | {"hi": 22.0},
        "origin": BOTH | {"values": ["ORD"]},
    }
    seen = [[1, "b", "delay", SPAN], [3, "p", "delay", 0.5, 0.5]]
    assert moves[-1] == {"t": 9, "i": moves[-1]["i"], "s": seen}
    assert "salary" in str(same.messages("state"))
    assert same.place["state"] == direct["state"]
    assert names(offered) == ["delay", "salary", "origin"]


def test_who_comes_later_has_the_last_state_at_once(service, signed_in, trips, ada, key):
    async def scene():
        async with member(service, ada, key) as presenter:
            await presenter.commit(7, exploration(trips, delay=SPAN, salary=SPAN))
            await asyncio.to_thread(until, lambda: ada.get(f"/api/live/{key}").json["seq"] == 7)
            async with listening(service, signed_in(Role.VIEWER), key) as first:
                await soon(lambda: first.messages("state"))
                async with listening(service, signed_in(Role.VIEWER), key) as second:
                    await soon(lambda: second.messages("state"))
                    return first, second

    for each in asyncio.run(scene()):
        (state,) = each.messages("state")
        assert (state["seq"], state["exploration"]["filters"]) == (7, {"delay": SPAN})
        assert not [word for word in HIDDEN if word in "".join(each.raw)]


def test_whoever_presents_is_heard_by_all_and_the_past_stays_with_those_who_saw_it(
    service, signed_in, trips, ada, key
):
    less, third = signed_in(Role.PRESENTER), signed_in(Role.VIEWER)
    other = number(less)

    async def scene():
        async with member(service, ada, key) as first, member(service, less, key) as second:
            await present(first, trips)
            await asyncio.to_thread(until, lambda: ada.get(f"/api/live/{key}").json["seq"] == 2)
            assert ada.post(f"/api/live/{key}/hand-over", json={"person": other}).status_code == 204
            await second.may_publish()
            own = exploration(trips, delay=SPAN | {"hi": 33.0})
            own["views"] = [each for each in own["views"] if each["id"] != "salary"]
            await second.commit(3, own | {"active": None})
            await soon(lambda: first.said("state", "state") and first.said("state", "state")[-1]["seq"] == 3)
            async with listening(service, third, key) as late:
                await soon(lambda: late.messages("state"))
                await soon(lambda: second.said("control", "roles"))
            with pytest.raises(AblyException):
                await second.client.channels.get(first.names["state"]).attach()
            offered = {"exploration": exploration(trips, salary=SPAN)}
            assert ada.post(f"/api/live/{key}/offer", json=offered).status_code == 204
            await soon(lambda: second.said("brush", "offered"))
            return late, second.said("brush", "offered")[0]

    late, offered = asyncio.run(scene())
    assert late.messages("state")[-1]["seq"] == 3
    assert not [word for word in HIDDEN if word in "".join(late.raw)]
    assert names(offered) == ["delay", "origin"]
    until(lambda: ada.get(f"/api/live/{key}").json["seq"] == 3)


def test_whose_rights_change_is_cut_off_and_finds_other_channels(service, signed_in, trips, ada, key):
    bob = seeing_all(signed_in(Role.VIEWER))

    async def scene():
        async with member(service, ada, key) as presenter, listening(service, bob, key) as before:
            share(Subject(user_id=number(bob)), Terms(conditions=CHICAGO, masked=("salary",)))
            await soon(lambda: any('"code":40141' in text for text in before.raw))
            heard = len(before.raw)
            await presenter.commit(1, exploration(trips, salary=SPAN | {"hi": 4242.0}))
            async with listening(service, bob, key) as after:
                await soon(lambda: after.messages("state"))
                assert after.place["state"] != before.place["state"]
                return before.raw[heard:], after

    rest, after = asyncio.run(scene())
    assert "4242" not in "".join(rest)
    assert not [word for word in HIDDEN if word in "".join(after.raw)]


def test_a_new_share_that_hides_more_cuts_off_as_well(service, signed_in, trips, ada, key):
    bob = signed_in(Role.VIEWER)
    with session() as work:
        work.execute(sa.delete(Share).where(Share.resource == Resource.DATASET, Share.user_id.is_(None)))
    share(Subject(user_id=number(bob)), Terms(conditions=CHICAGO))

    async def scene():
        async with member(service, ada, key) as presenter, listening(service, bob, key) as before:
            await soon(lambda: before.messages("state"))
            share(EVERYONE, Terms(conditions=ATLANTA, masked=("salary",)))
            await soon(lambda: any('"code":40141' in text for text in before.raw))
            heard = len(before.raw)
            await presenter.commit(1, exploration(trips, salary=SPAN | {"hi": 4242.0}))
            async with listening(service, bob, key) as after:
                await soon(lambda: after.messages("state"))
                return "".join(before.raw[heard:]) + "".join(after.raw)

    told = asyncio.run(scene())
    assert not [word for word in ("salary", "4242") if word in told]


def test_who_loses_rights_while_a_token_is_made_for_them_is_cut_off(  # noqa: PLR0917
    service, signed_in, trips, ada, key, monkeypatch
):
    bob, make = seeing_all(signed_in(Role.VIEWER)), tokens.of_member

    def too_late(*of):
        share(Subject(user_id=number(bob)), Terms(conditions=CHICAGO, masked=("salary",)))
        return make(*of)

    async def scene():
        monkeypatch.setattr(rights_watcher, "_news", lambda seen: (seen, False))  # it has looked already
        monkeypatch.setattr(tokens, "of_member", too_late)
        async with listening(service, bob, key) as heard:
            await soon(lambda: any('"code":40141' in text for text in heard.raw))

    asyncio.run(scene())


def link_to(browser, key, **more):
    """The path of a new guest link."""
    wish = {"expires": (now() + timedelta(hours=1)).isoformat()} | more
    answer = browser.post(f"/api/live/{key}/guests", json=wish)
    assert answer.status_code == 201, answer.text
    return answer.json["path"]


def come(app, path):
    """A browser that comes by a guest link."""
    guest = app.server.test_client()
    assert guest.get(path).status_code == 302
    return guest


@pytest.fixture
def bob(signed_in):
    return signed_in(Role.VIEWER)


@pytest.fixture
def root(signed_in):
    return signed_in(Role.ADMIN)


def test_a_guest_follows_and_does_nothing_else(app, trips, ada, key, root):
    for owner in (ada, root):  # whoever's rights a guest has, they are not them
        guest = come(app, link_to(owner, key))
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
        offer = {"exploration": exploration(trips)}
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
        another = ada.post("/api/live", json={"dataset": "trips", "exploration": exploration(trips)}).json[
            "key"
        ]
        assert guest.get(f"/api/live/{another}").status_code == 404
        assert [each["key"] for each in guest.get("/api/live").json["sessions"]] == [key]


def test_a_guest_hears_what_a_named_user_may_see(app, service, bob, ada, key, root):  # noqa: PLR0917
    trips = ada.get(f"/api/live/{key}").json["version"]
    guest = come(app, link_to(root, key, rights_of=bob.get("/api/account").json["name"], label="The board"))

    async def scene():
        async with member(service, ada, key) as presenter, listening(service, guest, key) as heard:
            await presenter.commit(1, exploration(trips, delay=SPAN, salary=SPAN))
            await soon(lambda: heard.messages("state") and heard.messages("state")[-1]["seq"] == 1)
            return heard

    heard = asyncio.run(scene())
    assert heard.messages("state")[-1]["exploration"]["filters"] == {"delay": SPAN}
    assert not [word for word in HIDDEN if word in "".join(heard.raw)]
    (listed,) = root.get(f"/api/live/{key}/guests").json["links"]
    assert (listed["label"], bool(listed["opened"])) == ("The board", True)


def test_guests_are_out_when_the_link_is_revoked_or_has_expired_or_the_session_ends(app, service, ada, key):
    for end in ("revoked", "expired", "ended"):
        path = link_to(ada, key)
        guest = come(app, path)
        (link,) = ada.get(f"/api/live/{key}/guests").json["links"]

        async def scene(end=end, guest=guest, link=link):
            async with listening(service, guest, key) as heard:
                await soon(lambda: any('"action":11' in text.replace(" ", "") for text in heard.raw))
                if end == "revoked":
                    assert ada.delete(f"/api/guests/{link['id']}").status_code == 204
                elif end == "expired":
                    with session() as work:
                        work.get_one(GuestLink, link["id"]).expires = now()
                    return
                else:
                    assert ada.post(f"/api/live/{key}/end").status_code == 204
                await soon(lambda: any('"code":40141' in text for text in heard.raw))

        asyncio.run(scene())
        refused = guest.post(f"/api/live/{key}/token", json={}).status_code
        assert refused == (404 if end == "ended" else 401)
        assert app.server.test_client().get(path).status_code == 410
    late = {"expires": (now() + timedelta(hours=1)).isoformat()}
    assert ada.post(f"/api/live/{key}/guests", json=late).status_code == 400


def test_who_offers_again_and_again_must_wait(signed_in, trips, ada, key):
    bob, offer = seeing_all(signed_in(Role.VIEWER)), {"exploration": exploration(trips)}
    answers = [bob.post(f"/api/live/{key}/offer", json=offer) for _ in range(rate_limit.BURST + 1)]
    assert [each.status_code for each in answers] == [204] * rate_limit.BURST + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_only_who_owns_a_live_session_gives_out_links_to_it(signed_in, ada, key, root):
    wish = {"expires": (now() + timedelta(hours=1)).isoformat()}
    for role, status in ((Role.VIEWER, 403), (Role.PRESENTER, 403)):
        other = signed_in(role)
        assert other.post(f"/api/live/{key}/guests", json=wish).status_code == status
        assert other.get(f"/api/live/{key}/guests").status_code == status
    link_to(ada, key)
    (link,) = ada.get(f"/api/live/{key}/guests").json["links"]
    assert signed_in(Role.PRESENTER).delete(f"/api/guests/{link['id']}").status_code == 403
    someone = {"rights_of": root.get("/api/account").json["name"]}
    assert ada.post(f"/api/live/{key}/guests", json=wish | someone).status_code == 403
    assert root.delete(f"/api/guests/{link['id']}").status_code == 204
