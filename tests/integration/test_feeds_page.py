"""The Feeds page: whose feeds somebody manages, what they do with them, and what did not fit."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dash import Dash
from flask.testing import FlaskClient
from sqlmodel import select

import config
from accounts import api_tokens, users
from accounts.permissions import Permission
from components import ids as shared
from components.admin import ids
from config import Settings
from datasets import catalogue, shares
from datasets.ingest.importer import import_file
from datasets.shares import Terms
from datasets.storage import appended_files
from db.engine import session
from db.tables import DeadLetter, Feed, Level, Resource, Role, now
from tests.integration.admin_tables import SignIn, found, panel
from tests.integration.dash_calls import ask, call, confirm, done, outputs, prop
from tests.integration.live_service import house, until


@pytest.fixture
def trips(app: Dash, tmp_path: Path) -> str:
    """A dataset that presenters may edit; its categories would be commands, were they run."""
    names = ["$(exit 9)", "`exit 9`", 'it\'s \\ "so"']
    table = {
        "n": list(range(3)),
        "name": names,
        "at": pa.array([0, 1, 2], pa.timestamp("ms")),
        "ok": [True] * 3,
    }
    pq.write_table(pa.table(table), tmp_path / "trips.parquet")
    import_file(tmp_path / "trips.parquet", "trips", "Trips", lambda *_: None, lambda _: None)
    dataset = catalogue.find("trips", None)[0].id or 0
    shares.put(Resource.DATASET, dataset, shares.EVERYONE, Terms(Level.EDIT))
    return "trips"


@pytest.fixture
def presenter(trips: str, signed_in: SignIn) -> FlaskClient:
    return signed_in(Role.PRESENTER)


@pytest.fixture
def key(app: Dash, presenter: FlaskClient) -> str:
    """A feed that the presenter has created."""
    told = done(confirm(app, presenter, "new-feed", dataset="trips", name="Tower"))
    return re.findall(r"feed:([\w-]+)", told)[0]


def dead(key: str, *contents: Any) -> list[str]:
    """Rows that did not fit; their keys in the table."""
    with session() as work:
        feed = work.exec(select(Feed).where(Feed.key == key)).one()
        own = [DeadLetter(feed_id=feed.id, reason="does not fit", content=each) for each in contents]
        work.add_all(own)
        work.flush()
        return [f"{key}:{each.id}" for each in own]


def at_once(app: Dash, browser: FlaskClient, verb: str, key: str) -> str:
    """Click a button that acts without a question."""
    browser.get("/_dash-dependencies")
    name = next(name for name, entry in app.callback_map.items() if '"type":"do"' in str(entry["inputs"]))
    return done(call(browser, outputs(name), [[prop(shared.do(verb, key), "n_clicks", 1)]], name=name))


def test_a_feed_is_created_paused_resumed_and_deleted(app: Dash, presenter: FlaskClient, key: str) -> None:
    assert [(row["name"], row["dataset"], row["state"]) for row in found(presenter, ids.FEEDS)] == [
        ("Tower", "trips", "Starting")
    ]
    assert f"feed:{key}" in panel(presenter, ids.FEEDS, key)
    assert "is paused" in at_once(app, presenter, "pause-feed", key)
    assert found(presenter, ids.FEEDS)[0]["state"] == "Paused"
    assert "Resume" in panel(presenter, ids.FEEDS, key)
    assert "goes on" in at_once(app, presenter, "resume-feed", key)
    assert "Tower" in done(ask(app, presenter, "delete-feed", key))
    assert "is deleted" in done(confirm(app, presenter, "delete-feed", key))
    assert found(presenter, ids.FEEDS) == []
    assert 'children": []' in panel(presenter, ids.FEEDS, key)


def test_feeds_are_found_by_name_and_dataset(app: Dash, presenter: FlaskClient, key: str) -> None:
    names = [[row["name"] for row in found(presenter, ids.FEEDS, text=text)] for text in ("TOW", "rip", "x")]
    assert names == [["Tower"], ["Tower"], []]


def test_only_datasets_that_one_may_add_rows_to_are_offered(app: Dash, presenter: FlaskClient) -> None:
    assert '"value": "trips"' in done(ask(app, presenter, "new-feed"))
    dataset = catalogue.find("trips", None)[0].id or 0
    shares.put(Resource.DATASET, dataset, shares.EVERYONE, Terms(Level.EDIT, masked=("n",)))
    assert "no dataset that you may add rows to" in done(ask(app, presenter, "new-feed"))
    assert "Only who sees all" in done(confirm(app, presenter, "new-feed", dataset="trips", name="Mine"))


@pytest.mark.parametrize(
    "verb", ["pause-feed", "resume-feed", "delete-feed", "discard-letters", "replay-letters"]
)
def test_nobody_else_does_anything(app: Dash, key: str, signed_in: SignIn, verb: str) -> None:
    dataset = catalogue.find("trips", None)[0].id or 0
    shares.put(Resource.DATASET, dataset, shares.EVERYONE, Terms(Level.VIEW))
    other = signed_in(Role.PRESENTER)
    assert found(other, ids.FEEDS) == []
    assert "no such feed" in done(confirm(app, other, verb, key))
    assert found(other, ids.LETTERS, feed=key) == []


def test_dead_letters_are_shown_played_again_and_discarded(
    app: Dash, presenter: FlaskClient, key: str
) -> None:
    good, bad, ugly = dead(key, {"n": 7}, {"n": "many"}, {"n": 8})
    assert [row["reason"] for row in found(presenter, ids.LETTERS, feed=key)] == ["does not fit"] * 3
    assert found(presenter, ids.FEEDS)[0]["letters"] == 3
    assert "many" in panel(presenter, ids.LETTERS, bad)
    assert "1 row was added." in at_once(app, presenter, "replay-letter", good)
    assert "meanwhile" in at_once(app, presenter, "replay-letter", good)
    assert "is discarded" in done(confirm(app, presenter, "discard-letter", ugly))
    assert "0 rows were added; 1 still does not fit." in at_once(app, presenter, "replay-letter", bad)
    assert "whole number" in found(presenter, ids.LETTERS, feed=key)[0]["reason"]
    assert appended_files.total(catalogue.find("trips", None)[1]) == 4
    dead(key, {"n": 9})
    assert "2 wait" in done(ask(app, presenter, "replay-letters", key))
    assert "1 row was added; 1 still" in done(confirm(app, presenter, "replay-letters", key))
    assert "are discarded" in done(confirm(app, presenter, "discard-letters", key))
    assert found(presenter, ids.LETTERS, feed=key) == []


def test_the_page_says_whose_dead_letters_it_shows(presenter: FlaskClient, key: str, app: Dash) -> None:
    def told(of: str) -> str:
        where = [prop(ids.filter_(ids.LETTERS, "feed"), "value", of)]
        return done(call(presenter, {"id": ids.LETTERS_OF, "property": "children"}, where))

    assert "Tower" in told(key)
    assert "no such feed" in told("gone")


def pasted(browser: FlaskClient, key: str) -> dict[str, str]:
    """What the panel of a feed offers to paste."""
    shown = json.loads(panel(browser, ids.FEEDS, key))
    found: dict[str, str] = {}

    def look(part: Any) -> None:
        props = part.get("props", part) if isinstance(part, dict) else {}
        if props.get("className") == "dx-details":
            found[props["aria-label"]] = props["children"]
        for each in part if isinstance(part, list) else props.values():
            if isinstance(each, dict | list):
                look(each)

    look(shown)
    return found


def test_what_is_to_be_pasted_publishes_rows(
    app: Dash, settings: Settings, presenter: FlaskClient, key: str
) -> None:
    ada = users.create("ada", "correct horse battery", Role.ADMIN)
    token = api_tokens.create(ada, "a program", [Permission.PRESENT], now() + timedelta(days=1))
    with house(app) as service:
        config.use(settings.model_copy(update={"public_url": f"http://127.0.0.1:{service.port}"}))
        ways = pasted(presenter, key)
        assert ways.keys() == {"Python", "curl"}
        for command in ([sys.executable, "-c", ways["Python"]], ["sh", "-c", ways["curl"]]):
            before = appended_files.total(catalogue.find("trips", None)[1])
            own = os.environ | {"DATAXCHANGE_TOKEN": token}
            ran = subprocess.run(command, env=own, capture_output=True, text=True, check=False, timeout=30)
            assert ran.returncode == 0, ran.stderr
            until(lambda before=before: appended_files.total(catalogue.find("trips", None)[1]) == before + 1)
        state = found(presenter, ids.FEEDS)[0]
        assert (state["state"], state["rows"], state["letters"]) == ("Running", 2, 0)
        assert state["lag"] < 10
