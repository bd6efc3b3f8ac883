"""The administration pages from the outside: for admins only, their tables, questions and acts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from dash import Dash
from flask.testing import FlaskClient
from sqlmodel import select

from accounts import audit, groups, sessions, user_admin, user_listing, users
from accounts.permissions import Permission
from accounts.principals import Principal
from accounts.user_listing import UserSearch
from callbacks import admin as admin_pages
from callbacks.admin import dead_letters, feeds
from components.admin import ids
from components.admin.admin_page import ADMIN_PAGES, PRESENTER_PAGES
from datasets import admin_listing
from datasets.ingest.importer import import_file
from db.engine import transaction
from db.tables import Role, Share, UserSession, utc_now
from tests.integration.admin_tables import SignIn, list_rows, open_panel, request_rows
from tests.integration.dash_calls import (
    ask_confirmation,
    call_callback,
    confirm_action,
    get_response_text,
    make_prop,
)

ORD_CONDITIONS = [{"column": "origin", "filter": {"type": "members", "values": ["ORD"], "nulls": False}}]
OTHER_ROLES = [role for role in Role if role is not Role.ADMIN]


@pytest.fixture
def admin(sign_in_as: SignIn) -> FlaskClient:
    return sign_in_as(Role.ADMIN)


@pytest.fixture
def ada(app: Dash) -> Principal:
    return users.create_user("ada", "correct horse battery", Role.ANALYST)


@pytest.fixture
def trips(app: Dash, tmp_path: Path) -> str:
    """The id of a dataset of 300 rows."""
    file = tmp_path / "trips.csv"
    file.write_text("delay,origin\n" + "".join(f"{n % 60},{'ATL' if n % 3 else 'ORD'}\n" for n in range(300)))
    import_file(file, "trips", "Trips", lambda *_: None, lambda _: None)
    return str(admin_listing.list_dataset_rows()[0][0].id)


def get_expected_statuses(page_path: str) -> dict[Role, int]:
    """What each role is answered by a page."""
    may = {Role.ADMIN, Role.PRESENTER} if page_path in PRESENTER_PAGES else {Role.ADMIN}
    return {role: 200 if role in may else 403 for role in Role}


@pytest.mark.parametrize("place", ADMIN_PAGES)
def test_pages_open_for_who_is_entitled(sign_in_as: SignIn, client: FlaskClient, place: str) -> None:
    answers = {role: sign_in_as(role).get(f"/admin/{place}").status_code for role in Role}
    assert answers == get_expected_statuses(place)
    assert client.get(f"/admin/{place}").status_code == 302


@pytest.mark.parametrize("place", ADMIN_PAGES)
def test_layouts_are_given_to_who_is_entitled(sign_in_as: SignIn, place: str) -> None:
    outputs = [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}]
    where = [
        make_prop("_pages_location", "pathname", f"/admin/{place}"),
        make_prop("_pages_location", "search", ""),
    ]
    answers = {role: call_callback(sign_in_as(role), outputs, where).status_code for role in Role}
    assert answers == get_expected_statuses(place)


def test_every_callback_of_these_pages_is_for_admins_or_about_feeds(app: Dash, sign_in_as: SignIn) -> None:
    sign_in_as().get("/_dash-dependencies")
    entries = {
        name: entry["callback"].__wrapped__ for name, entry in app.callback_map.items() if "callback" in entry
    }
    own = {name: each for name, each in entries.items() if each.__module__.startswith("callbacks.admin")}
    assert len(own) > 15
    policies = {name: vars(each)["policy"] for name, each in own.items()}
    others = {name for name, policy in policies.items() if policy is not Permission.ADMINISTER}
    assert {policies[name] for name in others} == {Permission.PRESENT}
    about = (ids.FEEDS, ids.DEAD_LETTERS, ids.LETTERS_BREADCRUMB, '"type":"pace"')
    assert all(any(part in name for part in about) for name in others)


def test_every_other_action_of_these_pages_is_for_admins_who_have_just_confirmed() -> None:
    others = admin_pages.ACTIONS.keys() - feeds.ACTIONS.keys() - dead_letters.ACTIONS.keys()
    assert len(others) > 20
    acts = [admin_pages.ACTIONS[verb] for verb in others]
    assert {(act.permission, act.fresh) for act in acts} == {(Permission.ADMINISTER, True)}


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_nobody_else_is_answered_or_does_anything(
    app: Dash, sign_in_as: SignIn, ada: Principal, role: Role
) -> None:
    browser = sign_in_as(role)
    assert request_rows(browser, ids.PEOPLE, {"startRow": 0, "endRow": 100}).status_code == 403
    assert ask_confirmation(app, browser, "disable", str(ada.id)).status_code == 403
    assert confirm_action(app, browser, "role", str(ada.id), role="admin").status_code == 403
    assert browser.get("/api/admin/audit.jsonl").status_code == 403
    assert user_listing.count_users(UserSearch(role=Role.ADMIN)) == 0


def test_who_has_not_confirmed_lately_is_asked_to(app: Dash, admin: FlaskClient, ada: Principal) -> None:
    with transaction() as work:
        for own in work.exec(select(UserSession)):
            own.confirmed = utc_now() - timedelta(hours=1)
            work.add(own)
    refused = confirm_action(app, admin, "disable", str(ada.id))
    assert (refused.status_code, refused.headers["X-Step-Up"]) == (403, "required")
    assert list_rows(admin, ids.PEOPLE, text="ada")[0]["state"] == "active"


def test_people_are_found_by_name_role_state_and_group(admin: FlaskClient, ada: Principal) -> None:
    grace = users.create_user("grace", "correct horse battery", Role.VIEWER)
    user_admin.disable_user(ada, grace.id)
    west = groups.create_group(ada, "West")
    groups.add_member(ada, west, ada.id)
    asked = [{"text": "AD"}, {"role": "analyst"}, {"state": "disabled"}, {"group": str(west)}]
    names = [[row["name"] for row in list_rows(admin, ids.PEOPLE, **each)] for each in asked]
    assert names == [["ada"], ["ada"], ["grace"], ["ada"]]


@pytest.mark.parametrize("asked", [{"startRow": -1, "endRow": 9}, {"startRow": 0, "endRow": 10**6}])
def test_no_table_gives_more_than_it_shows(admin: FlaskClient, asked: dict[str, int]) -> None:
    refused = request_rows(admin, ids.PEOPLE, asked)
    assert refused.status_code == 400
    assert "1 to 500 rows" in refused.text


def test_an_invitation_is_shown_once_and_recorded(app: Dash, admin: FlaskClient) -> None:
    answer = get_response_text(
        confirm_action(app, admin, "invite", name="bob", email="bob@example.org", role="viewer")
    )
    assert re.search(r"http://\S+/invitation/[\w-]{40,}", answer)
    assert [row["state"] for row in list_rows(admin, ids.PEOPLE, text="bob")] == ["invited"]
    assert "bob@example.org" in open_panel(admin, ids.PEOPLE, str(user_listing.require_user_id("bob")))
    assert [entry.action for entry in audit.list_entries()[0]][:2] == ["user.invited", "user.created"]


@pytest.mark.parametrize(
    ("given", "says"),
    [(("ada", ""), "already"), (("", ""), "a valid name"), (("bob", "nowhere"), "a valid e-mail address")],
)
def test_what_is_wrong_with_an_invitation_is_said(
    app: Dash, admin: FlaskClient, ada: Principal, given: tuple[str, str], says: str
) -> None:
    assert says in get_response_text(
        confirm_action(app, admin, "invite", name=given[0], email=given[1], role="viewer")
    )
    assert list_rows(admin, ids.PEOPLE, text="bob") == []


def test_the_name_and_address_of_a_person_are_edited(app: Dash, admin: FlaskClient, ada: Principal) -> None:
    key = str(ada.id)
    assert "Edit name and e-mail" in open_panel(admin, ids.PEOPLE, key)
    assert '"ada"' in get_response_text(ask_confirmation(app, admin, "edit-person", key))
    for name, email, says in (("SOMEBODY-0", "", "already taken"), ("ada", "nowhere", "a valid e-mail")):
        answer = confirm_action(app, admin, "edit-person", key, name=name, email=email)
        assert says in get_response_text(answer)
    edited = confirm_action(app, admin, "edit-person", key, name=" Ada L ", email="ada@example.org")
    assert "no longer work" in get_response_text(edited)
    panel = open_panel(admin, ids.PEOPLE, key)
    assert "Ada L" in panel
    assert "ada@example.org" in panel


def test_a_person_is_disabled_and_let_in_again(app: Dash, admin: FlaskClient, sign_in_as: SignIn) -> None:
    browser = sign_in_as(Role.ANALYST)
    who = list_rows(admin, ids.PEOPLE, role="analyst")[0]["id"]
    assert "signed out everywhere" in get_response_text(ask_confirmation(app, admin, "disable", who))
    get_response_text(confirm_action(app, admin, "disable", who))
    assert browser.get("/").status_code == 302
    get_response_text(confirm_action(app, admin, "enable", who))
    assert list_rows(admin, ids.PEOPLE, role="analyst")[0]["state"] == "active"


def test_the_last_admin_is_told_why_not(app: Dash, admin: FlaskClient) -> None:
    who = list_rows(admin, ids.PEOPLE)[0]["id"]
    for verb, answers in (("disable", {}), ("role", {"role": "viewer"}), ("delete", {})):
        assert "last admin" in get_response_text(confirm_action(app, admin, verb, who, **answers))
    assert user_listing.count_users(UserSearch(role=Role.ADMIN)) == 1


def test_what_somebody_owns_goes_to_an_heir(
    app: Dash, admin: FlaskClient, ada: Principal, trips: str
) -> None:
    bob = users.create_user("bob", "correct horse battery", Role.ANALYST)
    get_response_text(confirm_action(app, admin, "owner", trips, person="ada"))
    assert "Trips" in get_response_text(ask_confirmation(app, admin, "delete", str(ada.id)))
    assert "Choose a new owner" in get_response_text(
        confirm_action(app, admin, "delete", str(ada.id), person="")
    )
    assert "no user named" in get_response_text(
        confirm_action(app, admin, "delete", str(ada.id), person="nobody")
    )
    get_response_text(confirm_action(app, admin, "delete", str(ada.id), person="bob"))
    assert user_listing.get_user_row(ada.id) is None
    assert admin_listing.list_dataset_rows()[0][0].owner == bob.name


def test_groups_are_made_filled_and_left(app: Dash, admin: FlaskClient, ada: Principal) -> None:
    get_response_text(confirm_action(app, admin, "new-group", name="West"))
    west = list_rows(admin, ids.GROUPS)[0]["id"]
    get_response_text(confirm_action(app, admin, "add-member", west, person="ada"))
    assert "ada" in open_panel(admin, ids.GROUPS, west)
    assert "West" in open_panel(admin, ids.PEOPLE, str(ada.id))
    assert "no user named" in get_response_text(confirm_action(app, admin, "add-member", west, person="bob"))
    get_response_text(confirm_action(app, admin, "leave", f"{ada.id}:{west}"))
    assert list_rows(admin, ids.GROUPS)[0]["members"] == 0
    get_response_text(confirm_action(app, admin, "delete-group", west))
    assert "This group no longer exists." in get_response_text(
        ask_confirmation(app, admin, "rename-group", west)
    )


def test_sessions_and_tokens_of_anybody_are_ended(app: Dash, admin: FlaskClient, sign_in_as: SignIn) -> None:
    browser = sign_in_as(Role.VIEWER)
    assert len(list_rows(admin, ids.SESSIONS)) == 2
    viewer = user_listing.list_users(UserSearch(role=Role.VIEWER))[0][0]
    theirs = sessions.list_active_sessions(viewer.id)[0]
    get_response_text(confirm_action(app, admin, "end-session", theirs.id))
    assert browser.get("/explore").status_code == 302
    assert len(list_rows(admin, ids.SESSIONS)) == 1
    assert list_rows(admin, ids.TOKENS) == list_rows(admin, ids.GUEST_LINKS) == []


def test_a_dataset_is_shared_in_part_and_the_terms_are_in_words(
    app: Dash, admin: FlaskClient, ada: Principal, trips: str
) -> None:
    terms = {"level": "view", "conditions": ORD_CONDITIONS, "masked": ["delay"]}
    get_response_text(
        confirm_action(app, admin, "share", trips, **{"with": "person", "person": "ada"}, **terms)
    )
    shown = open_panel(admin, ids.DATASETS, trips)
    assert "rows where Origin is ORD" in shown
    assert "hidden columns: Delay" in shown
    with transaction() as work:
        share = work.exec(select(Share)).one()
    assert (share.user_id, share.masked) == (ada.id, ["delay"])
    get_response_text(
        confirm_action(
            app, admin, "change-share", f"{trips}:{share.id}", level="edit", conditions=[], masked=[]
        )
    )
    assert "Can edit · all rows" in open_panel(admin, ids.DATASETS, trips)
    get_response_text(confirm_action(app, admin, "stop-share", f"{trips}:{share.id}"))
    assert "Not shared yet" in open_panel(admin, ids.DATASETS, trips)
    acts = [entry.action for entry in audit.list_entries()[0]]
    assert acts == ["share.removed", "share.changed", "share.created", "signin"]


def test_bad_conditions_are_refused_with_the_reason(app: Dash, admin: FlaskClient, trips: str) -> None:
    bad = [{"column": "origin", "filter": {"type": "box"}}]
    answer = get_response_text(
        confirm_action(
            app, admin, "share", trips, **{"with": "everyone"}, level="view", conditions=bad, masked=[]
        )
    )
    assert "box" in answer
    with transaction() as work:
        assert work.exec(select(Share)).all() == []


def test_the_log_is_filtered_exported_and_verified(app: Dash, admin: FlaskClient, ada: Principal) -> None:
    groups.create_group(ada, "West")
    groups.create_group(ada, "East")
    assert [row["resource"] for row in list_rows(admin, ids.AUDIT, key="West")] == ["group West"]
    assert list_rows(admin, ids.AUDIT, since="2999-01-01") == []
    answer = admin.get("/api/admin/audit.jsonl?kind=group&key=East&filename=evil.html")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.jsonl"'
    assert [json.loads(line)["resource_key"] for line in answer.text.splitlines()] == ["East"]
    assert admin.get("/api/admin/audit.jsonl?since=yesterday").status_code == 400
    assert audit.list_entries()[0][0].action == "audit.exported"
    body = [make_prop(ids.VERIFY_AUDIT, "n_clicks", 1)]
    out = {"id": ids.AUDIT_VERDICT, "property": "children"}
    assert "Verified" in call_callback(admin, out, body).text


def test_health_says_what_is_kept_in_memory(
    app: Dash, admin: FlaskClient, ada: Principal, trips: str
) -> None:
    get_response_text(
        confirm_action(
            app,
            admin,
            "share",
            trips,
            **{"with": "everyone"},
            level="view",
            conditions=ORD_CONDITIONS,
            masked=[],
        )
    )
    get_response_text(confirm_action(app, admin, "see", trips, person="ada"))
    out = {"id": ids.HEALTH, "property": "children"}
    assert "trips (" in get_response_text(
        call_callback(admin, out, [make_prop(ids.REFRESH_HEALTH, "n_clicks")])
    )


def test_health_says_how_each_part_is(admin: FlaskClient, app: Dash) -> None:
    out = {"id": ids.HEALTH, "property": "children"}
    answer = call_callback(admin, out, [make_prop(ids.REFRESH_HEALTH, "n_clicks")])
    for part in (
        "Engine",
        "Reason",
        "threads of the CPU",
        "sqlite",
        "the newest",
        "Signs sessions",
        "Encrypted",
        "Secure cookies",
        "Python",
    ):
        assert part in get_response_text(answer)
    assert "Built in" in get_response_text(answer)


def test_health_says_what_is_wrong_with_the_engine(
    admin: FlaskClient, app: Dash, monkeypatch: pytest.MonkeyPatch
) -> None:
    ill = replace(app.server.extensions["engine_info"], get_trouble=lambda: "The process has ended.")
    monkeypatch.setitem(app.server.extensions, "engine_info", ill)
    out = {"id": ids.HEALTH, "property": "children"}
    assert "The process has ended." in get_response_text(
        call_callback(admin, out, [make_prop(ids.REFRESH_HEALTH, "n_clicks")])
    )


def test_settings_show_where_each_comes_from(admin: FlaskClient, app: Dash) -> None:
    out = {"id": ids.SETTINGS, "property": "children"}
    answer = get_response_text(call_callback(admin, out, [make_prop(ids.SETTINGS, "id", ids.SETTINGS)]))
    assert "DATAXCHANGE_DATA" in answer
    assert "PT12H" in answer


def test_what_a_person_sees_is_told_in_words_and_rows(
    app: Dash, admin: FlaskClient, ada: Principal, trips: str
) -> None:
    assert "They can't see any dataset." in get_response_text(
        ask_confirmation(app, admin, "sees", str(ada.id))
    )
    assert "They can't see this dataset." in get_response_text(
        confirm_action(app, admin, "see", trips, person="ada")
    )
    terms = {"level": "view", "conditions": ORD_CONDITIONS, "masked": ["delay"]}
    get_response_text(confirm_action(app, admin, "share", trips, **{"with": "everyone"}, **terms))
    seen = get_response_text(confirm_action(app, admin, "see", trips, person="ada"))
    assert all(part in seen for part in ("rows where Origin is ORD", '"value": 100', '"value": 300', "Delay"))
    assert "Can view · rows where Origin is ORD · hidden columns: Delay" in get_response_text(
        ask_confirmation(app, admin, "sees", str(ada.id))
    )
    assert "Can manage · all rows" in get_response_text(
        ask_confirmation(
            app, admin, "sees", str(user_listing.list_users(UserSearch(role=Role.ADMIN))[0][0].id)
        )
    )
