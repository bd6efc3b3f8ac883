"""Deny by default: over every route and callback there is."""

import re

import pytest
from flask_login import login_user
from werkzeug.exceptions import Forbidden, Unauthorized

from accounts import users
from accounts.guard import PUBLIC, requires
from accounts.permissions import ROLE_PERMISSIONS, Permission
from datasets import shares
from db.engine import transaction
from db.tables import Dataset, DatasetVersion, Role
from gpu.cpu import CpuEngine
from server import static_assets

ASSETS = f"{static_assets.get_assets_path()}/<path:filename>"
PUBLIC_ROUTES = {
    "/health",
    "/signin",
    "/signin/link/<token>",
    "/signout",
    "/signin/factor",
    "/signin/setup",
    "/signin/oidc",
    "/signin/oidc/callback",
    "/passkeys/signin",
    "/passkeys/signin/options",
    "/forgot",
    "/invitation/<token>",
    "/reset/<token>",
    "/guest/<token>",
    "/assets/<path:filename>",
    ASSETS,
}
DASH_CALLBACKS = {"_pages_content.children", ".._pages_content.children..._pages_store.data.."}
DASH_ROUTE_PREFIXES = ("/", "_dash_assets.")  # how the names of its endpoints begin


def list_paths(app):
    """Each route with something in its gaps, and its methods."""
    for rule in app.server.url_map.iter_rules():
        yield rule, re.sub(r"<[^>]*>", "something", rule.rule)


def get_policy(app, rule):
    return getattr(app.server.view_functions[rule.endpoint], "policy", None)


def test_every_route_but_the_public_ones_asks_to_sign_in(app, client):
    answers = {}
    for rule, path in list_paths(app):
        if rule.rule not in PUBLIC_ROUTES:
            for method in rule.methods - {"OPTIONS", "HEAD"}:
                answers[method, path] = client.open(path, method=method).status_code
    open_doors = {door: status for door, status in answers.items() if status not in (302, 401)}
    assert answers
    assert not open_doors


def test_only_the_public_routes_are_declared_public(app):
    public = {rule.rule for rule in app.server.url_map.iter_rules() if get_policy(app, rule) == PUBLIC}
    assert public == PUBLIC_ROUTES - {ASSETS}


def test_every_route_of_ours_declares_its_policy(app):
    ours = [
        rule for rule in app.server.url_map.iter_rules() if not rule.endpoint.startswith(DASH_ROUTE_PREFIXES)
    ]
    undeclared = [rule.rule for rule in ours if get_policy(app, rule) is None]
    assert not undeclared


def test_every_callback_declares_its_policy(app, sign_in_as):
    sign_in_as().get("/_dash-layout")  # Dash fills its map at the first request
    on_server = {name: entry for name, entry in app.callback_map.items() if "callback" in entry}
    assert DASH_CALLBACKS & set(on_server)
    undeclared = [
        name
        for name, entry in on_server.items()
        if name not in DASH_CALLBACKS and not hasattr(entry["callback"].__wrapped__, "policy")
    ]
    assert not undeclared


@pytest.mark.parametrize("path", ["/explore/flights?a=1&b=2", "/nowhere"])
def test_pages_send_strangers_to_sign_in_and_remember_where_they_were(client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/signin?next=%2F")
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize("path", ["/_dash-layout", "/_dash-dependencies", "/_reload-hash", "/api/datasets/x"])
def test_programs_get_401_as_json(client, path):
    answer = client.get(path)
    assert answer.status_code == 401
    assert answer.json == {"error": {"message": "Sign in first."}}


def test_health_answers_anybody(client):
    answer = client.get("/health").json
    assert answer["status"] == "ok"
    assert answer["engine"]["name"] == CpuEngine.name
    assert answer["engine"]["threads"] >= 1


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_requires_lets_through_exactly_whom_the_table_grants(app, settings, role, permission):
    person = users.create_user("ada", "correct horse battery", role)
    call = requires(permission)(lambda: "done")
    with app.server.test_request_context():
        login_user(person)
        if permission in ROLE_PERMISSIONS[role]:
            assert call() == "done"
        else:
            with pytest.raises(Forbidden):
                call()


def test_requires_lets_no_stranger_through(app):
    with app.server.test_request_context(), pytest.raises(Unauthorized):
        requires(Permission.EXPLORE)(lambda: "done")()


def test_everybody_explores_and_only_admins_administer():
    assert all(Permission.EXPLORE in ROLE_PERMISSIONS[role] for role in Role)
    assert [role for role in Role if Permission.ADMINISTER in ROLE_PERMISSIONS[role]] == [Role.ADMIN]


def test_every_answer_carries_the_headers(client, sign_in_as):
    strangers = [client.get(path) for path in ("/signin", "/health", "/nowhere", "/_dash-layout")]
    for answer in [*strangers, sign_in_as().get("/x")]:
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self' 'sha256-" in policy
        assert "unsafe-eval" not in policy
        assert "unsafe-inline" not in policy.split("style-src")[0]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_browsers_keep_assets_for_good_and_send_no_session(client):
    for name in ("theme.js", "css/shell.css", "explore/page.js", "vendor/fonts/inter-latin.woff2"):
        with client.get(f"{static_assets.get_assets_path()}/{name}") as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("address", ["/assets", "/assets/v/0123456789abcdef"])
def test_assets_of_another_build_are_those_of_now_and_asked_for_again(client, address):
    with (
        client.get(f"{address}/theme.js") as answer,
        client.get(f"{static_assets.get_assets_path()}/theme.js") as now,
    ):
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.data == now.data
        known = {"If-None-Match": answer.headers["ETag"]}
    with client.get(f"{address}/theme.js", headers=known) as answer:
        assert answer.status_code == 304


def test_an_asset_that_there_is_not_is_not_kept(client):
    assert client.get(f"{static_assets.get_assets_path()}/nothing.js").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/explore/anything", "/signin"])
def test_pages_name_assets_by_this_build_only(client, sign_in_as, path):
    page = (client if path == "/signin" else sign_in_as()).get(path).text
    addresses = re.findall(r'(?:src|href)="(/assets/[^"?]*)', page)
    assert addresses
    assert all(each.startswith(f"{static_assets.get_assets_path()}/") for each in addresses)


def test_no_asset_names_another_by_an_address_without_a_build():
    files = [file for file in static_assets.ASSETS.rglob("*") if file.suffix in {".js", ".css"}]
    found = [file.name for file in files if re.search(r"""["'(]/assets/""", file.read_text())]
    assert files
    assert not found


def test_the_page_includes_our_classic_script_only(sign_in_as):
    page = sign_in_as().get("/explore/anything").text
    scripts = re.findall(r'<script[^>]* src="(/assets/[^"?]*)', page)
    own = ("theme", "session", "menus", "account", "ag-grid", "conditions", "controls", "explorer-component")
    assert scripts == [f"{static_assets.get_assets_path()}/{name}.js" for name in own]
    assert 'lang="en"' in page
    assert page.index("/theme.js") < page.index("/vendor/bootstrap.min.css")


def test_error_pages_say_what_to_do(sign_in_as):
    answer = sign_in_as().get("/assets/nothing.js")
    assert answer.status_code == 404
    assert "Back to home" in answer.text
    answer = sign_in_as().delete("/api/nothing")
    assert answer.status_code == 405
    assert answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/nowhere", "This page doesn&#39;t exist."),
        ("/explore/flights/more", "This page doesn&#39;t exist."),
        ("/_nothing", "There is nothing at /_nothing."),
        ("/api/nothing", "There is nothing at /api/nothing."),
    ],
)
def test_an_address_that_nothing_answers_is_not_found(sign_in_as, path, message):
    answer = sign_in_as().get(path)
    assert answer.status_code == 404
    assert message in answer.text


@pytest.mark.parametrize(
    "path", ["/assets/", "/assets//etc/passwd", "/assets/../app.py", "/assets/%2e%2e/app.py"]
)
def test_strangers_find_assets_below_assets_and_nothing_else(client, path):
    assert client.get(path).status_code == 404
    assert client.head(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/explore", "/explore/", "/explore/flights", "/explore/flights/", "/view/key"]
)
def test_pages_are_found(sign_in_as, path):
    assert sign_in_as().get(path).status_code == 200


def test_a_failure_of_ours_is_not_shown(app, sign_in_as, monkeypatch):
    def raise_error():
        raise RuntimeError("a secret detail")

    monkeypatch.setitem(app.server.view_functions, "front_page", raise_error)
    answer = sign_in_as().get("/")
    assert answer.status_code == 500
    assert "a secret detail" not in answer.text
    assert "Something went wrong" in answer.text


def test_the_front_page_opens_the_first_dataset_that_one_may_see(sign_in_as):
    browser = sign_in_as()
    assert browser.get("/").location == "/explore"
    with transaction() as work:
        dataset = Dataset(slug="flights", name="Flights")
        work.add(dataset)
        work.flush()
        work.add(DatasetVersion(dataset_id=dataset.id, key="1", rows=0, folder="x", profile={"columns": []}))
    assert browser.get("/").location == "/explore"
    shares.open_to_everyone("flights")
    assert browser.get("/").location == "/explore/flights"


def test_a_request_larger_than_any_exploration_is_refused(sign_in_as):
    too_much = b'{"output": "' + b"x" * 2**20 + b'"}'
    answer = sign_in_as().post("/_dash-update-component", data=too_much, content_type="application/json")
    assert answer.status_code == 413


def test_what_draws_long_tables_goes_with_administration_pages_only(sign_in_as):
    admin = sign_in_as(Role.ADMIN)
    assert "/dash_ag_grid/" in admin.get("/admin/people").text
    assert "/dash_ag_grid/" not in admin.get("/explore").text
