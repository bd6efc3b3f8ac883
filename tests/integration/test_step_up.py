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
from db.engine import session
from db.tables import Passkey, Role, UserSession, now
from tests.integration.signin_forms import PASSWORD, sign_in, with_authenticator


@pytest.fixture
def ada(settings):
    return users.create("ada", PASSWORD, Role.ANALYST)


@pytest.fixture
def hers(client, ada):
    sign_in(client)
    return client


def confirmed():
    with session() as work:
        return work.exec(select(UserSession)).one().confirmed


def long_ago():
    with session() as work:
        own = work.exec(select(UserSession)).one()
        own.confirmed = now() - timedelta(hours=1)
        work.add(own)


def confirm(hers, **proof):
    return hers.post("/api/confirm", json=proof)


def test_the_password_confirms_who_has_no_second_factor(hers):
    long_ago()
    before = confirmed()
    answer = confirm(hers, password="wrong password")
    assert (answer.status_code, answer.json["error"]["message"]) == (403, "This password is wrong.")
    assert confirmed() == before
    assert confirm(hers, password=PASSWORD).status_code == 204
    assert confirmed() > before


def test_who_has_a_second_factor_must_use_it(hers, ada):
    code = with_authenticator(ada)
    assert confirm(hers, password=PASSWORD).status_code == 403
    assert confirm(hers, code="000000").status_code == 403
    assert confirm(hers, code=code()).status_code == 204
    assert confirm(hers, code=recovery.renew(ada.id)[0]).status_code == 204


def test_proofs_cannot_be_guessed(hers):
    answers = [confirm(hers, password=f"wrong {number}") for number in range(8)]
    assert [answer.status_code for answer in answers][:5] == [403] * 5
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert "Too many tries" in answers[-1].json["error"]["message"]


@pytest.mark.parametrize("junk", ["", "[]", "{}x", '{"code": 1}', '{"other": "x"}', "{}"])
def test_junk_confirms_nothing(hers, junk):
    before = confirmed()
    answer = hers.post("/api/confirm", data=junk, content_type="application/json")
    assert answer.status_code in (400, 403)
    assert confirmed() == before


def test_strangers_and_programs_confirm_nothing(app, hers, ada):
    token = api_tokens.create(ada, "x", [Permission.EXPLORE], now() + timedelta(days=1))
    other = app.server.test_client()
    assert confirm(other, password=PASSWORD).status_code == 401
    headers = {"Authorization": f"Bearer {token}"}
    assert other.post("/api/confirm", json={"password": PASSWORD}, headers=headers).status_code == 403


OTHERS = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", OTHERS)
@pytest.mark.parametrize("path", ["/api/confirm", "/_dash-update-component", "/signout"])
def test_other_sites_change_nothing(hers, headers, path):
    assert hers.post(path, json={"password": PASSWORD}, headers=headers).status_code == 403


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_our_own_pages_do(hers, headers):
    assert hers.post("/api/confirm", json={"password": PASSWORD}, headers=headers).status_code == 204


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_no_form_reaches_the_api(hers, kind):
    data = f'{{"password": "{PASSWORD}"}}'
    assert hers.post("/api/confirm", data=data, content_type=kind).status_code == 415


def test_a_page_sees_whether_its_session_lives_without_keeping_it_alive(hers, ada):
    hers.delete_cookie("dx-access")  # as when it has expired
    with session() as work:
        before = work.exec(select(UserSession)).one().generation
    answer = hers.get("/api/session")
    assert answer.json == {"kind": "person"}
    assert "Set-Cookie" not in answer.headers
    with session() as work:
        assert work.exec(select(UserSession)).one().generation == before
    user_admin.disable(None, users.require("ada").id)
    assert hers.get("/api/session").status_code == 401


def test_guessed_tokens_are_slowed_down_and_good_ones_are_not(client, ada):
    good = api_tokens.create(ada, "x", [Permission.EXPLORE], now() + timedelta(days=1))
    answers = [
        client.get("/api/session", headers={"Authorization": f"Bearer {number}"}).status_code
        for number in range(60)
    ]
    assert answers[0] == 401
    assert answers[-1] == 429
    assert client.get("/api/session", headers={"Authorization": f"Bearer {good}"}).status_code == 200


def test_what_must_be_confirmed_says_how(app, ada):
    person = replace(ada, confirmed=now() - timedelta(hours=1))
    with_authenticator(ada)
    with app.server.test_request_context():
        login_user(person)
        with pytest.raises(HTTPException) as refused:
            requires(Permission.EXPLORE, fresh=True)(lambda: "done")()
    answer = refused.value.response
    assert answer.headers["X-Step-Up"] == "required"
    assert answer.json["ways"] == ["code"]


def test_each_confirms_by_what_they_have(ada):
    assert factors.ways(ada.id) == ["password"]
    with_authenticator(ada)
    with session() as work:
        work.add(Passkey(user_id=ada.id, credential_id="x", public_key=b"", name="key"))
    assert factors.ways(ada.id) == ["code", "passkey"]
    assert factors.ways(users.create("eve", None, Role.VIEWER).id) == ["signin"]
