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
from datasets.shares import ShareTerms
from datasets.storage import appended_files
from db.engine import transaction
from db.tables import DeadLetter, Feed, Level, Resource, Role, utc_now
from tests.integration.admin_tables import SignIn, list_rows, open_panel
from tests.integration.dash_calls import (
    ask_confirmation,
    call_callback,
    confirm_action,
    get_response_text,
    list_outputs,
    make_prop,
)
from tests.integration.live_service import run_service, wait_until


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
    dataset = catalogue.find_version("trips", None)[0].id or 0
    shares.grant_as_system(Resource.DATASET, dataset, shares.EVERYONE, ShareTerms(Level.EDIT))
    return "trips"


@pytest.fixture
def presenter(trips: str, sign_in_as: SignIn) -> FlaskClient:
    return sign_in_as(Role.PRESENTER)


@pytest.fixture
def key(app: Dash, presenter: FlaskClient) -> str:
    """A feed that the presenter has created."""
    told = get_response_text(confirm_action(app, presenter, "new-feed", dataset="trips", name="Tower"))
    return re.findall(r"feed:([\w-]+)", told)[0]


def add_dead_letters(key: str, *contents: Any) -> list[str]:
    """Rows that did not fit; their keys in the table."""
    with transaction() as work:
        feed = work.exec(select(Feed).where(Feed.key == key)).one()
        own = [DeadLetter(feed_id=feed.id, reason="does not fit", content=each) for each in contents]
        work.add_all(own)
        work.flush()
        return [f"{key}:{each.id}" for each in own]


def run_action(app: Dash, browser: FlaskClient, verb: str, key: str) -> str:
    """Click a button that acts without a question."""
    browser.get("/_dash-dependencies")
    name = next(name for name, entry in app.callback_map.items() if '"type":"do"' in str(entry["inputs"]))
    return get_response_text(
        call_callback(
            browser,
            list_outputs(name),
            [[make_prop(shared.action_button(verb, key), "n_clicks", 1)]],
            name=name,
        )
    )


def test_a_feed_is_created_paused_resumed_and_deleted(app: Dash, presenter: FlaskClient, key: str) -> None:
    assert [(row["name"], row["dataset"], row["state"]) for row in list_rows(presenter, ids.FEEDS)] == [
        ("Tower", "trips", "Starting")
    ]
    assert f"feed:{key}" in open_panel(presenter, ids.FEEDS, key)
    assert "Feed paused." in run_action(app, presenter, "pause-feed", key)
    assert list_rows(presenter, ids.FEEDS)[0]["state"] == "Paused"
    assert "Resume" in open_panel(presenter, ids.FEEDS, key)
    assert "Feed resumed." in run_action(app, presenter, "resume-feed", key)
    assert "Tower" in get_response_text(ask_confirmation(app, presenter, "delete-feed", key))
    assert "Feed deleted." in get_response_text(confirm_action(app, presenter, "delete-feed", key))
    assert list_rows(presenter, ids.FEEDS) == []
    assert 'children": []' in open_panel(presenter, ids.FEEDS, key)


def test_feeds_are_found_by_name_and_dataset(app: Dash, presenter: FlaskClient, key: str) -> None:
    names = [
        [row["name"] for row in list_rows(presenter, ids.FEEDS, text=text)] for text in ("TOW", "rip", "x")
    ]
    assert names == [["Tower"], ["Tower"], []]


def test_only_datasets_that_one_may_add_rows_to_are_offered(app: Dash, presenter: FlaskClient) -> None:
    assert '"value": "trips"' in get_response_text(ask_confirmation(app, presenter, "new-feed"))
    dataset = catalogue.find_version("trips", None)[0].id or 0
    shares.grant_as_system(Resource.DATASET, dataset, shares.EVERYONE, ShareTerms(Level.EDIT, masked=("n",)))
    assert "no dataset to which you can add rows" in get_response_text(
        ask_confirmation(app, presenter, "new-feed")
    )
    assert "if you see all its rows and columns" in get_response_text(
        confirm_action(app, presenter, "new-feed", dataset="trips", name="Mine")
    )


@pytest.mark.parametrize(
    "verb", ["pause-feed", "resume-feed", "delete-feed", "discard-letters", "replay-letters"]
)
def test_nobody_else_does_anything(app: Dash, key: str, sign_in_as: SignIn, verb: str) -> None:
    dataset = catalogue.find_version("trips", None)[0].id or 0
    shares.grant_as_system(Resource.DATASET, dataset, shares.EVERYONE, ShareTerms(Level.VIEW))
    other = sign_in_as(Role.PRESENTER)
    assert list_rows(other, ids.FEEDS) == []
    assert "This feed doesn't exist" in get_response_text(confirm_action(app, other, verb, key))
    assert list_rows(other, ids.DEAD_LETTERS, feed=key) == []


def test_dead_letters_are_shown_played_again_and_discarded(
    app: Dash, presenter: FlaskClient, key: str
) -> None:
    good, bad, ugly = add_dead_letters(key, {"n": 7}, {"n": "many"}, {"n": 8})
    assert [row["reason"] for row in list_rows(presenter, ids.DEAD_LETTERS, feed=key)] == ["does not fit"] * 3
    assert list_rows(presenter, ids.FEEDS)[0]["letters"] == 3
    assert "many" in open_panel(presenter, ids.DEAD_LETTERS, bad)
    assert "1 row was added." in run_action(app, presenter, "replay-letter", good)
    assert "has retried or discarded this row" in run_action(app, presenter, "replay-letter", good)
    assert "Dead letter discarded." in get_response_text(
        confirm_action(app, presenter, "discard-letter", ugly)
    )
    assert "0 rows were added; 1 still does not fit." in run_action(app, presenter, "replay-letter", bad)
    assert "whole number" in list_rows(presenter, ids.DEAD_LETTERS, feed=key)[0]["reason"]
    assert appended_files.count_rows(catalogue.find_version("trips", None)[1]) == 4
    add_dead_letters(key, {"n": 9})
    assert "Waiting: 2." in get_response_text(ask_confirmation(app, presenter, "replay-letters", key))
    assert "1 row was added; 1 still" in get_response_text(
        confirm_action(app, presenter, "replay-letters", key)
    )
    assert "Dead letters discarded." in get_response_text(
        confirm_action(app, presenter, "discard-letters", key)
    )
    assert list_rows(presenter, ids.DEAD_LETTERS, feed=key) == []


def test_the_page_says_whose_dead_letters_it_shows(presenter: FlaskClient, key: str, app: Dash) -> None:
    def read_dead_letters(of: str) -> str:
        where = [make_prop(ids.filter_field(ids.DEAD_LETTERS, "feed"), "value", of)]
        return get_response_text(
            call_callback(presenter, {"id": ids.LETTERS_BREADCRUMB, "property": "children"}, where)
        )

    assert "Tower" in read_dead_letters(key)
    assert "This feed doesn't exist" in read_dead_letters("gone")


def list_pasted_code(browser: FlaskClient, key: str) -> dict[str, str]:
    """What the panel of a feed offers to paste."""
    shown = json.loads(open_panel(browser, ids.FEEDS, key))
    found: dict[str, str] = {}

    def collect_code(part: Any) -> None:
        props = part.get("props", part) if isinstance(part, dict) else {}
        if props.get("className") == "dx-details":
            found[props["aria-label"]] = props["children"]
        for each in part if isinstance(part, list) else props.values():
            if isinstance(each, dict | list):
                collect_code(each)

    collect_code(shown)
    return found


def test_what_is_to_be_pasted_publishes_rows(
    app: Dash, settings: Settings, presenter: FlaskClient, key: str
) -> None:
    ada = users.create_user("ada", "correct horse battery", Role.ADMIN)
    token = api_tokens.create_token(ada, "a program", [Permission.PRESENT], utc_now() + timedelta(days=1))
    with run_service(app) as service:
        config.override_settings(
            settings.model_copy(update={"public_url": f"http://127.0.0.1:{service.port}"})
        )
        ways = list_pasted_code(presenter, key)
        assert ways.keys() == {"Python", "curl"}
        for command in ([sys.executable, "-c", ways["Python"]], ["sh", "-c", ways["curl"]]):
            before = appended_files.count_rows(catalogue.find_version("trips", None)[1])
            own = os.environ | {"DATAXCHANGE_TOKEN": token}
            ran = subprocess.run(command, env=own, capture_output=True, text=True, check=False, timeout=30)
            assert ran.returncode == 0, ran.stderr
            wait_until(
                lambda before=before: (
                    appended_files.count_rows(catalogue.find_version("trips", None)[1]) == before + 1
                )
            )
        state = list_rows(presenter, ids.FEEDS)[0]
        assert (state["state"], state["rows"], state["letters"]) == ("Running", 2, 0)
        assert state["lag"] < 10
