"""Live sessions on a dataset that grows: who hears of rows, and what is held still for an audience."""

from __future__ import annotations

import asyncio

import pyarrow as pa
import pytest

from accounts import users
from datasets import catalogue, shares
from datasets.append.appending import append_rows
from datasets.ingest.importer import import_file
from datasets.shares import EVERYONE, ShareTarget, ShareTerms
from db.tables import Resource, Role
from realtime.feeds import actions
from tests.integration.live_service import async_wait_until, join_session, run_service, wait_until

CHICAGO_CONDITIONS = [{"column": "origin", "filter": {"type": "members", "values": ["ORD"], "nulls": False}}]


@pytest.fixture
def trips(app, tmp_path):
    """300 flights, of which everyone sees the 100 from Chicago. Its version."""
    file = tmp_path / "trips.csv"
    file.write_text("delay,origin\n" + "".join(f"{n % 60},{'ATL' if n % 3 else 'ORD'}\n" for n in range(300)))
    version = import_file(file, "trips", "Trips", lambda *_: None, lambda _: None).version
    share_trips(EVERYONE, ShareTerms(conditions=CHICAGO_CONDITIONS))
    return version


def share_trips(subject, terms):
    shares.grant_as_system(Resource.DATASET, catalogue.find_version("trips", None)[0].id, subject, terms)


def append_origins(version, *origins):
    """Rows come."""
    append_rows("trips", version, pa.table({"delay": [1] * len(origins), "origin": list(origins)}))


@pytest.fixture
def ada(sign_in_as, trips):
    """A presenter who sees every flight."""
    browser = sign_in_as(Role.PRESENTER)
    share_trips(
        ShareTarget(user_id=users.require_principal(browser.get("/api/account").json["name"]).id),
        ShareTerms(),
    )
    return browser


@pytest.fixture
def vi(sign_in_as, trips):
    """Somebody who sees those from Chicago, once they are counted."""
    browser = sign_in_as(Role.VIEWER)
    wait_until(lambda: browser.get("/api/datasets/trips").status_code == 200)
    return browser


def make_exploration(version):
    view = {"id": "delay", "columns": ["delay"], "scales": [{"type": "linear"}], "bins": [20]}
    own = {"v": 1, "dataset": "trips", "version": version, "views": [view]}
    return own | {"filters": {}, "active": None}


@pytest.fixture
def key(ada, trips):
    return ada.post("/api/live", json={"dataset": "trips", "exploration": make_exploration(trips)}).json[
        "key"
    ]


def count_rows_at_mark(browser, key, mark=0):
    answer = browser.get(f"/api/live/{key}/marks/{mark}")
    assert answer.status_code == 200, answer.text
    return answer.json["rows"]


def test_each_sees_their_own_rows_as_of_a_mark_whatever_comes(ada, vi, key, trips):
    append_origins(trips, "ORD", "ATL", "ATL")
    assert ada.post(f"/api/live/{key}/marks", json={}).json == {"mark": 0, "rows": 303}
    append_origins(trips, "ORD", "ORD", "ATL")
    assert (count_rows_at_mark(ada, key), count_rows_at_mark(vi, key)) == (303, 101)
    assert ada.post(f"/api/live/{key}/marks", json={}).json == {"mark": 1, "rows": 306}
    assert (count_rows_at_mark(ada, key), count_rows_at_mark(vi, key), count_rows_at_mark(vi, key, 1)) == (
        303,
        101,
        103,
    )


def test_a_mark_says_nothing_of_rows_that_one_may_not_see(ada, vi, key, trips):
    ada.post(f"/api/live/{key}/marks", json={})
    append_origins(trips, "ATL", "ATL")
    ada.post(f"/api/live/{key}/marks", json={})
    assert vi.get(f"/api/live/{key}/marks/0").json == {"mark": 0, "rows": 100}
    assert vi.get(f"/api/live/{key}/marks/1").json == {"mark": 1, "rows": 100}


def test_who_does_not_present_makes_no_mark_and_finds_none_that_is_not_there(ada, vi, sign_in_as, key):
    assert vi.post(f"/api/live/{key}/marks", json={}).status_code == 403
    assert sign_in_as(Role.PRESENTER).post(f"/api/live/{key}/marks", json={}).status_code == 403
    assert vi.get(f"/api/live/{key}/marks/0").status_code == 404
    assert vi.get(f"/api/live/{'x' * 16}/marks/0").status_code == 404
    ada.post(f"/api/live/{key}/end", json={})
    assert ada.post(f"/api/live/{key}/marks", json={}).status_code == 409


def test_what_is_held_still_reaches_followers_late_ones_and_the_recording(app, ada, vi, key, trips):
    with run_service(app) as service:
        ada.post(f"/api/live/{key}/marks", json={})

        async def scenario():
            async with (
                join_session(service, ada, key) as presenter,
                join_session(service, vi, key) as follower,
            ):
                await presenter.renew_token()
                await presenter.commit_state(1, make_exploration(trips), mark=0)
                await async_wait_until(
                    lambda: [each["mark"] for each in follower.list_messages("state", "state") if each["seq"]]
                )

        asyncio.run(scenario())
        assert vi.get(f"/api/live/{key}").json["mark"] == 0
        wait_until(lambda: ada.get(f"/api/live/{key}/record?after=1").json["messages"])
        service.restart()
        assert vi.get(f"/api/live/{key}").json["mark"] == 0
    [[_, _, said]] = vi.get(f"/api/live/{key}/record?after=1").json["messages"]
    assert (said["seq"], said["mark"]) == (1, 0)


def test_only_who_sees_every_row_hears_that_some_came(app, ada, vi, key, trips):
    admin = users.create_user("root", None, Role.ADMIN)
    actions.create_feed(admin, "trips", "Tower")
    with run_service(app) as service:

        async def scenario():
            async with (
                join_session(service, ada, key) as presenter,
                join_session(service, vi, key) as follower,
            ):
                assert presenter.names["grown"] == "grown:trips"
                assert "grown" not in follower.names

        asyncio.run(scenario())
