"""The page of live sessions: who sees which, and what owners do to theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from components import ids
from datasets import catalogue, shares
from datasets.explorations.url import open_hash
from datasets.ingest.importer import import_file
from db.tables import Role
from tests.integration.dash_calls import (
    ask_confirmation,
    call_callback,
    confirm_action,
    get_response_text,
    make_prop,
)

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def exploration(app: Dash, tmp_path: Path) -> dict[str, Any]:
    """What is suggested of a small dataset."""
    file = tmp_path / "trips.csv"
    file.write_text("delay,origin\n" + "".join(f"{n % 60},{'ATL' if n % 3 else 'ORD'}\n" for n in range(300)))
    import_file(file, "trips", "Trips", lambda *_: None, lambda _: None)
    shares.open_to_everyone("trips")
    opened = open_hash("trips", "", lambda slug, _: catalogue.get_description(slug))
    return opened.exploration.model_dump(mode="json")


@pytest.fixture
def owner(sign_in_as: SignIn) -> FlaskClient:
    return sign_in_as(Role.PRESENTER)


@pytest.fixture
def key(owner: FlaskClient, exploration: dict[str, Any]) -> str:
    """A live session that runs."""
    begun = owner.post("/api/live", json={"dataset": "trips", "exploration": exploration, "name": "Monday"})
    return str(begun.get_json()["key"])


def read_sessions_page(browser: FlaskClient) -> str:
    return get_response_text(
        call_callback(
            browser,
            {"id": ids.LIVE_SESSIONS, "property": "children"},
            [make_prop(ids.change_signal(ids.LIVE_SESSIONS), "data")],
        )
    )


def test_what_runs_is_listed_for_who_sees_the_dataset(
    key: str, owner: FlaskClient, sign_in_as: SignIn
) -> None:
    for browser in (owner, sign_in_as(Role.VIEWER)):
        assert browser.get("/live").status_code == 200
        assert f"/live/{key}" in read_sessions_page(browser)
    assert "Rename…" in read_sessions_page(owner)
    assert "Rename…" not in read_sessions_page(sign_in_as(Role.PRESENTER))


def test_the_owner_renames_ends_and_deletes(
    app: Dash, key: str, owner: FlaskClient, sign_in_as: SignIn
) -> None:
    assert "Monday" in get_response_text(ask_confirmation(app, owner, "rename-live", key))
    assert "Live session renamed." in get_response_text(
        confirm_action(app, owner, "rename-live", key, name="Tuesday")
    )
    assert "Tuesday" in read_sessions_page(sign_in_as(Role.VIEWER))
    assert "Live session deleted." not in get_response_text(confirm_action(app, owner, "delete-live", key))
    assert "Live session ended." in get_response_text(confirm_action(app, owner, "end-own-live", key))
    assert "Delete…" in read_sessions_page(owner)
    assert key not in read_sessions_page(sign_in_as(Role.VIEWER))
    assert "Live session deleted." in get_response_text(confirm_action(app, owner, "delete-live", key))
    assert key not in read_sessions_page(owner)


@pytest.mark.parametrize("verb", ["rename-live", "end-own-live", "delete-live"])
def test_nobody_else_does(app: Dash, key: str, sign_in_as: SignIn, owner: FlaskClient, verb: str) -> None:
    other = sign_in_as(Role.PRESENTER)
    refused = get_response_text(confirm_action(app, other, verb, key, name="Mine"))
    assert "Live session" not in refused
    assert "ended" not in refused
    assert "Monday" in read_sessions_page(owner)


@pytest.mark.parametrize("role", Role)
def test_an_empty_list_says_what_each_role_can_do(sign_in_as: SignIn, role: Role) -> None:
    page = read_sessions_page(sign_in_as(role))
    assert ("select Present" in page) == (role in {Role.PRESENTER, Role.ADMIN})
    assert ("ask an admin for the role presenter" in page) == (role in {Role.VIEWER, Role.ANALYST})
