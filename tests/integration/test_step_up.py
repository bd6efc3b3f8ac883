"""Proving again that it is you, and what other sites can't do."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask_login import login_user
from sqlmodel import select
from werkzeug.exceptions import HTTPException

from accounts import api_tokens, factors, recovery, user_admin, users
from accounts.guard import requires
from accounts.permissions import Permission
from db.engine import transaction
from db.tables import Passkey, Role, UserSession, utc_now
from tests.integration.signin_forms import PASSWORD, enable_authenticator, sign_in_with_password


@pytest.fixture
def ada(settings):
    return users.create_user("ada", PASSWORD, Role.ANALYST)


@pytest.fixture
def ada_client(client, ada):
    sign_in_with_password(client)
    return client


def get_confirmation_time():
    with transaction() as work:
        return work.exec(select(UserSession)).one().confirmed


def expire_confirmation():
    with transaction() as work:
        own = work.exec(select(UserSession)).one()
        own.confirmed = utc_now() - timedelta(hours=1)
        work.add(own)


def confirm_identity(ada_client, **proof):
    return ada_client.post("/api/confirm", json=proof)


def test_the_password_confirms_who_has_no_second_factor(ada_client):
    expire_confirmation()
    before = get_confirmation_time()
    answer = confirm_identity(ada_client, password="wrong password")
    assert (answer.status_code, answer.json["error"]["message"]) == (403, "This password is wrong.")
    assert get_confirmation_time() == before
    assert confirm_identity(ada_client, password=PASSWORD).status_code == 204
    assert get_confirmation_time() > before


def test_who_has_a_second_factor_must_use_it(ada_client, ada):
    code = enable_authenticator(ada)
    assert confirm_identity(ada_client, password=PASSWORD).status_code == 403
    assert confirm_identity(ada_client, code="000000").status_code == 403
    assert confirm_identity(ada_client, code=code()).status_code == 204
    assert confirm_identity(ada_client, code=recovery.renew_codes(ada.id)[0]).status_code == 204


def test_proofs_cannot_be_guessed(ada_client):
    answers = [confirm_identity(ada_client, password=f"wrong {number}") for number in range(8)]
    assert [answer.status_code for answer in answers][:5] == [403] * 5
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert "Too many attempts" in answers[-1].json["error"]["message"]


@pytest.mark.parametrize("junk", ["", "[]", "{}x", '{"code": 1}', '{"other": "x"}', "{}"])
def test_junk_confirms_nothing(ada_client, junk):
    before = get_confirmation_time()
    answer = ada_client.post("/api/confirm", data=junk, content_type="application/json")
    assert answer.status_code in (400, 403)
    assert get_confirmation_time() == before


def test_strangers_and_programs_confirm_nothing(app, ada_client, ada):
    token = api_tokens.create_token(ada, "x", [Permission.EXPLORE], utc_now() + timedelta(days=1))
    other = app.server.test_client()
    assert confirm_identity(other, password=PASSWORD).status_code == 401
    headers = {"Authorization": f"Bearer {token}"}
    assert other.post("/api/confirm", json={"password": PASSWORD}, headers=headers).status_code == 403


CROSS_SITE_HEADERS = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", CROSS_SITE_HEADERS)
@pytest.mark.parametrize("path", ["/api/confirm", "/_dash-update-component", "/signout"])
def test_other_sites_change_nothing(ada_client, headers, path):
    assert ada_client.post(path, json={"password": PASSWORD}, headers=headers).status_code == 403


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_our_own_pages_do(ada_client, headers):
    assert ada_client.post("/api/confirm", json={"password": PASSWORD}, headers=headers).status_code == 204


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_no_form_reaches_the_api(ada_client, kind):
    data = f'{{"password": "{PASSWORD}"}}'
    assert ada_client.post("/api/confirm", data=data, content_type=kind).status_code == 415


def test_a_page_sees_whether_its_session_lives_without_keeping_it_alive(ada_client, ada):
    ada_client.delete_cookie("dx-access")  # as when it has expired
    with transaction() as work:
        before = work.exec(select(UserSession)).one().generation
    answer = ada_client.get("/api/session")
    assert answer.json == {"kind": "person"}
    assert "Set-Cookie" not in answer.headers
    with transaction() as work:
        assert work.exec(select(UserSession)).one().generation == before
    user_admin.disable_user(None, users.require_principal("ada").id)
    assert ada_client.get("/api/session").status_code == 401


def test_guessed_tokens_are_slowed_down_and_good_ones_are_not(client, ada):
    good = api_tokens.create_token(ada, "x", [Permission.EXPLORE], utc_now() + timedelta(days=1))
    answers = [
        client.get("/api/session", headers={"Authorization": f"Bearer {number}"}).status_code
        for number in range(60)
    ]
    assert answers[0] == 401
    assert answers[-1] == 429
    assert client.get("/api/session", headers={"Authorization": f"Bearer {good}"}).status_code == 200


def test_what_must_be_confirmed_says_how(app, ada):
    person = replace(ada, confirmed=utc_now() - timedelta(hours=1))
    enable_authenticator(ada)
    with app.server.test_request_context():
        login_user(person)
        with pytest.raises(HTTPException) as refused:
            requires(Permission.EXPLORE, fresh=True)(lambda: "done")()
    answer = refused.value.response
    assert answer.headers["X-Step-Up"] == "required"
    assert answer.json["ways"] == ["code"]


def test_each_confirms_by_what_they_have(ada):
    assert factors.list_confirmation_methods(ada.id) == ["password"]
    enable_authenticator(ada)
    with transaction() as work:
        work.add(Passkey(user_id=ada.id, credential_id="x", public_key=b"", name="key"))
    assert factors.list_confirmation_methods(ada.id) == ["code", "passkey"]
    assert factors.list_confirmation_methods(users.create_user("eve", None, Role.VIEWER).id) == ["signin"]
