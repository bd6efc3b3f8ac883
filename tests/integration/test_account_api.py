"""One's own account over the API: by people, programs with and without a scope, and strangers."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

import config
from accounts import api_tokens, factors, identities, recovery, sessions, throttle, users
from accounts.permissions import Permission
from accounts.sessions import Browser
from db.engine import transaction
from db.tables import Passkey, Role, User, utc_now
from tests.integration.audit_log import list_entries
from tests.integration.signin_forms import PASSWORD, enable_authenticator

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
NEW_PASSWORD = "a bird in the bush"
ACCOUNT_ROUTES = [
    ("PUT", "/api/account/password"),
    ("DELETE", "/api/account/identities/1"),
    ("GET", "/api/account/factors"),
    ("POST", "/api/account/authenticator/proposal"),
    ("PUT", "/api/account/authenticator"),
    ("DELETE", "/api/account/authenticator"),
    ("POST", "/api/account/recovery-codes"),
    ("PATCH", "/api/account/passkeys/1"),
    ("DELETE", "/api/account/passkeys/1"),
    ("GET", "/api/account/sessions"),
    ("DELETE", "/api/account/sessions"),
    ("DELETE", "/api/account/sessions/x"),
    ("GET", "/api/account/tokens"),
    ("POST", "/api/account/tokens"),
    ("DELETE", "/api/account/tokens/x"),
]
UNCONFIRMED_METHODS = ("GET", "PATCH")
CONFIRMED_ROUTES = [
    (method, path)
    for method, path in ACCOUNT_ROUTES
    if method not in UNCONFIRMED_METHODS and "tokens/" not in path
]


@pytest.fixture
def ada(make_user):
    return make_user()


def get_error_message(response):
    return response.json["error"]["message"]


def list_audit_actions():
    return [entry.action for entry in list_entries()]


def get_tomorrow():
    return (utc_now() + timedelta(days=1)).isoformat()


def add_passkey(person, name="Phone"):
    with transaction() as work:
        added = Passkey(user_id=person.id, credential_id=f"{name} of {person.id}", public_key=b"x", name=name)
        work.add(added)
    return added.id


def test_strangers_and_programs_manage_no_account(client, ada):
    program = ada.create_api_client(*api_tokens.SCOPES)
    for method, path in ACCOUNT_ROUTES:
        assert client.open(path, method=method, json={}).status_code == 401
        assert program.open(path, method=method, json={}).status_code == 403


def test_what_is_dangerous_asks_to_confirm_first(ada):
    ada.expire_confirmation()
    for method, path in CONFIRMED_ROUTES:
        answer = ada.browser.open(path, method=method, json={})
        assert (answer.status_code, answer.headers["X-Step-Up"]) == (403, "required"), path
        assert (answer.json["error"]["code"], answer.json["ways"]) == ("step-up", ["password"])


def test_other_sites_change_nothing(ada):
    there = {"Sec-Fetch-Site": "cross-site"}
    for method, path in ACCOUNT_ROUTES:
        if method != "GET":
            assert ada.browser.open(path, method=method, json={}, headers=there).status_code == 403


# Who you are


@pytest.mark.parametrize("role", list(Role))
def test_people_are_told_who_they_are(make_user, role):
    told = make_user(role).browser.get("/api/account").json
    assert (told["kind"], told["role"]) == ("person", role)
    assert set(told["permissions"]) >= {"explore", "account"}
    assert told["has_password"] is True
    assert told["identities"] == []


def test_programs_are_told_no_more_than_whom_they_act_for(ada):
    users.set_email(ada.name, "ada@example.org")
    told = ada.create_api_client(Permission.EXPLORE).get("/api/account").json
    assert (told["kind"], told["name"], told["permissions"]) == ("program", ada.name, ["explore"])
    assert told["email"] is told["has_password"] is None
    assert ada.browser.get("/api/account").json["email"] == "ada@example.org"


def test_a_disabled_persons_tokens_are_refused(ada):
    program = ada.create_api_client(Permission.EXPLORE)
    with transaction() as work:
        user = work.get_one(User, ada.id)
        user.disabled = True
        work.add(user)
    assert program.get("/api/account").status_code == 401


# Password and identities


def test_a_new_password_ends_the_other_sessions(ada):
    other = ada.open_browser()
    change = {"current": PASSWORD, "new": NEW_PASSWORD}
    assert ada.browser.put("/api/account/password", json=change).status_code == 204
    assert other.get("/api/account").status_code == 401
    assert ada.browser.get("/api/account").status_code == 200
    assert users.authenticate_user(ada.name, PASSWORD) is None
    assert users.authenticate_user(ada.name, NEW_PASSWORD)
    assert list_audit_actions()[-1] == "password.changed"


@pytest.mark.parametrize("change", [{}, {"current": "wrong"}, {"current": None}])
def test_without_the_old_password_there_is_no_new_one(ada, change):
    answer = ada.browser.put("/api/account/password", json=change | {"new": NEW_PASSWORD})
    assert (answer.status_code, answer.json["error"]["where"]) == (400, "current")
    assert users.authenticate_user(ada.name, PASSWORD)


def test_the_old_password_cannot_be_guessed(ada, monkeypatch):
    moment = utc_now()
    monkeypatch.setattr(throttle, "utc_now", lambda: moment)
    guesses = [{"current": f"guess {number}", "new": NEW_PASSWORD} for number in range(7)]
    answers = [ada.browser.put("/api/account/password", json=guess) for guess in guesses]
    assert [answer.status_code for answer in answers[:5]] == [400] * 5
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_a_weak_password_is_refused(ada):
    answer = ada.browser.put("/api/account/password", json={"current": PASSWORD, "new": "password1234"})
    assert (answer.status_code, answer.json["error"]["where"]) == (400, "new")


def test_who_has_no_password_chooses_one(ada):
    with transaction() as work:
        user = work.get_one(User, ada.id)
        user.password_hash = None
        work.add(user)
    assert ada.browser.put("/api/account/password", json={"new": NEW_PASSWORD}).status_code == 204
    assert users.authenticate_user(ada.name, NEW_PASSWORD)


def test_an_identity_is_unlinked_unless_it_is_the_only_signin_method(ada):
    for subject in ("a", "b"):
        identities.link_identity(ada.principal, "https://id.example.org", subject)
    first, second = ada.browser.get("/api/account").json["identities"]
    assert first["issuer"] == "https://id.example.org"
    assert ada.browser.delete(f"/api/account/identities/{first['id']}").status_code == 204
    assert ada.browser.delete(f"/api/account/identities/{first['id']}").status_code == 404
    assert list_audit_actions()[-1] == "identity.unlinked"
    with transaction() as work:
        user = work.get_one(User, ada.id)
        user.password_hash = None
        work.add(user)
    answer = ada.browser.delete(f"/api/account/identities/{second['id']}")
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "last-way-in")
    assert len(identities.list_identities(ada.id)) == 1


# Second factors


def test_an_authenticator_is_set_up_and_removed(ada):
    proposal = ada.browser.post("/api/account/authenticator/proposal", json={}).json
    assert proposal["secret"] in proposal["uri"]
    assert proposal["qr"].startswith("<svg")
    code = pyotp.TOTP(proposal["secret"]).at(utc_now())
    wrong = {"secret": proposal["secret"], "code": "no code"}
    answer = ada.browser.put("/api/account/authenticator", json=wrong)
    assert (answer.status_code, answer.json["error"]["where"]) == (400, "code")
    assert not factors.list_factors(ada.id)
    codes = ada.browser.put("/api/account/authenticator", json=wrong | {"code": code}).json["codes"]
    told = ada.browser.get("/api/account/factors").json
    assert told == {
        "demanded": False,
        "authenticator": True,
        "recovery_codes": len(codes),
        "passkeys": [],
    }
    assert ada.browser.delete("/api/account/authenticator").status_code == 204
    assert ada.browser.delete("/api/account/authenticator").status_code == 404
    assert list_audit_actions()[-3:] == ["factor.added", "recovery.created", "factor.removed"]


def test_an_authenticator_has_a_secret_of_full_length(ada):
    answer = ada.browser.put("/api/account/authenticator", json={"secret": "ABCD2345", "code": "123456"})
    assert (answer.status_code, answer.json["error"]["where"]) == (400, "secret")


def test_who_must_have_a_second_factor_keeps_the_last_one(make_user, settings):
    admin = make_user(Role.ADMIN)
    enable_authenticator(admin.principal)
    config.override_settings(settings.model_copy(update={"second_factor": "admins"}))
    answer = admin.browser.delete("/api/account/authenticator")
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "last-factor")
    assert factors.list_factors(admin.id)


def test_new_recovery_codes_replace_the_old_ones(ada):
    enable_authenticator(ada.principal)
    (old, *_) = recovery.renew_codes(ada.id)
    answer = ada.browser.post("/api/account/recovery-codes", json={})
    assert answer.status_code == 201
    assert not recovery.redeem_code(ada.id, old)
    assert recovery.redeem_code(ada.id, answer.json["codes"][0])


def test_a_passkey_is_renamed_and_removed_by_its_owner_only(ada, make_user):
    key, eve = add_passkey(ada), make_user()
    path = f"/api/account/passkeys/{key}"
    assert eve.browser.patch(path, json={"name": "Mine"}).status_code == 404
    assert eve.browser.delete(path).status_code == 404
    assert ada.browser.patch(path, json={"name": " "}).json["error"]["where"] == "name"
    assert ada.browser.patch(path, json={"name": "Laptop"}).status_code == 204
    (listed,) = ada.browser.get("/api/account/factors").json["passkeys"]
    assert (listed["id"], listed["name"], listed["used"]) == (key, "Laptop", None)
    assert ada.browser.delete(path).status_code == 204
    assert ada.browser.get("/api/account/factors").json["passkeys"] == []
    assert list_audit_actions()[-2:] == ["factor.renamed", "factor.removed"]


# Sessions


def test_a_session_says_where_and_since_when(ada):
    sessions.start_session(ada.id, "password", Browser("192.0.2.7", FIREFOX))
    told = ada.browser.get("/api/account/sessions").json["sessions"]
    here, there = sorted(told, key=lambda own: not own["current"])
    assert (here["current"], there["current"]) == (True, False)
    assert (there["browser"], there["address"]) == ("Firefox on Linux", "192.0.2.7")
    assert there["since"] <= there["seen"] < there["expires"]


def test_an_ended_session_is_out_at_once(ada):
    other = ada.open_browser()
    told = ada.browser.get("/api/account/sessions").json["sessions"]
    (ended,) = [own["id"] for own in told if not own["current"]]
    assert ada.browser.delete(f"/api/account/sessions/{ended}").status_code == 204
    assert other.get("/api/account").status_code == 401
    assert ada.browser.get("/api/account").status_code == 200
    assert list_audit_actions()[-1] == "session.revoked"


def test_all_other_sessions_end_but_this_one(ada):
    others = [ada.open_browser() for _ in range(2)]
    assert ada.browser.delete("/api/account/sessions").status_code == 204
    assert [browser.get("/api/account").status_code for browser in others] == [401, 401]
    assert len(ada.browser.get("/api/account/sessions").json["sessions"]) == 1


def test_somebody_elses_session_or_token_is_not_there(ada, make_user):
    eve = make_user()
    theirs = eve.browser.get("/api/account/sessions").json["sessions"][0]["id"]
    program = eve.create_api_client(Permission.EXPLORE)
    (token,) = api_tokens.list_active_tokens(eve.id)
    assert ada.browser.delete(f"/api/account/sessions/{theirs}").status_code == 404
    assert ada.browser.delete(f"/api/account/tokens/{token.id}").status_code == 404
    assert eve.browser.get("/api/account").status_code == 200
    assert program.get("/api/account").status_code == 200


# Tokens


def test_a_token_works_within_its_scopes_until_it_is_revoked(ada, client):
    wanted = {"name": "nightly", "scopes": ["explore"], "expires": get_tomorrow()}
    answer = ada.browser.post("/api/account/tokens", json=wanted)
    assert answer.status_code == 201
    bearer = {"Authorization": f"Bearer {answer.json['token']}"}
    assert client.get("/api/datasets", headers=bearer).json == {"datasets": []}
    assert client.get("/api/subjects?q=ad", headers=bearer).status_code == 403
    (listed,) = ada.browser.get("/api/account/tokens").json["tokens"]
    assert (listed["name"], listed["scopes"]) == ("nightly", ["explore"])
    assert listed["used"]
    assert answer.json["token"] not in str(listed)
    assert ada.browser.delete(f"/api/account/tokens/{listed['id']}").status_code == 204
    assert client.get("/api/datasets", headers=bearer).status_code == 401
    assert ada.browser.get("/api/account/tokens").json["tokens"] == []
    told = [
        (entry.action, entry.resource_key) for entry in list_entries() if entry.action.startswith("token")
    ]
    assert told == [("token.created", listed["id"]), ("token.revoked", listed["id"])]


def test_a_token_without_the_scope_is_refused(make_user):
    presenter = make_user(Role.PRESENTER)
    assert presenter.create_api_client(Permission.PRESENT).get("/api/datasets").status_code == 403


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["administer"]}, "scopes"),
        ({"scopes": ["account"]}, "scopes"),
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"expires": "2001-01-01T00:00:00Z"}, "expires"),
        ({"expires": "9999-12-31T23:59:59Z"}, "expires"),
        ({"expires": "9999-12-31T23:59:59-14:00"}, "expires"),
        ({"expires": "2026-01-01T00:00:00"}, "expires"),
        ({"expires": "tomorrow"}, "expires"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_token_that_cannot_be_says_what_is_wrong_where(ada, change, where):
    wanted = {"name": "nightly", "scopes": ["explore"], "expires": get_tomorrow()} | change
    answer = ada.browser.post("/api/account/tokens", json=wanted)
    assert (answer.status_code, answer.json["error"]["where"]) == (400, where)
    assert get_error_message(answer)
    assert api_tokens.list_active_tokens(ada.id) == []


# Bodies


def test_a_body_that_is_no_json_object_is_refused(ada):
    for body in (b"", b"{", b"[]", b"null", b"\xff"):
        answer = ada.browser.put("/api/account/password", data=body, content_type="application/json")
        assert (answer.status_code, answer.json["error"]["where"]) == (400, "body")
    assert ada.browser.put("/api/account/password", data={"new": "x"}).status_code == 415
