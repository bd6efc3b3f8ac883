"""Who may do what in a live session, and that there is always one presenter; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlmodel import select

from accounts import audit, user_admin, users
from datasets import leaving
from datasets.exploration import Exploration
from datasets.shares import NotAllowedError
from db.engine import session
from db.tables import Dataset, LiveRecord, LiveSession, Resource, Role, Share, now
from realtime.live import rate_limit, recordings, sessions
from realtime.live.actions import BadLiveError, OverError, RunningError, Stage
from realtime.live.sessions import Part, UnknownLiveError

STATE = Exploration(dataset="trips", version="ab12", views=())


class Hearing:
    """An audience that remembers what it was told."""

    def __init__(self):
        self.heard = []

    def began(self, key):
        self.heard.append(("began", key))

    def tell(self, _key, name, data):
        self.heard.append((name, data))

    def offer(self, by, _key, exploration):
        self.heard.append(("offered", by.name, exploration))

    def changed(self, key):
        self.heard.append(("roles", sessions.of(key).roles()))

    def over(self, key):
        self.heard.append(("ended", key))


@pytest.fixture
def audience():
    return Hearing()


@pytest.fixture
def stage(audience):
    return Stage(audience)


@pytest.fixture
def people(database):
    """An owner, another presenter, an admin, a viewer, and a presenter who does not see the dataset."""
    roles = {"ada": "presenter", "bob": "presenter", "root": "admin", "vi": "viewer", "out": "presenter"}
    made = {name: users.create(name, None, Role(role)) for name, role in roles.items()}
    with session() as work:
        dataset = Dataset(slug="trips", name="Trips", owner_id=made["ada"].id)
        work.add(dataset)
        work.flush()
        for name in ("bob", "vi"):
            work.add(Share(resource=Resource.DATASET, resource_id=dataset.id, user_id=made[name].id))
    return made


def presenter(key):
    return sessions.of(key).roles()["presenter"]["name"]


def actions(key):
    rows, _ = audit.page(audit.Filter(resource_kind="live session", resource_key=key))
    return [row.action for row in reversed(rows)]


def test_a_live_session_has_a_key_a_name_and_its_owner_presents(stage, audience, people):
    key = stage.start(people["ada"], STATE)
    found = sessions.find(people["vi"], key)
    assert (found.live.name, found.dataset, found.live.version) == ("ada on Trips", "trips", "ab12")
    assert found.told(people["ada"])["role"] is Part.PRESENTER
    assert found.told(people["vi"]) | {"started": None} == {
        "key": key,
        "name": "ada on Trips",
        "dataset": "trips",
        "version": "ab12",
        "running": True,
        "me": {"id": people["vi"].id, "name": "vi"},
        "owner": {"id": people["ada"].id, "name": "ada"},
        "presenter": {"id": people["ada"].id, "name": "ada"},
        "coPresenters": [],
        "role": "follower",
        "owns": False,
        "mayPresent": False,
        "started": None,
        "ended": None,
    }
    assert audience.heard == [("began", key)]


def test_who_does_not_see_the_dataset_finds_no_live_session_of_it(stage, people):
    key = stage.start(people["ada"], STATE)
    for unknown in (key, "x" * 16, "", "a/b", "\0" * 16):
        with pytest.raises(UnknownLiveError):
            sessions.find(people["out"], unknown)
    assert sessions.listed(people["out"]) == []
    assert [found.live.key for found in sessions.listed(people["vi"])] == [key]


def test_only_who_may_present_starts_asks_and_takes(stage, people):
    with pytest.raises(NotAllowedError, match="role"):
        stage.start(people["vi"], STATE)
    key = stage.start(people["ada"], STATE)
    for act in (stage.ask, stage.take):
        with pytest.raises(NotAllowedError):
            act(people["vi"], key)
    with pytest.raises(NotAllowedError):
        stage.take(people["bob"], key)
    for nobody in ("vi", "out"):
        with pytest.raises(NotAllowedError):
            stage.hand_over(people["ada"], key, people[nobody].id)
    with pytest.raises(NotAllowedError):
        stage.hand_over(people["ada"], key, 4711)


def test_hand_over_take_back_and_co_presenters(stage, audience, people):
    ada, bob, root = (people[name] for name in ("ada", "bob", "root"))
    key = stage.start(ada, STATE)
    stage.hand_over(ada, key, bob.id)
    assert presenter(key) == "bob"
    stage.take(ada, key)
    assert presenter(key) == "ada"
    stage.appoint(ada, key, [bob.id, bob.id])
    assert sessions.part(bob, sessions.of(key).live) is Part.CO_PRESENTER
    stage.take(bob, key)
    stage.hand_over(root, key, ada.id)
    assert presenter(key) == "ada"
    assert [data["presenter"]["name"] for name, data in audience.heard[1:]] == [
        "bob",
        "ada",
        "ada",
        "bob",
        "ada",
    ]
    assert actions(key) == [
        "live.started",
        *["live.handed_over"] * 2,
        "live.changed",
        *["live.handed_over"] * 2,
    ]
    with pytest.raises(NotAllowedError):
        stage.appoint(bob, key, [])
    with pytest.raises(BadLiveError):
        stage.appoint(ada, key, range(51))


def test_who_may_not_hand_over_or_appoint_is_told_the_same_whomever_they_name(stage, people):
    key, bob = stage.start(people["ada"], STATE), people["bob"]
    ids = [people["root"].id, people["vi"].id, people["out"].id, 4711]
    for act in (lambda id_: stage.hand_over(bob, key, id_), lambda id_: stage.appoint(bob, key, [id_])):
        assert len({refusal(act, id_) for id_ in ids}) == 1
    with pytest.raises(UnknownLiveError):
        stage.hand_over(people["out"], key, people["vi"].id)


def refusal(act, id_):
    with pytest.raises(NotAllowedError) as refused:
        act(id_)
    return str(refused.value)


def test_asking_and_offering_are_told_with_the_name_of_who_does(stage, audience, people):
    key = stage.start(people["ada"], STATE)
    stage.ask(people["bob"], key)
    stage.offer(people["vi"], key, STATE)
    asked, offered = audience.heard[1:]
    assert asked == ("asked", {"id": people["bob"].id, "name": "bob"})
    assert offered == ("offered", "vi", STATE)
    with pytest.raises(BadLiveError):
        stage.offer(people["vi"], key, STATE.model_copy(update={"version": "cd34"}))
    assert actions(key) == ["live.started", "live.joined", "live.joined"]


def test_nobody_drowns_out_all_others(stage, audience, people):
    key = stage.start(people["ada"], STATE)
    for _ in range(rate_limit.BURST):
        stage.offer(people["vi"], key, STATE)
    with pytest.raises(rate_limit.TooOftenError):
        stage.offer(people["vi"], key, STATE)
    stage.offer(people["bob"], key, STATE)
    stage.ask(people["bob"], key)
    assert len([each for each in audience.heard if each[:2] == ("offered", "vi")]) == rate_limit.BURST


def test_after_the_end_nothing_is_done_but_naming_and_deleting(stage, audience, people):
    ada, bob = people["ada"], people["bob"]
    key = stage.start(ada, STATE, name="Delays")
    stage.join(bob, key)
    stage.join(bob, key)
    with pytest.raises(NotAllowedError):
        stage.end(bob, key)
    with pytest.raises(RunningError):
        stage.delete(ada, key)
    stage.end(ada, key)
    assert audience.heard[-1] == ("ended", key)
    for act in (stage.end, stage.take, stage.ask, stage.join):
        with pytest.raises(OverError):
            act(ada, key)
    assert [found.live.key for found in sessions.listed(bob)] == [key]
    assert sessions.listed(people["vi"]) == []
    stage.rename(ada, key, " June ")
    assert sessions.of(key).live.name == "June"
    for bad in ("", " ", "a\nb", "x" * 201):
        with pytest.raises(BadLiveError):
            stage.rename(ada, key, bad)
    stage.delete(ada, key)
    with session() as work:
        assert work.exec(select(LiveRecord)).all() == []
    assert actions(key)[-3:] == ["live.ended", "live.changed", "live.deleted"]


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["ada", "bob", "root", "vi", "out"]),
        st.sampled_from(["hand_over", "take", "appoint", "ask", "end"]),
        st.sampled_from(["ada", "bob", "root", "vi", "out"]),
    ),
    max_size=8,
)


@examples(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_is_done_there_is_one_presenter_who_may(people, acts):
    audience = Hearing()
    stage = Stage(audience)
    key, expected, helpers, running = stage.start(people["ada"], STATE), "ada", set(), True
    able = {"ada", "bob", "root"}
    for who, act, whom in acts:
        by, to = people[who], people[whom].id
        owns, may = who in ("ada", "root"), who in able
        allowed = (
            running
            and {
                "hand_over": whom in able and (who == expected or owns),
                "take": may and (owns or who == expected or who in helpers),
                "appoint": whom in able and owns,
                "ask": may,
                "end": owns,
            }[act]
        )
        arguments = {"hand_over": [to], "appoint": [[to]]}.get(act, [])
        try:
            getattr(stage, act)(by, key, *arguments)
            done = True
        except (NotAllowedError, UnknownLiveError, OverError):
            done = False
        assert done == allowed
        if done:
            expected = {"hand_over": whom, "take": who}.get(act, expected)
            helpers = {whom} if act == "appoint" else helpers
            running = running and act != "end"
        assert (presenter(key), sessions.of(key).live.ended is None) == (expected, running)
    told = [data for name, data in audience.heard if name == "roles"]
    assert not told or told[-1] == sessions.of(key).roles()


def test_of_two_who_take_at_once_one_presents_and_both_are_recorded(stage, people):
    ada, bob = people["ada"], people["bob"]
    key = stage.start(ada, STATE)
    stage.appoint(ada, key, [bob.id])
    with ThreadPoolExecutor() as two:
        for _ in range(5):
            list(two.map(lambda person: stage.take(person, key), [ada, bob]))
            assert presenter(key) in ("ada", "bob")


def test_when_who_presents_loses_the_right_the_owner_does_and_else_it_ends(stage, audience, people):
    ada, bob, root = (people[name] for name in ("ada", "bob", "root"))
    key = stage.start(ada, STATE)
    stage.hand_over(ada, key, bob.id)
    stage.relieve(key)
    assert presenter(key) == "bob"
    user_admin.change_role(root, bob.id, Role.VIEWER)
    stage.relieve(key)
    assert (presenter(key), audience.heard[-1][0]) == ("ada", "roles")
    user_admin.disable(root, ada.id)
    stage.relieve(key)
    assert audience.heard[-1] == ("ended", key)
    assert sessions.running() == []


def test_who_is_deleted_leaves_their_live_sessions_ended_to_their_heir(stage, people):
    ada, bob, root = (people[name] for name in ("ada", "bob", "root"))
    theirs, others = stage.start(ada, STATE), stage.start(root, STATE)
    stage.hand_over(root, others, ada.id)
    leaving.leave(root, ada.id, bob.id)
    found = sessions.of(theirs)
    assert (found.live.owner_id, found.live.ended is not None, presenter(others)) == (bob.id, True, "root")


def test_what_ended_long_ago_is_forgotten(stage, people):
    old, recent, running = (stage.start(people["ada"], STATE) for _ in range(3))
    stage.end(people["ada"], recent)
    with session() as work:
        own = work.exec(select(LiveSession).where(LiveSession.key == old)).one()
        own.started = own.ended = now() - timedelta(days=91)
        work.add(own)
    recordings.forget()
    assert {found.live.key for found in sessions.listed(people["ada"])} == {recent, running}
