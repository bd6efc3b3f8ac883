"""The account page from the outside: what people see of their account, and what they do to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from dash import Dash
from flask.testing import FlaskClient
from sqlmodel import select

from accounts import api_tokens, audit, passkeys, recovery, sessions, totp, users
from accounts.permissions import Permission
from accounts.principals import Principal
from callbacks import account
from components import ids
from db.engine import session
from db.tables import Passkey, Role, UserSession, now
from tests.integration.dash_calls import ask, call, confirm, done, prop

SignIn = Callable[..., FlaskClient]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
OLD, NEW = "correct horse battery", "staple the blue giraffe"


@pytest.fixture
def browser(signed_in: SignIn) -> FlaskClient:
    return signed_in(Role.ANALYST)


@pytest.fixture
def me(browser: FlaskClient) -> Principal:
    return users.require("somebody-0")


def page(browser: FlaskClient) -> str:
    """All that the page says."""
    outputs = {"id": ids.ACCOUNT, "property": "children"}
    return done(call(browser, outputs, [prop(ids.changed(ids.ACCOUNT), "data")]))


def long_ago() -> None:
    """Everybody proved who they are an hour ago."""
    with session() as work:
        for own in work.exec(select(UserSession)):
            own.confirmed = now() - timedelta(hours=1)
            work.add(own)


def test_the_page_is_for_people_with_an_account(signed_in: SignIn, client: FlaskClient) -> None:
    assert {signed_in(role).get("/account").status_code for role in Role} == {200}
    assert client.get("/account").status_code == 302


def test_what_changes_a_way_in_asks_to_confirm_first(app: Dash, browser: FlaskClient, me: Principal) -> None:
    long_ago()
    assert {verb for verb, act in account.ACTS.items() if not act.fresh} == {"rename-passkey"}
    for verb in account.ACTS.keys() - {"rename-passkey"}:
        refused = confirm(app, browser, verb, "1")
        assert (refused.status_code, refused.headers.get("X-Step-Up")) == (403, "required"), verb


def test_programs_have_no_account_page(app: Dash, client: FlaskClient, me: Principal) -> None:
    made = api_tokens.create(me, "script", [Permission.EXPLORE], now() + timedelta(days=1))
    bearer: Any = {"Authorization": f"Bearer {made}"}
    assert client.get("/account", headers=bearer).status_code == 403


def test_who_knows_the_old_password_chooses_a_new_one(app: Dash, browser: FlaskClient, me: Principal) -> None:
    wrong = done(confirm(app, browser, "password", current="guess", new=NEW, again=NEW))
    twice = done(confirm(app, browser, "password", current=OLD, new=NEW, again=OLD))
    weak = done(confirm(app, browser, "password", current=OLD, new="password1", again="password1"))
    assert "This is not your password." in wrong
    assert "typed in two ways" in twice
    assert "is changed" not in weak
    assert users.of_password(me.name, OLD)
    assert "is changed" in done(confirm(app, browser, "password", current=OLD, new=NEW, again=NEW))
    assert users.of_password(me.name, NEW)


def test_an_authenticator_brings_recovery_codes_and_goes(
    app: Dash, browser: FlaskClient, me: Principal
) -> None:
    secret = pyotp.random_base32()
    wrong = done(confirm(app, browser, "authenticator", secret=secret, code="12345"))
    short = done(confirm(app, browser, "authenticator", secret="AAAA", code="123456"))
    assert "This code is wrong" in wrong
    assert "not the secret that was proposed" in short
    shown = done(confirm(app, browser, "authenticator", secret=secret, code=pyotp.TOTP(secret).now()))
    assert len(set(re.findall(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", shown))) == recovery.HOW_MANY
    assert "10 recovery codes left" in page(browser)
    assert "removed" in done(confirm(app, browser, "no-authenticator"))
    assert not totp.is_on(me.id)


def test_a_question_shows_the_secret_as_picture_and_text(app: Dash, browser: FlaskClient) -> None:
    asked = done(ask(app, browser, "authenticator"))
    assert "data:image/svg+xml" in asked
    assert re.search(r'"value": "[A-Z2-7]{32}"', asked)


def test_passkeys_are_renamed_and_removed_by_their_owner_alone(
    app: Dash, browser: FlaskClient, me: Principal
) -> None:
    own = passkeys.add(_passkey(me, "Laptop"))
    other = passkeys.add(_passkey(users.create("grace", OLD, Role.ADMIN), "Hers"))
    assert "renamed" in done(confirm(app, browser, "rename-passkey", str(own.id), name="Desk"))
    assert "Desk" in page(browser)
    assert "not known here" in done(confirm(app, browser, "remove-passkey", str(other.id)))
    assert "not known here" in done(ask(app, browser, "rename-passkey", str(other.id)))
    assert "removed" in done(confirm(app, browser, "remove-passkey", str(own.id)))
    assert [len(passkeys.of(user)) for user in (me.id, other.user_id)] == [0, 1]


def _passkey(owner: Principal, name: str) -> Passkey:
    return Passkey(user_id=owner.id, name=name, credential_id=f"id of {name}", public_key=b"", sign_count=0)


def test_sessions_are_ended_by_their_owner_alone(
    app: Dash, browser: FlaskClient, me: Principal, signed_in: SignIn
) -> None:
    here = sessions.Browser("10.0.0.9", FIREFOX)
    sessions.begin(me.id, "password", here)
    signed_in(Role.VIEWER)
    theirs = next(each for each in _all_sessions() if each.user_id != me.id)
    assert "Firefox on Linux" in page(browser)
    mine = next(each for each in sessions.alive(me.id) if each.address == "10.0.0.9")
    assert "no such session" in done(confirm(app, browser, "end-own-session", theirs.id))
    assert "has ended" in done(confirm(app, browser, "end-own-session", mine.id))
    sessions.begin(me.id, "password", here)
    assert "everywhere else" in done(confirm(app, browser, "end-others"))
    assert len(sessions.alive(me.id)) == 1
    assert sessions.alive(theirs.user_id)


def _all_sessions() -> list[UserSession]:
    with session() as work:
        return list(work.exec(select(UserSession)))


def test_a_token_is_shown_once_works_and_is_revoked(
    app: Dash, browser: FlaskClient, me: Principal, client: FlaskClient
) -> None:
    day = (now() + timedelta(days=9)).date().isoformat()
    good = {"name": "nightly", "scopes": ["explore"], "expires": day}
    refused = [
        {"name": " "},
        {"scopes": []},
        {"scopes": ["administer"]},
        {"expires": ""},
        {"expires": "2999-01-01"},
    ]
    for wrong in refused:
        assert "not shown again" not in done(confirm(app, browser, "new-token", **good | wrong))
        assert not api_tokens.alive(me.id)
    shown = done(confirm(app, browser, "new-token", **good))
    made = re.findall(r"eyJ[\w.-]+", shown)[0]
    bearer: Any = {"Authorization": f"Bearer {made}"}
    assert client.get("/api/session", headers=bearer).get_json() == {"kind": "program"}
    assert "nightly" in page(browser)
    (own,) = api_tokens.alive(me.id)
    assert "is revoked" in done(confirm(app, browser, "revoke-own-token", own.id))
    assert client.get("/api/session", headers=bearer).status_code == 401


def test_what_people_change_is_in_the_audit_log(app: Dash, browser: FlaskClient, me: Principal) -> None:
    confirm(app, browser, "password", current=OLD, new=NEW, again=NEW)
    confirm(app, browser, "recovery-codes")
    confirm(app, browser, "end-others")
    logged = [each.action for each in audit.page(audit.Filter(actor=me.name))[0]]
    assert {"password.changed", "recovery.created", "session.revoked"} <= set(logged)
