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
from db.engine import transaction
from db.tables import Passkey, Role, UserSession, utc_now
from tests.integration.dash_calls import (
    ask_confirmation,
    call_callback,
    confirm_action,
    get_response_text,
    make_prop,
)

SignIn = Callable[..., FlaskClient]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
OLD_PASSWORD, NEW_PASSWORD = "correct horse battery", "staple the blue giraffe"


@pytest.fixture
def browser(sign_in_as: SignIn) -> FlaskClient:
    return sign_in_as(Role.ANALYST)


@pytest.fixture
def principal(browser: FlaskClient) -> Principal:
    return users.require_principal("somebody-0")


def read_account_page(browser: FlaskClient) -> str:
    """All that the page says."""
    outputs = {"id": ids.ACCOUNT, "property": "children"}
    return get_response_text(
        call_callback(browser, outputs, [make_prop(ids.change_signal(ids.ACCOUNT), "data")])
    )


def expire_confirmations() -> None:
    """Everybody proved who they are an hour ago."""
    with transaction() as work:
        for own in work.exec(select(UserSession)):
            own.confirmed = utc_now() - timedelta(hours=1)
            work.add(own)


def test_the_page_is_for_people_with_an_account(sign_in_as: SignIn, client: FlaskClient) -> None:
    assert {sign_in_as(role).get("/account").status_code for role in Role} == {200}
    assert client.get("/account").status_code == 302


def test_changing_a_signin_method_asks_to_confirm_first(
    app: Dash, browser: FlaskClient, principal: Principal
) -> None:
    expire_confirmations()
    assert {verb for verb, act in account.ACTIONS.items() if not act.fresh} == {"rename-passkey"}
    for verb in account.ACTIONS.keys() - {"rename-passkey"}:
        refused = confirm_action(app, browser, verb, "1")
        assert (refused.status_code, refused.headers.get("X-Step-Up")) == (403, "required"), verb


def test_programs_have_no_account_page(app: Dash, client: FlaskClient, principal: Principal) -> None:
    made = api_tokens.create_token(principal, "script", [Permission.EXPLORE], utc_now() + timedelta(days=1))
    bearer: Any = {"Authorization": f"Bearer {made}"}
    assert client.get("/account", headers=bearer).status_code == 403


def test_who_knows_the_old_password_chooses_a_new_one(
    app: Dash, browser: FlaskClient, principal: Principal
) -> None:
    wrong = get_response_text(
        confirm_action(app, browser, "password", current="guess", new=NEW_PASSWORD, again=NEW_PASSWORD)
    )
    twice = get_response_text(
        confirm_action(app, browser, "password", current=OLD_PASSWORD, new=NEW_PASSWORD, again=OLD_PASSWORD)
    )
    weak = get_response_text(
        confirm_action(app, browser, "password", current=OLD_PASSWORD, new="password1", again="password1")
    )
    assert "The current password is wrong." in wrong
    assert "The passwords don't match." in twice
    assert "Password changed" not in weak
    assert users.authenticate_user(principal.name, OLD_PASSWORD)
    assert "Password changed" in get_response_text(
        confirm_action(app, browser, "password", current=OLD_PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD)
    )
    assert users.authenticate_user(principal.name, NEW_PASSWORD)


def test_an_authenticator_brings_recovery_codes_and_goes(
    app: Dash, browser: FlaskClient, principal: Principal
) -> None:
    secret = pyotp.random_base32()
    wrong = get_response_text(confirm_action(app, browser, "authenticator", secret=secret, code="12345"))
    short = get_response_text(confirm_action(app, browser, "authenticator", secret="AAAA", code="123456"))
    assert "This code is wrong" in wrong
    assert "the secret that was shown" in short
    shown = get_response_text(
        confirm_action(app, browser, "authenticator", secret=secret, code=pyotp.TOTP(secret).now())
    )
    assert len(set(re.findall(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", shown))) == recovery.CODE_COUNT
    assert "10 recovery codes left" in read_account_page(browser)
    assert "removed" in get_response_text(confirm_action(app, browser, "no-authenticator"))
    assert not totp.is_enabled(principal.id)


def test_a_question_shows_the_secret_as_picture_and_text(app: Dash, browser: FlaskClient) -> None:
    asked = get_response_text(ask_confirmation(app, browser, "authenticator"))
    assert "data:image/svg+xml" in asked
    assert re.search(r'"value": "[A-Z2-7]{32}"', asked)


def test_passkeys_are_renamed_and_removed_by_their_owner_alone(
    app: Dash, browser: FlaskClient, principal: Principal
) -> None:
    own = passkeys.add_passkey(_make_passkey(principal, "Laptop"))
    other = passkeys.add_passkey(_make_passkey(users.create_user("grace", OLD_PASSWORD, Role.ADMIN), "Hers"))
    assert "renamed" in get_response_text(
        confirm_action(app, browser, "rename-passkey", str(own.id), name="Desk")
    )
    assert "Desk" in read_account_page(browser)
    assert "unknown or has been removed" in get_response_text(
        confirm_action(app, browser, "remove-passkey", str(other.id))
    )
    assert "unknown or has been removed" in get_response_text(
        ask_confirmation(app, browser, "rename-passkey", str(other.id))
    )
    assert "removed" in get_response_text(confirm_action(app, browser, "remove-passkey", str(own.id)))
    assert [len(passkeys.list_passkeys(user)) for user in (principal.id, other.user_id)] == [0, 1]


def _make_passkey(owner: Principal, name: str) -> Passkey:
    return Passkey(user_id=owner.id, name=name, credential_id=f"id of {name}", public_key=b"", sign_count=0)


def test_sessions_are_ended_by_their_owner_alone(
    app: Dash, browser: FlaskClient, principal: Principal, sign_in_as: SignIn
) -> None:
    here = sessions.Browser("10.0.0.9", FIREFOX)
    sessions.start_session(principal.id, "password", here)
    sign_in_as(Role.VIEWER)
    theirs = next(each for each in _list_sessions() if each.user_id != principal.id)
    assert "Firefox on Linux" in read_account_page(browser)
    mine = next(each for each in sessions.list_active_sessions(principal.id) if each.address == "10.0.0.9")
    assert "This session doesn't exist." in get_response_text(
        confirm_action(app, browser, "end-own-session", theirs.id)
    )
    assert "Session ended." in get_response_text(confirm_action(app, browser, "end-own-session", mine.id))
    sessions.start_session(principal.id, "password", here)
    assert "everywhere else" in get_response_text(confirm_action(app, browser, "end-others"))
    assert len(sessions.list_active_sessions(principal.id)) == 1
    assert sessions.list_active_sessions(theirs.user_id)


def _list_sessions() -> list[UserSession]:
    with transaction() as work:
        return list(work.exec(select(UserSession)))


def test_a_token_is_shown_once_works_and_is_revoked(
    app: Dash, browser: FlaskClient, principal: Principal, client: FlaskClient
) -> None:
    day = (utc_now() + timedelta(days=9)).date().isoformat()
    good = {"name": "nightly", "scopes": ["explore"], "expires": day}
    refused = [
        {"name": " "},
        {"scopes": []},
        {"scopes": ["administer"]},
        {"expires": ""},
        {"expires": "2999-01-01"},
    ]
    for wrong in refused:
        assert "be shown again" not in get_response_text(
            confirm_action(app, browser, "new-token", **good | wrong)
        )
        assert not api_tokens.list_active_tokens(principal.id)
    shown = get_response_text(confirm_action(app, browser, "new-token", **good))
    made = re.findall(r"eyJ[\w.-]+", shown)[0]
    bearer: Any = {"Authorization": f"Bearer {made}"}
    assert client.get("/api/session", headers=bearer).get_json() == {"kind": "program"}
    assert "nightly" in read_account_page(browser)
    (own,) = api_tokens.list_active_tokens(principal.id)
    assert "Token revoked." in get_response_text(confirm_action(app, browser, "revoke-own-token", own.id))
    assert client.get("/api/session", headers=bearer).status_code == 401


def test_what_people_change_is_in_the_audit_log(
    app: Dash, browser: FlaskClient, principal: Principal
) -> None:
    confirm_action(app, browser, "password", current=OLD_PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD)
    confirm_action(app, browser, "recovery-codes")
    confirm_action(app, browser, "end-others")
    logged = [each.action for each in audit.list_entries(audit.AuditFilter(actor=principal.name))[0]]
    assert {"password.changed", "recovery.created", "session.revoked"} <= set(logged)
