"""With whom a live session is shared: it is there for them, and for nobody else who sees the dataset."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from accounts import api_tokens, audit, groups, users
from accounts.permissions import Permission
from datasets import shares
from datasets.shares import EVERYONE, NotAllowedError, ShareTarget, ShareTerms
from db.engine import transaction
from db.tables import Dataset, LiveSession, Resource, Role, Share, utc_now
from realtime.live import recordings
from realtime.live import sessions as live_sessions
from realtime.live.actions import LiveSessionActions
from tests.integration.test_live import start_session, trips
from tests.integration.test_live_pages import open_live_page
from tests.integration.test_live_rights import create_guest_link, open_guest_link
from tests.integration.test_live_session_actions import EXPLORATION, RecordingEvents

__all__ = ["trips"]


@pytest.fixture
def presenter(sign_in_as):
    return sign_in_as(Role.PRESENTER)


@pytest.fixture
def key(presenter, trips):
    return start_session(presenter, trips)


def get_principal(browser):
    return users.require_principal(browser.get("/api/account").json["name"])


def list_shares(browser, key):
    answer = browser.get(f"/api/live/{key}/shares")
    assert answer.status_code == 200, answer.text
    return answer.json["shares"]


def share_with(browser, key, among, name="", level="view"):
    return browser.post(f"/api/live/{key}/shares", json={"among": among, "name": name, "level": level})


def unshare_everyone(browser, key):
    """Take it from everyone."""
    (everyone,) = [share for share in list_shares(browser, key) if share["among"] == "everyone"]
    assert browser.delete(f"/api/shares/{everyone['id']}").status_code == 204


def is_visible(browser, key, **more):
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


def is_shown_on_page(browser, key):
    return "live" in open_live_page(browser, "", key)


def test_it_is_everyones_until_its_owner_says_otherwise(presenter, key, sign_in_as):
    follower, admin = sign_in_as(Role.VIEWER), sign_in_as(Role.ADMIN)
    assert [(each["among"], each["level"]) for each in list_shares(presenter, key)] == [("everyone", "view")]
    assert is_visible(follower, key)
    unshare_everyone(presenter, key)
    assert not is_visible(follower, key)
    assert [is_shown_on_page(each, key) for each in (follower, presenter, admin)] == [False, True, True]
    assert is_visible(presenter, key)
    assert is_visible(admin, key)
    assert list_shares(admin, key) == []


def test_it_is_there_for_people_and_groups_it_is_shared_with(presenter, key, sign_in_as):
    bob, cy, out = (sign_in_as(Role.VIEWER) for _ in range(3))
    root = get_principal(sign_in_as(Role.ADMIN))
    group = groups.create_group(root, "team")
    groups.add_member(root, group, get_principal(cy).id)
    unshare_everyone(presenter, key)
    assert share_with(presenter, key, "person", get_principal(bob).name).status_code == 201
    assert share_with(presenter, key, "group", "team").status_code == 201
    assert [is_visible(each, key) for each in (bob, cy, out)] == [True, True, False]
    groups.remove_member(root, group, get_principal(cy).id)
    assert [is_visible(each, key) for each in (bob, cy, out)] == [True, False, False]


def test_a_share_does_not_widen_the_rights_on_the_dataset(presenter, key, sign_in_as):
    bob = sign_in_as(Role.VIEWER)
    assert share_with(presenter, key, "person", get_principal(bob).name).status_code == 201
    with transaction() as work:
        for share in work.exec(select(Share).where(col(Share.resource) == Resource.DATASET)):
            work.delete(share)
    assert not is_visible(bob, key)
    assert "error" in open_live_page(bob, "", key)


def test_only_who_owns_it_says_with_whom_it_is_shared(presenter, key, sign_in_as):
    bob = sign_in_as(Role.PRESENTER)
    (everyone,) = list_shares(presenter, key)
    assert bob.get(f"/api/live/{key}/shares").status_code == 403
    assert share_with(bob, key, "person", get_principal(bob).name).status_code == 403
    assert bob.delete(f"/api/shares/{everyone['id']}").status_code == 403
    unshare_everyone(presenter, key)
    assert bob.get(f"/api/live/{key}/shares").status_code == 404
    assert share_with(bob, key, "everyone").status_code == 404
    assert share_with(sign_in_as(Role.ADMIN), key, "everyone").status_code == 201


def test_it_is_shared_to_be_seen_whole_and_nothing_else(presenter, key):
    for level in ("edit", "manage"):
        assert share_with(presenter, key, "everyone", level=level).status_code == 400
    part = {"among": "everyone", "name": "", "masked": ["delay"]}
    assert presenter.post(f"/api/live/{key}/shares", json=part).status_code == 400
    assert share_with(presenter, key, "person", "nobody here").status_code == 400


def test_programs_and_guests_have_what_they_had(app, presenter, key, sign_in_as):
    bob = sign_in_as(Role.ANALYST)
    scopes = [Permission.EXPLORE, Permission.SAVE]
    tokens = [
        api_tokens.create_token(get_principal(each), "it", scopes, utc_now() + timedelta(days=1))
        for each in (bob, presenter)
    ]
    theirs, own = ({"Authorization": f"Bearer {token}"} for token in tokens)
    program, guest = app.server.test_client(), open_guest_link(app, create_guest_link(presenter, key))
    assert is_visible(program, key, headers=theirs)
    unshare_everyone(presenter, key)
    assert not is_visible(program, key, headers=theirs)
    assert is_visible(program, key, headers=own)
    assert guest.post(f"/api/live/{key}/token", json={}).status_code == 200
    assert is_shown_on_page(guest, key)
    assert guest.get(f"/api/live/{key}/shares").status_code == 403
    to_bob = {"among": "person", "name": get_principal(bob).name}
    assert program.post(f"/api/live/{key}/shares", json=to_bob, headers=own).status_code == 201
    assert is_visible(program, key, headers=theirs)


def test_what_has_ended_is_watched_by_whom_it_is_shared_with_then(presenter, key, sign_in_as):
    bob = sign_in_as(Role.VIEWER)
    assert bob.post(f"/api/live/{key}/token", json={}).status_code == 200
    presenter.post(f"/api/live/{key}/end")
    assert bob.get(f"/api/live/{key}/record").status_code == 200
    unshare_everyone(presenter, key)
    assert bob.get(f"/api/live/{key}/record").status_code == 404
    assert bob.get("/api/live").json["sessions"] == []
    share_with(presenter, key, "person", get_principal(bob).name)
    assert bob.get(f"/api/live/{key}/record").status_code == 200
    assert [each["key"] for each in bob.get("/api/live").json["sessions"]] == [key]


@pytest.fixture
def live_actions():
    return LiveSessionActions(RecordingEvents())


@pytest.fixture
def people(database):
    """Twelve people of a number each, who all see the dataset of the first."""
    made = [users.create_user(f"user-{number}", None, Role.PRESENTER) for number in range(12)]
    with transaction() as work:
        dataset = Dataset(slug="trips", name="Trips", owner_id=made[0].id)
        work.add(dataset)
    shares.grant_as_system(Resource.DATASET, dataset.id, EVERYONE, ShareTerms())
    return made


def unshare_session(person, key):
    """Share it with nobody; its number."""
    id_ = live_sessions.get_session(key).live.id
    for share, _ in shares.list_shares(person, Resource.LIVE, id_):
        shares.revoke_share(person, share.id)
    return id_


def test_presenters_have_it_whomever_it_is_shared_with(live_actions, people):
    owner, presents, *helpers = people[0], people[2], people[1], people[10]
    key = live_actions.start_session(owner, EXPLORATION)
    live_actions.set_co_presenters(owner, key, [each.id for each in helpers])
    live_actions.hand_over(owner, key, presents.id)
    unshare_session(owner, key)
    there = [person for person in people if live_sessions.can_see_session(person, key)]
    assert there == [owner, people[1], presents, people[10]]
    live_actions.replace_absent_presenter(key)
    assert live_sessions.get_presenter_id(live_sessions.get_session(key).live) == presents.id
    live_actions.set_co_presenters(owner, key, [])
    live_actions.take_over(owner, key)
    assert [person for person in people if live_sessions.can_see_session(person, key)] == [owner]


def test_to_present_it_takes_to_be_among_those_it_is_shared_with(live_actions, people):
    owner, other = people[:2]
    key = live_actions.start_session(owner, EXPLORATION)
    id_ = unshare_session(owner, key)
    for act, whom in ((live_actions.hand_over, other.id), (live_actions.set_co_presenters, [other.id])):
        with pytest.raises(NotAllowedError, match="access to this session"):
            act(owner, key, whom)
    shares.grant_share(owner, Resource.LIVE, id_, ShareTarget(user_id=other.id), ShareTerms())
    live_actions.hand_over(owner, key, other.id)
    assert live_sessions.get_presenter_id(live_sessions.get_session(key).live) == other.id


def test_its_shares_go_with_it_and_are_recorded_by_its_key(live_actions, people):
    owner = people[0]
    deleted, forgotten = (live_actions.start_session(owner, EXPLORATION) for _ in range(2))
    unshare_session(owner, deleted)
    shares.grant_share(
        owner,
        Resource.LIVE,
        live_sessions.get_session(deleted).live.id,
        ShareTarget(user_id=people[1].id),
        ShareTerms(),
    )
    rows, _ = audit.list_entries(audit.AuditFilter(resource_kind="live session", resource_key=deleted))
    assert [row.action for row in reversed(rows)] == ["live.started", "share.removed", "share.created"]
    for key in (deleted, forgotten):
        live_actions.end_session(owner, key)
    with transaction() as work:
        old = work.exec(select(LiveSession).where(LiveSession.key == forgotten)).one()
        old.ended = utc_now() - timedelta(days=400)
    recordings.delete_expired()
    live_actions.delete_session(owner, deleted)
    with transaction() as work:
        assert work.exec(select(Share).where(col(Share.resource) == Resource.LIVE)).all() == []
    assert live_sessions.can_see_session(people[1], live_actions.start_session(owner, EXPLORATION))
