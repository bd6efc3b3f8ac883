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
from datasets.explorations.url import open_address
from datasets.ingest.importer import import_file
from db.tables import Role
from tests.integration.dash_calls import ask, call, confirm, done, prop

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def exploration(app: Dash, tmp_path: Path) -> dict[str, Any]:
    """What is suggested of a small dataset."""
    file = tmp_path / "trips.csv"
    file.write_text("delay,origin\n" + "".join(f"{n % 60},{'ATL' if n % 3 else 'ORD'}\n" for n in range(300)))
    import_file(file, "trips", "Trips", lambda *_: None, lambda _: None)
    shares.open_to_everyone("trips")
    opened = open_address("trips", "", lambda slug, _: catalogue.open(slug))
    return opened.exploration.model_dump(mode="json")


@pytest.fixture
def owner(signed_in: SignIn) -> FlaskClient:
    return signed_in(Role.PRESENTER)


@pytest.fixture
def key(owner: FlaskClient, exploration: dict[str, Any]) -> str:
    """A live session that runs."""
    begun = owner.post("/api/live", json={"dataset": "trips", "exploration": exploration, "name": "Monday"})
    return str(begun.get_json()["key"])


def page(browser: FlaskClient) -> str:
    return done(
        call(browser, {"id": ids.LIVES, "property": "children"}, [prop(ids.changed(ids.LIVES), "data")])
    )


def test_what_runs_is_listed_for_who_sees_the_dataset(
    key: str, owner: FlaskClient, signed_in: SignIn
) -> None:
    for browser in (owner, signed_in(Role.VIEWER)):
        assert browser.get("/live").status_code == 200
        assert f"/live/{key}" in page(browser)
    assert "Rename…" in page(owner)
    assert "Rename…" not in page(signed_in(Role.PRESENTER))


def test_the_owner_renames_ends_and_deletes(
    app: Dash, key: str, owner: FlaskClient, signed_in: SignIn
) -> None:
    assert "Monday" in done(ask(app, owner, "rename-live", key))
    assert "is renamed" in done(confirm(app, owner, "rename-live", key, name="Tuesday"))
    assert "Tuesday" in page(signed_in(Role.VIEWER))
    assert "is deleted" not in done(confirm(app, owner, "delete-live", key))
    assert "has ended" in done(confirm(app, owner, "end-own-live", key))
    assert "Delete…" in page(owner)
    assert key not in page(signed_in(Role.VIEWER))
    assert "is deleted" in done(confirm(app, owner, "delete-live", key))
    assert key not in page(owner)


@pytest.mark.parametrize("verb", ["rename-live", "end-own-live", "delete-live"])
def test_nobody_else_does(app: Dash, key: str, signed_in: SignIn, owner: FlaskClient, verb: str) -> None:
    other = signed_in(Role.PRESENTER)
    refused = done(confirm(app, other, verb, key, name="Mine"))
    assert "live session is" not in refused
    assert "has ended" not in refused
    assert "Monday" in page(owner)
