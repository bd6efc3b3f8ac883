"""With whom a live session is shared: it is there for them, and for nobody else who sees the dataset."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from accounts import api_tokens, audit, groups, users
from accounts.permissions import Permission
from datasets import shares
from datasets.shares import EVERYONE, NotAllowedError, Subject, Terms
from db.engine import session
from db.tables import Dataset, LiveSession, Resource, Role, Share, now
from realtime.live import recordings
from realtime.live import sessions as live_sessions
from realtime.live.actions import Stage
from tests.integration.test_live import started, trips
from tests.integration.test_live_pages import opened
from tests.integration.test_live_rights import come, link_to
from tests.integration.test_live_session_actions import STATE, Hearing

__all__ = ["trips"]


@pytest.fixture
def presenter(signed_in):
    return signed_in(Role.PRESENTER)


@pytest.fixture
def key(presenter, trips):
    return started(presenter, trips)


def me(browser):
    return users.require(browser.get("/api/account").json["name"])


def listed(browser, key):
    answer = browser.get(f"/api/live/{key}/shares")
    assert answer.status_code == 200, answer.text
    return answer.json["shares"]


def give(browser, key, among, name="", level="view"):
    return browser.post(f"/api/live/{key}/shares", json={"among": among, "name": name, "level": level})


def narrow(browser, key):
    """Take it from everyone."""
    (everyone,) = [share for share in listed(browser, key) if share["among"] == "everyone"]
    assert browser.delete(f"/api/shares/{everyone['id']}").status_code == 204


def is_there(browser, key, **more):
    """Whether it exists for somebody: by each of its routes alike."""
    answers = [
        browser.get(f"/api/live/{key}", **more),
        browser.get(f"/api/live/{key}/qr.svg", **more),
        browser.get(f"/api/live/{key}/record", **more),
        browser.post(f"/api/live/{key}/token", json={}, **more),
    ]
    found = {answer.status_code for answer in answers}
    assert found in ({200}, {404})
    sessions = [each["key"] for each in browser.get("/api/live", **more).json["sessions"]]
    assert (key in sessions) == (found == {200})
    return found == {200}


def page_shows(browser, key):
    return "live" in opened(browser, "", key)


def test_it_is_everyones_until_its_owner_says_otherwise(presenter, key, signed_in):
    follower, admin = signed_in(Role.VIEWER), signed_in(Role.ADMIN)
    assert [(each["among"], each["level"]) for each in listed(presenter, key)] == [("everyone", "view")]
    assert is_there(follower, key)
    narrow(presenter, key)
    assert not is_there(follower, key)
    assert [page_shows(each, key) for each in (follower, presenter, admin)] == [False, True, True]
    assert is_there(presenter, key)
    assert is_there(admin, key)
    assert listed(admin, key) == []


def test_it_is_there_for_people_and_groups_it_is_shared_with(presenter, key, signed_in):
    bob, cy, out = (signed_in(Role.VIEWER) for _ in range(3))
    root = me(signed_in(Role.ADMIN))
    group = groups.create(root, "team")
    groups.add(root, group, me(cy).id)
    narrow(presenter, key)
    assert give(presenter, key, "person", me(bob).name).status_code == 201
    assert give(presenter, key, "group", "team").status_code == 201
    assert [is_there(each, key) for each in (bob, cy, out)] == [True, True, False]
    groups.remove(root, group, me(cy).id)
    assert [is_there(each, key) for each in (bob, cy, out)] == [True, False, False]


def test_a_share_does_not_widen_the_rights_on_the_dataset(presenter, key, signed_in):
    bob = signed_in(Role.VIEWER)
    assert give(presenter, key, "person", me(bob).name).status_code == 201
    with session() as work:
        for share in work.exec(select(Share).where(col(Share.resource) == Resource.DATASET)):
            work.delete(share)
    assert not is_there(bob, key)
    assert "error" in opened(bob, "", key)


def test_only_who_owns_it_says_with_whom_it_is_shared(presenter, key, signed_in):
    bob = signed_in(Role.PRESENTER)
    (everyone,) = listed(presenter, key)
    assert bob.get(f"/api/live/{key}/shares").status_code == 403
    assert give(bob, key, "person", me(bob).name).status_code == 403
    assert bob.delete(f"/api/shares/{everyone['id']}").status_code == 403
    narrow(presenter, key)
    assert bob.get(f"/api/live/{key}/shares").status_code == 404
    assert give(bob, key, "everyone").status_code == 404
    assert give(signed_in(Role.ADMIN), key, "everyone").status_code == 201


def test_it_is_shared_to_be_seen_whole_and_nothing_else(presenter, key):
    for level in ("edit", "manage"):
        assert give(presenter, key, "everyone", level=level).status_code == 400
    part = {"among": "everyone", "name": "", "masked": ["delay"]}
    assert presenter.post(f"/api/live/{key}/shares", json=part).status_code == 400
    assert give(presenter, key, "person", "nobody here").status_code == 400


def test_programs_and_guests_have_what_they_had(app, presenter, key, signed_in):
    bob = signed_in(Role.ANALYST)
    scopes = [Permission.EXPLORE, Permission.SAVE]
    tokens = [
        api_tokens.create(me(each), "it", scopes, now() + timedelta(days=1)) for each in (bob, presenter)
    ]
    theirs, own = ({"Authorization": f"Bearer {token}"} for token in tokens)
    program, guest = app.server.test_client(), come(app, link_to(presenter, key))
    assert is_there(program, key, headers=theirs)
    narrow(presenter, key)
    assert not is_there(program, key, headers=theirs)
    assert is_there(program, key, headers=own)
    assert guest.post(f"/api/live/{key}/token", json={}).status_code == 200
    assert page_shows(guest, key)
    assert guest.get(f"/api/live/{key}/shares").status_code == 403
    to_bob = {"among": "person", "name": me(bob).name}
    assert program.post(f"/api/live/{key}/shares", json=to_bob, headers=own).status_code == 201
    assert is_there(program, key, headers=theirs)


def test_what_has_ended_is_watched_by_whom_it_is_shared_with_then(presenter, key, signed_in):
    bob = signed_in(Role.VIEWER)
    assert bob.post(f"/api/live/{key}/token", json={}).status_code == 200
    presenter.post(f"/api/live/{key}/end")
    assert bob.get(f"/api/live/{key}/record").status_code == 200
    narrow(presenter, key)
    assert bob.get(f"/api/live/{key}/record").status_code == 404
    assert bob.get("/api/live").json["sessions"] == []
    give(presenter, key, "person", me(bob).name)
    assert bob.get(f"/api/live/{key}/record").status_code == 200
    assert [each["key"] for each in bob.get("/api/live").json["sessions"]] == [key]


@pytest.fixture
def stage():
    return Stage(Hearing())


@pytest.fixture
def people(database):
    """Twelve people of a number each, who all see the dataset of the first."""
    made = [users.create(f"user-{number}", None, Role.PRESENTER) for number in range(12)]
    with session() as work:
        dataset = Dataset(slug="trips", name="Trips", owner_id=made[0].id)
        work.add(dataset)
    shares.put(Resource.DATASET, dataset.id, EVERYONE, Terms())
    return made


def close(person, key):
    """Share it with nobody; its number."""
    id_ = live_sessions.of(key).live.id
    for share, _ in shares.of(person, Resource.LIVE, id_):
        shares.take(person, share.id)
    return id_


def test_who_is_on_stage_has_it_whomever_it_is_shared_with(stage, people):
    owner, presents, *helpers = people[0], people[2], people[1], people[10]
    key = stage.start(owner, STATE)
    stage.appoint(owner, key, [each.id for each in helpers])
    stage.hand_over(owner, key, presents.id)
    close(owner, key)
    there = [person for person in people if live_sessions.exists(person, key)]
    assert there == [owner, people[1], presents, people[10]]
    stage.relieve(key)
    assert live_sessions.presenter(live_sessions.of(key).live) == presents.id
    stage.appoint(owner, key, [])
    stage.take(owner, key)
    assert [person for person in people if live_sessions.exists(person, key)] == [owner]


def test_to_present_it_takes_to_be_among_those_it_is_shared_with(stage, people):
    owner, other = people[:2]
    key = stage.start(owner, STATE)
    id_ = close(owner, key)
    for act, whom in ((stage.hand_over, other.id), (stage.appoint, [other.id])):
        with pytest.raises(NotAllowedError, match="to see it"):
            act(owner, key, whom)
    shares.give(owner, Resource.LIVE, id_, Subject(user_id=other.id), Terms())
    stage.hand_over(owner, key, other.id)
    assert live_sessions.presenter(live_sessions.of(key).live) == other.id


def test_its_shares_go_with_it_and_are_recorded_by_its_key(stage, people):
    owner = people[0]
    deleted, forgotten = (stage.start(owner, STATE) for _ in range(2))
    close(owner, deleted)
    shares.give(
        owner, Resource.LIVE, live_sessions.of(deleted).live.id, Subject(user_id=people[1].id), Terms()
    )
    rows, _ = audit.page(audit.Filter(resource_kind="live session", resource_key=deleted))
    assert [row.action for row in reversed(rows)] == ["live.started", "share.removed", "share.created"]
    for key in (deleted, forgotten):
        stage.end(owner, key)
    with session() as work:
        old = work.exec(select(LiveSession).where(LiveSession.key == forgotten)).one()
        old.ended = now() - timedelta(days=400)
    recordings.forget()
    stage.delete(owner, deleted)
    with session() as work:
        assert work.exec(select(Share).where(col(Share.resource) == Resource.LIVE)).all() == []
    assert live_sessions.exists(people[1], stage.start(owner, STATE))
