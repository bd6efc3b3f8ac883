"""Who may do what in a live session, and that there is always one presenter; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlmodel import select

from accounts import audit, user_admin, users
from datasets.access import owners
from datasets.exploration import Exploration
from datasets.shares import NotAllowedError
from db import engine
from db.engine import transaction
from db.tables import Dataset, LiveRecord, LiveSession, Resource, Role, Share, utc_now
from realtime.live import rate_limit, recordings, sessions
from realtime.live.actions import (
    BadLiveSessionError,
    LiveSessionActions,
    SessionEndedError,
    SessionRunningError,
)
from realtime.live.sessions import LiveRole, UnknownLiveSessionError
from realtime.service import Realtime

EXPLORATION = Exploration(dataset="trips", version="ab12", views=())


class RecordingEvents:
    """An audience that remembers what it was told."""

    def __init__(self):
        self.events = []

    def notify_started(self, session):
        self.events.append(("began", session.live.key))

    def publish_message(self, _session, name, data):
        self.events.append((name, data))

    def offer_exploration(self, by, _session, exploration):
        self.events.append(("offered", by.name, exploration))

    def notify_roles_changed(self, session):
        stored = sessions.get_session(session.live.key)
        assert (session.live.model_dump(), session.names) == (stored.live.model_dump(), stored.names)
        self.events.append(("roles", session.describe_roles()))

    def notify_ended(self, session):
        assert session.live.ended is not None
        self.events.append(("ended", session.live.key))


@pytest.fixture
def recorded_events():
    return RecordingEvents()


@pytest.fixture
def live_actions(recorded_events):
    return LiveSessionActions(recorded_events)


@pytest.fixture
def people(database):
    """An owner, another presenter, an admin, a viewer, and a presenter who does not see the dataset."""
    roles = {"ada": "presenter", "bob": "presenter", "root": "admin", "vi": "viewer", "out": "presenter"}
    made = {name: users.create_user(name, None, Role(role)) for name, role in roles.items()}
    with transaction() as work:
        dataset = Dataset(slug="trips", name="Trips", owner_id=made["ada"].id)
        work.add(dataset)
        work.flush()
        for name in ("bob", "vi"):
            work.add(Share(resource=Resource.DATASET, resource_id=dataset.id, user_id=made[name].id))
    return made


def get_presenter(key):
    return sessions.get_session(key).describe_roles()["presenter"]["name"]


def list_audit_actions(key):
    rows, _ = audit.list_entries(audit.AuditFilter(resource_kind="live session", resource_key=key))
    return [row.action for row in reversed(rows)]


def test_a_live_session_has_a_key_a_name_and_its_owner_presents(live_actions, recorded_events, people):
    key = live_actions.start_session(people["ada"], EXPLORATION)
    found = sessions.find_session(people["vi"], key)
    assert (found.live.name, found.dataset, found.live.version) == ("ada on Trips", "trips", "ab12")
    assert found.to_json(people["ada"])["role"] is LiveRole.PRESENTER
    assert found.to_json(people["vi"]) | {"started": None} == {
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
    assert recorded_events.events == [("began", key)]


def test_who_does_not_see_the_dataset_finds_no_live_session_of_it(live_actions, people):
    key = live_actions.start_session(people["ada"], EXPLORATION)
    for unknown in (key, "x" * 16, "", "a/b", "\0" * 16):
        with pytest.raises(UnknownLiveSessionError):
            sessions.find_session(people["out"], unknown)
    assert sessions.list_sessions(people["out"]) == []
    assert [found.live.key for found in sessions.list_sessions(people["vi"])] == [key]


def test_only_who_may_present_starts_asks_and_takes(live_actions, people):
    with pytest.raises(NotAllowedError, match="role"):
        live_actions.start_session(people["vi"], EXPLORATION)
    key = live_actions.start_session(people["ada"], EXPLORATION)
    for act in (live_actions.ask_to_present, live_actions.take_over):
        with pytest.raises(NotAllowedError):
            act(people["vi"], key)
    with pytest.raises(NotAllowedError):
        live_actions.take_over(people["bob"], key)
    for nobody in ("vi", "out"):
        with pytest.raises(NotAllowedError):
            live_actions.hand_over(people["ada"], key, people[nobody].id)
    with pytest.raises(NotAllowedError):
        live_actions.hand_over(people["ada"], key, 4711)


def test_hand_over_take_back_and_co_presenters(live_actions, recorded_events, people):
    ada, bob, root = (people[name] for name in ("ada", "bob", "root"))
    key = live_actions.start_session(ada, EXPLORATION)
    live_actions.hand_over(ada, key, bob.id)
    assert get_presenter(key) == "bob"
    live_actions.take_over(ada, key)
    assert get_presenter(key) == "ada"
    live_actions.set_co_presenters(ada, key, [bob.id, bob.id])
    assert sessions.role_of(bob, sessions.get_session(key).live) is LiveRole.CO_PRESENTER
    live_actions.take_over(bob, key)
    live_actions.hand_over(root, key, ada.id)
    assert get_presenter(key) == "ada"
    assert [data["presenter"]["name"] for name, data in recorded_events.events[1:]] == [
        "bob",
        "ada",
        "ada",
        "bob",
        "ada",
    ]
    assert list_audit_actions(key) == [
        "live.started",
        *["live.handed_over"] * 2,
        "live.changed",
        *["live.handed_over"] * 2,
    ]
    with pytest.raises(NotAllowedError):
        live_actions.set_co_presenters(bob, key, [])
    with pytest.raises(BadLiveSessionError):
        live_actions.set_co_presenters(ada, key, range(51))


@contextmanager
def record_statements():
    """Yields the list of the statements that are sent to the database."""
    statements = []

    def record(_connection, _cursor, statement, *_):
        statements.append(statement)

    sa.event.listen(engine.get_engine(), "before_cursor_execute", record)
    yield statements
    sa.event.remove(engine.get_engine(), "before_cursor_execute", record)


def test_a_hand_over_reads_its_live_session_twice_for_the_rights_and_under_the_lock(people):
    live_actions = Realtime(None, None).live_actions
    key = live_actions.start_session(people["ada"], EXPLORATION)
    with record_statements() as statements:
        live_actions.hand_over(people["ada"], key, people["bob"].id)
    queries = [text for text in statements if text.startswith("SELECT")]
    assert len([text for text in queries if "FROM live_sessions" in text]) == 2
    assert len([text for text in queries if "FROM users" in text]) == 3  # the other person, and names twice
    assert get_presenter(key) == "bob"


def test_who_may_not_hand_over_or_appoint_is_told_the_same_whomever_they_name(live_actions, people):
    key, bob = live_actions.start_session(people["ada"], EXPLORATION), people["bob"]
    ids = [people["root"].id, people["vi"].id, people["out"].id, 4711]
    for act in (
        lambda id_: live_actions.hand_over(bob, key, id_),
        lambda id_: live_actions.set_co_presenters(bob, key, [id_]),
    ):
        assert len({get_refusal(act, id_) for id_ in ids}) == 1
    with pytest.raises(UnknownLiveSessionError):
        live_actions.hand_over(people["out"], key, people["vi"].id)


def get_refusal(act, id_):
    with pytest.raises(NotAllowedError) as refused:
        act(id_)
    return str(refused.value)


def test_asking_and_offering_are_told_with_the_name_of_who_does(live_actions, recorded_events, people):
    key = live_actions.start_session(people["ada"], EXPLORATION)
    live_actions.ask_to_present(people["bob"], key)
    live_actions.offer_exploration(people["vi"], key, EXPLORATION)
    asked, offered = recorded_events.events[1:]
    assert asked == ("asked", {"id": people["bob"].id, "name": "bob"})
    assert offered == ("offered", "vi", EXPLORATION)
    with pytest.raises(BadLiveSessionError):
        live_actions.offer_exploration(people["vi"], key, EXPLORATION.model_copy(update={"version": "cd34"}))
    assert list_audit_actions(key) == ["live.started", "live.joined", "live.joined"]


def test_nobody_drowns_out_all_others(live_actions, recorded_events, people):
    key = live_actions.start_session(people["ada"], EXPLORATION)
    for _ in range(rate_limit.BURST):
        live_actions.offer_exploration(people["vi"], key, EXPLORATION)
    with pytest.raises(rate_limit.RateLimitExceededError):
        live_actions.offer_exploration(people["vi"], key, EXPLORATION)
    live_actions.offer_exploration(people["bob"], key, EXPLORATION)
    live_actions.ask_to_present(people["bob"], key)
    assert len([each for each in recorded_events.events if each[:2] == ("offered", "vi")]) == rate_limit.BURST


def test_after_the_end_nothing_is_done_but_naming_and_deleting(live_actions, recorded_events, people):
    ada, bob = people["ada"], people["bob"]
    key = live_actions.start_session(ada, EXPLORATION, name="Delays")
    live_actions.join_session(bob, key)
    live_actions.join_session(bob, key)
    with pytest.raises(NotAllowedError):
        live_actions.end_session(bob, key)
    with pytest.raises(SessionRunningError):
        live_actions.delete_session(ada, key)
    live_actions.end_session(ada, key)
    assert recorded_events.events[-1] == ("ended", key)
    for act in (
        live_actions.end_session,
        live_actions.take_over,
        live_actions.ask_to_present,
        live_actions.join_session,
    ):
        with pytest.raises(SessionEndedError):
            act(ada, key)
    assert [found.live.key for found in sessions.list_sessions(bob)] == [key]
    assert sessions.list_sessions(people["vi"]) == []
    live_actions.rename_session(ada, key, " June ")
    assert sessions.get_session(key).live.name == "June"
    for bad in ("", " ", "a\nb", "x" * 201):
        with pytest.raises(BadLiveSessionError):
            live_actions.rename_session(ada, key, bad)
    live_actions.delete_session(ada, key)
    with transaction() as work:
        assert work.exec(select(LiveRecord)).all() == []
    assert list_audit_actions(key)[-3:] == ["live.ended", "live.changed", "live.deleted"]


ACTION_SEQUENCES = st.lists(
    st.tuples(
        st.sampled_from(["ada", "bob", "root", "vi", "out"]),
        st.sampled_from(["hand_over", "take_over", "set_co_presenters", "ask_to_present", "end_session"]),
        st.sampled_from(["ada", "bob", "root", "vi", "out"]),
    ),
    max_size=8,
)


@examples(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTION_SEQUENCES)
def test_any_actions_leave_one_presenter_who_may_present(people, acts):
    audience = RecordingEvents()
    stage = LiveSessionActions(audience)
    key, expected, helpers, running = (
        stage.start_session(people["ada"], EXPLORATION),
        "ada",
        set(),
        True,
    )
    able = {"ada", "bob", "root"}
    for who, act, whom in acts:
        by, to = people[who], people[whom].id
        owns, may = who in ("ada", "root"), who in able
        allowed = (
            running
            and {
                "hand_over": whom in able and (who == expected or owns),
                "take_over": may and (owns or who == expected or who in helpers),
                "set_co_presenters": whom in able and owns,
                "ask_to_present": may,
                "end_session": owns,
            }[act]
        )
        arguments = {"hand_over": [to], "set_co_presenters": [[to]]}.get(act, [])
        try:
            getattr(stage, act)(by, key, *arguments)
            done = True
        except (NotAllowedError, UnknownLiveSessionError, SessionEndedError):
            done = False
        assert done == allowed
        if done:
            expected = {"hand_over": whom, "take_over": who}.get(act, expected)
            helpers = {whom} if act == "set_co_presenters" else helpers
            running = running and act != "end_session"
        assert (get_presenter(key), sessions.get_session(key).live.ended is None) == (expected, running)
    told = [data for name, data in audience.events if name == "roles"]
    assert not told or told[-1] == sessions.get_session(key).describe_roles()


def test_of_two_who_take_at_once_one_presents_and_both_are_recorded(live_actions, people):
    ada, bob = people["ada"], people["bob"]
    key = live_actions.start_session(ada, EXPLORATION)
    live_actions.set_co_presenters(ada, key, [bob.id])
    with ThreadPoolExecutor() as two:
        for _ in range(5):
            list(two.map(lambda person: live_actions.take_over(person, key), [ada, bob]))
            assert get_presenter(key) in ("ada", "bob")


def test_when_who_presents_loses_the_right_the_owner_does_and_else_it_ends(
    live_actions, recorded_events, people
):
    ada, bob, root = (people[name] for name in ("ada", "bob", "root"))
    key = live_actions.start_session(ada, EXPLORATION)
    live_actions.hand_over(ada, key, bob.id)
    live_actions.replace_absent_presenter(key)
    assert get_presenter(key) == "bob"
    user_admin.change_role(root, bob.id, Role.VIEWER)
    live_actions.replace_absent_presenter(key)
    assert (get_presenter(key), recorded_events.events[-1][0]) == ("ada", "roles")
    user_admin.disable_user(root, ada.id)
    live_actions.replace_absent_presenter(key)
    assert recorded_events.events[-1] == ("ended", key)
    assert sessions.list_running() == []


def test_who_is_deleted_leaves_their_live_sessions_ended_to_their_heir(live_actions, people):
    ada, bob, root = (people[name] for name in ("ada", "bob", "root"))
    theirs, others = (
        live_actions.start_session(ada, EXPLORATION),
        live_actions.start_session(root, EXPLORATION),
    )
    live_actions.hand_over(root, others, ada.id)
    owners.delete_user(root, ada.id, bob.id)
    found = sessions.get_session(theirs)
    assert (found.live.owner_id, found.live.ended is not None, get_presenter(others)) == (
        bob.id,
        True,
        "root",
    )


def test_what_ended_long_ago_is_forgotten(live_actions, people):
    old, recent, running = (live_actions.start_session(people["ada"], EXPLORATION) for _ in range(3))
    live_actions.end_session(people["ada"], recent)
    with transaction() as work:
        own = work.exec(select(LiveSession).where(LiveSession.key == old)).one()
        own.started = own.ended = utc_now() - timedelta(days=91)
        work.add(own)
    recordings.delete_expired()
    assert {found.live.key for found in sessions.list_sessions(people["ada"])} == {recent, running}


def test_one_can_hand_over_to_members_whose_role_lets_them_present_and_to_nobody_else(live_actions, people):
    key = live_actions.start_session(people["ada"], EXPLORATION)
    list_names = lambda by: [each.name for each in live_actions.list_possible_presenters(by, key)]  # noqa: E731
    assert list_names(people["ada"]) == []
    for name in ("ada", "bob", "vi", "root"):
        live_actions.join_session(people[name], key)
    assert list_names(people["ada"]) == list_names(people["root"]) == ["bob", "root"]
    for name in ("bob", "vi"):
        with pytest.raises(NotAllowedError, match="Only the presenter"):
            live_actions.list_possible_presenters(people[name], key)
    with pytest.raises(UnknownLiveSessionError):
        live_actions.list_possible_presenters(people["out"], key)
    live_actions.hand_over(people["ada"], key, people["bob"].id)
    assert list_names(people["bob"]) == ["ada", "root"]
    live_actions.hand_over(people["bob"], key, people["ada"].id)
    user_admin.change_role(None, people["bob"].id, Role.ANALYST)
    assert list_names(people["ada"]) == ["root"]
    with pytest.raises(NotAllowedError, match="They need the role presenter or admin"):
        live_actions.hand_over(people["ada"], key, people["bob"].id)
    user_admin.change_role(None, people["bob"].id, Role.PRESENTER)
    user_admin.disable_user(None, people["bob"].id)
    assert list_names(people["ada"]) == ["root"]
