"""Live sessions by their routes and pages: what each person is told, and nothing that they may not see."""

from __future__ import annotations

import pytest
from sqlmodel import select

from components import ids as shared
from components.admin import ids
from datasets import shares
from datasets.shares import EVERYONE, ShareTerms
from db.engine import transaction
from db.tables import Dataset, LiveSession, Resource, Role
from realtime.live import recordings
from realtime.live.recordings import RecordingBatch
from tests.integration import exploration_json
from tests.integration.dash_calls import ask_confirmation, call_callback, confirm_action, make_prop
from tests.integration.live_service import import_trips


@pytest.fixture
def trips(app, tmp_path):
    """A small dataset, open to everyone; its version."""
    version = import_trips(tmp_path)
    shares.open_to_everyone("trips")
    return version


def make_view(column, **more):
    kind = "category" if column == "origin" else "linear"
    return {"id": column, "columns": [column], "scales": [{"type": kind}], "bins": [None if more else 20]}


def make_exploration(version, **filters):
    views = [make_view("delay"), make_view("salary"), make_view("origin", wide=True)]
    return exploration_json.make_exploration(version, views, **filters)


@pytest.fixture
def presenter(sign_in_as):
    return sign_in_as(Role.PRESENTER)


@pytest.fixture
def key(presenter, trips):
    state = make_exploration(trips, salary=SALARY_FILTER, origin=ORIGIN_FILTER)
    answer = presenter.post("/api/live", json={"dataset": "trips", "exploration": state, "name": "June"})
    assert answer.status_code == 201, answer.text
    return answer.json["key"]


SALARY_FILTER = {"type": "interval", "lo": 10.0, "hi": 20.0, "nulls": False}
ORIGIN_FILTER = {"type": "members", "values": ["ATL", "ORD"], "other": False, "nulls": False}


def hide_salaries_and_atlanta():
    """From everyone but admins."""
    with transaction() as work:
        dataset = work.exec(select(Dataset.id).where(Dataset.slug == "trips")).one()
    only = [{"column": "origin", "filter": {"type": "members", "values": ["ORD"], "nulls": False}}]
    shares.grant_as_system(
        Resource.DATASET, dataset, EVERYONE, ShareTerms(conditions=only, masked=("salary",))
    )


def test_it_is_begun_found_listed_renamed_ended_and_deleted(presenter, key, sign_in_as):
    follower = sign_in_as(Role.VIEWER)
    found = follower.get(f"/api/live/{key}").json
    assert (found["name"], found["role"], found["owns"], found["seq"]) == ("June", "follower", False, 0)
    parts = ("", ":state:all", ":brush:all")
    channels = dict(zip(("control", "state", "brush"), (f"live:{key}{part}" for part in parts), strict=True))
    channels["grown"] = None
    assert found["realtime"] == {
        "endpoint": None,
        "cipher": None,
        "deliveries": 5000,
        "channels": channels,
    }
    assert [each["key"] for each in follower.get("/api/live").json["sessions"]] == [key]
    assert follower.post(f"/api/live/{key}/end").status_code == 403
    assert presenter.patch(f"/api/live/{key}", json={"name": "July"}).status_code == 204
    assert presenter.get(f"/api/live/{key}").json["name"] == "July"
    early = presenter.delete(f"/api/live/{key}")
    assert (early.status_code, early.json["error"]["code"]) == (409, "running")
    assert presenter.post(f"/api/live/{key}/end").status_code == 204
    late = follower.post(f"/api/live/{key}/token", json={})
    assert (late.status_code, late.json["error"]["code"]) == (409, "ended")
    assert follower.get("/api/live").json["sessions"] == []
    assert presenter.delete(f"/api/live/{key}").status_code == 204
    assert presenter.get(f"/api/live/{key}").status_code == 404


def test_what_does_not_fit_is_refused(presenter, trips, key):
    for change in ({"version": "ff"}, {"dataset": "none"}, {"views": [make_view("nothing")]}, {"views": 1}):
        state = make_exploration(trips) | change
        answer = presenter.post("/api/live", json={"dataset": state["dataset"], "exploration": state})
        assert answer.status_code in (400, 404), answer.text
        assert presenter.post(f"/api/live/{key}/offer", json={"exploration": state}).status_code in (400, 404)
    other = presenter.post("/api/live", json={"dataset": "x", "exploration": make_exploration(trips)})
    assert other.json["error"]["where"] == "dataset"
    assert presenter.post(f"/api/live/{key}/hand-over", json={"person": 4711}).status_code == 403


def test_who_sees_less_is_shown_less(presenter, key, sign_in_as, app):
    hide_salaries_and_atlanta()
    record_moves(key)
    follower, admin = sign_in_as(Role.VIEWER), sign_in_as(Role.ADMIN)
    state = follower.get(f"/api/live/{key}").json["state"]
    assert ([each["id"] for each in state["views"]], list(state["filters"])) == (
        ["delay", "origin"],
        ["origin"],
    )
    assert state["filters"]["origin"]["values"] == ["ORD"]
    seen, all_ = (browser.get(f"/api/live/{key}/record").json for browser in (follower, admin))
    assert (seen["next"], all_["next"]) == (2, 2)
    assert "salary" not in str(seen)
    assert "ATL" not in str(seen)
    assert [name for _, name, _ in seen["messages"]] == ["state", "move", "move"]
    moved = [each[2]["s"] for each in seen["messages"][1:]]
    assert moved == [[[0, "b", "delay", SALARY_FILTER]], [[9, "p", None, 0, 0]]]
    assert [name for _, name, _ in all_["messages"]] == ["state", "move", "move", "move"]
    later = follower.get(f"/api/live/{key}/record?after=1").json["messages"]
    assert later == seen["messages"][1:]
    assert follower.get(f"/api/live/{key}/record?after=2").json == {"messages": [], "next": 2}


def record_moves(key):
    """What the recorder writes of a brush over three views, a pointer, and a chart entered."""
    with transaction() as work:
        own = work.exec(select(LiveSession).where(LiveSession.key == key)).one()
    samples = [
        [0, "b", "delay", SALARY_FILTER],
        [5, "b", "salary", SALARY_FILTER],
        [9, "b", "origin", ORIGIN_FILTER],
    ]
    pointer = [[0, "p", "salary", 0.5, 0.5], [9, "p", None, 0, 0]]
    moves = [samples, pointer, [[0, "a", "salary"]]]
    lines = [[1000 + at, "move", {"t": 1000, "i": 22, "s": each}] for at, each in enumerate(moves)]
    recordings.write_batches([RecordingBatch(own.id, lines, recordings.get_stored_state(own), "")])


def test_who_no_longer_sees_the_dataset_is_told_that_there_is_nothing(presenter, key, sign_in_as):
    follower = sign_in_as(Role.PRESENTER)
    assert follower.post(f"/api/live/{key}/token", json={}).status_code == 200
    with transaction() as work:
        dataset = work.exec(select(Dataset).where(Dataset.slug == "trips")).one()
        dataset.owner_id = work.exec(select(LiveSession.owner_id)).one()
        work.add(dataset)
        work.connection().exec_driver_sql("DELETE FROM shares")
    for path, method in ((f"/api/live/{key}", "get"), (f"/api/live/{key}/token", "post")):
        assert getattr(follower, method)(path, json={}).status_code == 404
    assert follower.get("/api/live").json == {"sessions": []}
    assert "error" in open_live_page(follower, "", key)
    assert open_live_page(presenter, "", key)["live"]["role"] == "presenter"


def open_live_page(browser, url_hash, key):
    inputs = [make_prop(shared.EXPLORER, "address", url_hash), make_prop(shared.EXPLORER, "attempt", None)]
    state = [
        make_prop(shared.EXPLORER, name, value)
        for name, value in (("dataset", None), ("view", None), ("live", key))
    ]
    answer = call_callback(browser, {"id": shared.EXPLORER, "property": "opened"}, inputs, state)
    assert answer.status_code == 200, answer.text
    return answer.json["response"][shared.EXPLORER]["opened"]


def test_its_page_opens_at_its_version_and_state(sign_in_as, key, trips):
    browser = sign_in_as(Role.VIEWER)
    assert browser.get(f"/live/{key}").status_code == 200
    found = open_live_page(browser, "", key)
    assert (found["description"]["version"], found["live"]["key"], found["problems"]) == (trips, key, [])
    assert found["exploration"]["filters"]["salary"] == SALARY_FILTER
    assert found["live"]["state"] == found["exploration"]
    alone = open_live_page(browser, f"#v=1&x=(at:'{trips}',f:(delay:(type:interval,lo:1,hi:2)))", key)
    assert list(alone["exploration"]["filters"]) != ["salary"]
    hide_salaries_and_atlanta()
    assert open_live_page(browser, "", key)["problems"] == [
        "Some parts are hidden because they show data that you don't have access to."
    ]


@pytest.mark.parametrize("unknown", ["nothing", "x" * 16, "..", "a b"])
def test_an_unknown_key_opens_nothing(sign_in_as, trips, unknown):
    browser = sign_in_as(Role.VIEWER)
    assert (
        open_live_page(browser, "", unknown)["error"]
        == "This live session doesn't exist, or you don't have access to it."
    )
    assert browser.get(f"/api/live/{unknown}").status_code in (404, 308)


def test_admins_see_what_is_presented_and_end_it(app, presenter, key, sign_in_as):
    admin = sign_in_as(Role.ADMIN)
    assert admin.get("/admin/sessions?show=live").status_code == 200
    outputs = [
        {"id": ids.LIVE_SESSIONS, "property": "getRowsResponse"},
        {"id": f"{ids.LIVE_SESSIONS}-count", "property": "children"},
    ]
    asked = make_prop(ids.LIVE_SESSIONS, "getRowsRequest", {"startRow": 0, "endRow": 100, "sortModel": []})
    answer = call_callback(admin, outputs, [asked], [[], []])
    (row,) = answer.json["response"][ids.LIVE_SESSIONS]["getRowsResponse"]["rowData"]
    assert (row["id"], row["name"], row["dataset"]) == (key, "June", "trips")
    assert "ends for everyone" in ask_confirmation(app, admin, "end-live", key).text
    assert "Live session ended" in confirm_action(app, admin, "end-live", key).text
    assert not presenter.get(f"/api/live/{key}").json["running"]
