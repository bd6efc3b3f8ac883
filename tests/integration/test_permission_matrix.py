"""The table in docs/security.md, held against every route and callback as every kind of principal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from dash import Dash
from flask.testing import FlaskClient
from werkzeug.exceptions import Forbidden, Unauthorized

from accounts import api_tokens, sessions, users
from accounts.guard import PUBLIC
from accounts.permissions import GUEST_PERMISSIONS, ROLE_PERMISSIONS, Permission
from accounts.sessions import Browser
from callbacks import account, admin, live_sessions
from db.engine import transaction
from db.tables import Dataset, GuestLink, LiveSession, Role, SavedView, utc_now
from tests.integration.dash_calls import ask_confirmation, confirm_action

DOCUMENT = Path(__file__).parents[2] / "docs/security.md"
ROW = re.compile(r"^\| (\w+) \|((?: ✓? ?\|){5})$", re.MULTILINE)
DASH_CALLBACKS = {"_pages_content.children", ".._pages_content.children..._pages_store.data.."}
PATH_GAP = re.compile(r"<[^>]*>")


def read_permission_table() -> dict[str, set[Permission]]:
    """The table: principal -> permissions."""
    text = DOCUMENT.read_text()
    heads = [Permission(name.strip()) for name in re.findall(r"\| Principal \|(.*)\|", text)[0].split("|")]
    rows = {name: cells.strip("|").split("|") for name, cells in ROW.findall(text)}
    return {
        name: {head for head, cell in zip(heads, cells, strict=True) if "✓" in cell}
        for name, cells in rows.items()
    }


def test_the_table_is_the_one_in_the_program() -> None:
    roles = {str(role): set(granted) for role, granted in ROLE_PERMISSIONS.items()}
    assert read_permission_table() == roles | {"guest": set(GUEST_PERMISSIONS), "stranger": set()}


Client = Callable[[str], FlaskClient]
LIVE_GUEST = "live guest"
"""Who came by a guest link to a live session: a guest as well, to the table."""


@pytest.fixture
def make_client(app: Dash, sign_in_as: Callable[..., FlaskClient]) -> Client:
    """``make_client("viewer")``: a browser of this kind of principal."""
    made = {
        "stranger": app.server.test_client,
        "guest": lambda: open_guest_browser(app, SavedView, exploration={"views": []}),
        LIVE_GUEST: lambda: open_guest_browser(app, LiveSession, version="ab", state={"views": []}),
    }
    return lambda kind: made[kind]() if kind in made else sign_in_as(Role(kind))


def open_guest_browser(
    app: Dash, resource_type: type[SavedView] | type[LiveSession], **of_place: object
) -> FlaskClient:
    """A browser that came by a guest link with the rights of an admin."""
    owner = users.create_user("owner", "correct horse battery", Role.ADMIN)
    with transaction() as work:
        dataset = Dataset(slug="trips", name="Trips")
        work.add(dataset)
        work.flush()
        shown = resource_type(name="A name", dataset_id=dataset.id, owner_id=owner.id, **of_place)
        work.add(shown)
        work.flush()
        which = {"view_id" if resource_type is SavedView else "live_id": shown.id}
        link = GuestLink(**which, as_user_id=owner.id, expires=utc_now() + timedelta(days=1))
        work.add(link)
    browser = app.server.test_client()
    given = sessions.start_session(owner.id, "guest", Browser("192.0.2.1", "a browser"), guest_link=link.id)
    browser.set_cookie("dx-access", given.access)
    assert browser.get("/_dash-layout").status_code == 200
    return browser


def list_required_permissions(app: Dash) -> list[tuple[str, str, Permission]]:
    """(method, path with something in its gaps, permission) of every route that declares one."""
    found = []
    for rule in app.server.url_map.iter_rules():
        policy = getattr(app.server.view_functions[rule.endpoint], "policy", PUBLIC)
        if policy != PUBLIC:
            path = PATH_GAP.sub("1", rule.rule)
            found += [(method, path, policy) for method in rule.methods - {"OPTIONS", "HEAD"}]
    return found


@pytest.mark.parametrize("kind", [*sorted(read_permission_table()), LIVE_GUEST])
def test_no_route_answers_who_is_not_entitled(app: Dash, make_client: Client, kind: str) -> None:
    client, granted = make_client(kind), read_permission_table()[kind.removeprefix("live ")]
    refusals = {401, 302} if kind == "stranger" else {403}
    denied = [
        (method, path) for method, path, policy in list_required_permissions(app) if policy not in granted
    ]
    answers = {(method, path): client.open(path, method=method, json={}) for method, path in denied}
    leaks = [place for place, answer in answers.items() if answer.status_code not in refusals]
    elsewhere = [a.location for a in answers.values() if a.status_code == 302 and "/signin" not in a.location]
    assert not leaks
    assert not elsewhere


@pytest.mark.parametrize("kind", [*sorted(read_permission_table()), LIVE_GUEST])
def test_no_callback_answers_who_is_not_entitled(app: Dash, make_client: Client, kind: str) -> None:
    client, granted = make_client(kind), read_permission_table()[kind.removeprefix("live ")]
    make_client("admin").get("/_dash-layout")
    token = client.get_cookie("dx-access")
    cookies = {"Cookie": f"dx-access={token.value}"} if token else {}
    refusal = Unauthorized if kind == "stranger" else Forbidden
    for name, entry in app.callback_map.items():
        if "callback" not in entry or name in DASH_CALLBACKS:
            continue
        call = entry["callback"].__wrapped__
        if vars(call)["policy"] in granted:
            continue
        request = app.server.test_request_context("/_dash-update-component", method="POST", headers=cookies)
        with request, pytest.raises(refusal):
            call()


@pytest.mark.parametrize("kind", [*sorted(read_permission_table()), LIVE_GUEST])
def test_no_action_is_done_for_who_is_not_entitled(app: Dash, make_client: Client, kind: str) -> None:
    client, granted = make_client(kind), read_permission_table()[kind.removeprefix("live ")]
    refusal = 401 if kind == "stranger" else 403
    denied = [
        verb
        for verb, act in (account.ACTIONS | live_sessions.ACTIONS | admin.ACTIONS).items()
        if act.permission not in granted
    ]
    answers = {
        verb: (ask_confirmation(app, client, verb, "1"), confirm_action(app, client, verb, "1"))
        for verb in denied
    }
    assert {code.status_code for pair in answers.values() for code in pair} <= {refusal}
    assert ask_confirmation(app, client, "no-such-act").status_code == (204 if kind == "admin" else refusal)


@pytest.mark.parametrize("scope", api_tokens.SCOPES)
def test_a_program_is_bound_by_its_scopes(app: Dash, settings: object, scope: Permission) -> None:
    admin = users.create_user("ada", "correct horse battery", Role.ADMIN)
    token = api_tokens.create_token(admin, "a script", [scope], utc_now() + timedelta(days=1))
    header = {"Authorization": f"Bearer {token}"}
    client = app.server.test_client()
    denied = [(method, path) for method, path, policy in list_required_permissions(app) if policy != scope]
    answers = {place: client.open(place[1], method=place[0], json={}, headers=header) for place in denied}
    assert not [place for place, answer in answers.items() if answer.status_code != 403]
