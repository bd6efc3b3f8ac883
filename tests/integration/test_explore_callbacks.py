"""The Explore page from the outside: its layout, and what its callback opens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from accounts import users
from accounts.permissions import Permission
from components import ids
from components.explorer import Explorer
from datasets import shares
from datasets.ingest.importer import import_file
from db.tables import Role
from tests.integration.dash_calls import call_explorer

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def trips(app: Dash, tmp_path: Path) -> str:
    """A small dataset; its version."""
    file = tmp_path / "trips.csv"
    file.write_text("delay,origin\n" + "".join(f"{n % 60},{'ATL' if n % 3 else 'ORD'}\n" for n in range(300)))
    version = import_file(file, "trips", "Trips", lambda *_: None, lambda _: None).version
    shares.open_to_everyone("trips")
    return version


def open_explorer(browser: FlaskClient, url_hash: str, dataset: str | None) -> dict[str, Any]:
    answer = call_explorer(browser, url_hash, dataset)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json()["response"][ids.EXPLORER]["opened"])


def test_an_empty_address_opens_the_suggested_dashboard(sign_in_as: SignIn, trips: str) -> None:
    found = open_explorer(sign_in_as(), "", "trips")
    assert found["description"]["version"] == trips
    assert found["datasets"] == [{"slug": "trips", "name": "Trips"}]
    assert found["exploration"] == found["suggested"]
    assert found["problems"] == []
    assert [column["name"] for column in found["description"]["columns"]] == ["delay", "origin"]


def test_an_address_opens_its_filters(sign_in_as: SignIn, trips: str) -> None:
    address = f"#v=1&x=(d:trips,at:'{trips}',f:(delay:(type:interval,lo:0,hi:30,nulls:!f)),on:delay)"
    found = open_explorer(sign_in_as(), address, "trips")
    assert found["problems"] == []
    assert found["exploration"]["filters"] == {
        "delay": {"type": "interval", "lo": 0, "hi": 30, "nulls": False}
    }
    assert found["exploration"]["active"] == "delay"


def test_what_an_address_cannot_open_is_said(sign_in_as: SignIn, trips: str) -> None:
    found = open_explorer(sign_in_as(), "#v=1&x=(f:(speed:(type:nulls)))", "trips")
    assert found["exploration"] == found["suggested"]
    assert any("speed" in problem for problem in found["problems"])


def test_an_unknown_dataset_names_those_there_are(sign_in_as: SignIn, trips: str) -> None:
    found = open_explorer(sign_in_as(), "", "nowhere")
    assert "nowhere" in found["error"]
    assert found["datasets"] == [{"slug": "trips", "name": "Trips"}]


def test_without_a_dataset_there_is_none_to_choose(sign_in_as: SignIn) -> None:
    assert open_explorer(sign_in_as(), "", None)["datasets"] == []


def test_strangers_open_nothing(client: FlaskClient, trips: str) -> None:
    assert call_explorer(client, "", "trips").status_code == 401


def test_every_server_callback_declares_who_may_call_it(app: Dash, sign_in_as: SignIn) -> None:
    sign_in_as().get("/_dash-dependencies")
    entries = [entry for entry in app.callback_map.values() if "callback" in entry]
    policies = {vars(entry["callback"].__wrapped__).get("policy") for entry in entries}
    assert Permission.EXPLORE in policies
    assert all(
        isinstance(vars(entry["callback"].__wrapped__).get("policy"), Permission)
        for entry in entries
        if entry["callback"].__wrapped__.__module__.startswith("callbacks")
    )


def test_the_layout_names_who_is_signed_in(sign_in_as: SignIn) -> None:
    body = {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [
            {"id": "_pages_content", "property": "children"},
            {"id": "_pages_store", "property": "data"},
        ],
        "inputs": [
            {"id": "_pages_location", "property": "pathname", "value": "/explore/trips"},
            {"id": "_pages_location", "property": "search", "value": ""},
        ],
        "changedPropIds": ["_pages_location.pathname"],
    }
    answer = sign_in_as().post("/_dash-update-component", json=body)
    assert answer.status_code == 200
    assert "somebody-0" in answer.text
    assert '"dataset":"trips"' in answer.text


def test_the_component_carries_only_its_own_props() -> None:
    props = Explorer(id="explorer", dataset="trips").to_plotly_json()
    assert props == {
        "props": {"id": "explorer", "dataset": "trips", "view": None, "live": None},
        "type": "Explorer",
        "namespace": "dx",
    }


@pytest.mark.parametrize("role", Role)
def test_without_a_dataset_each_is_told_what_they_can_do(
    app: Dash, sign_in_as: SignIn, role: Role, tmp_path: Path
) -> None:
    browser = sign_in_as(role)
    users.create_user("grace", "correct horse battery", Role.ADMIN)
    users.create_user("invited", None, Role.ADMIN)
    found = open_explorer(browser, "", None)
    admins = ["somebody-0", "grace"] if role is Role.ADMIN else [] if role is Role.VIEWER else ["grace"]
    assert (found["administers"], found["admins"]) == (role is Role.ADMIN, admins)
    (tmp_path / "trips.csv").write_text("delay\n1\n2\n")
    import_file(tmp_path / "trips.csv", "trips", "Trips", lambda *_: None, lambda _: None)
    shares.open_to_everyone("trips")
    assert open_explorer(browser, "", "nothing")["admins"] == []
