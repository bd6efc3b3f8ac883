"""Signing in and out through the real app."""

import re
from datetime import timedelta

import pytest

import config
from accounts import one_time_links, user_admin, users
from accounts.permissions import Permission
from db.keys import key_ring
from db.tables import KeyPurpose, Role

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(settings):
    return users.create_user("ada", PASSWORD, Role.ANALYST)


def get_csrf_token(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text).group(1)


def sign_in_with_password(client, name="ada", password=PASSWORD, **fields):
    form = client.get("/signin")
    data = {"csrf_token": get_csrf_token(form), "name": name, "password": password, **fields}
    return client.post("/signin", data=data)


def get_session_cookie(client):
    found = client.get_cookie("dataxchange")
    return found and found.value


def test_the_right_password_opens_the_next_page(client, ada):
    answer = sign_in_with_password(client, next="/explore/flights#v=1&x=(d:flights)")
    assert answer.status_code == 302
    assert answer.location == "/explore/flights#v=1&x=(d:flights)"
    assert client.get("/_dash-layout").status_code == 200


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("eve", PASSWORD), ("ADA'--", PASSWORD)])
def test_a_wrong_name_or_password_says_the_same(client, ada, name, password):
    answer = sign_in_with_password(client, name, password)
    assert answer.status_code == 401
    assert "The name or password is wrong." in answer.text
    assert f'value="{password}"' not in answer.text


def test_empty_fields_are_named(client):
    answer = sign_in_with_password(client, name="", password="")
    assert answer.status_code == 400
    assert "Enter your name." in answer.text
    assert 'aria-describedby="password-error"' in answer.text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:x"],
)
def test_next_never_leads_elsewhere(client, ada, elsewhere):
    assert sign_in_with_password(client, next=elsewhere).location == "/"


def test_a_form_without_its_token_is_refused(client, ada):
    answer = client.post("/signin", data={"name": "ada", "password": PASSWORD})
    assert answer.status_code == 400
    assert "This page has expired" in answer.text
    assert client.get("/_dash-layout").status_code == 401


def test_a_second_form_in_another_tab_just_opens_the_app(client, ada):
    sign_in_with_password(client)
    assert client.post("/signin", data={"csrf_token": "of another session"}).location == "/"


def test_who_is_signed_in_has_no_use_for_the_form(client, ada):
    sign_in_with_password(client)
    assert client.get("/signin").location == "/"


def test_signing_in_starts_a_new_session(client, ada):
    client.get("/signin")
    before = get_session_cookie(client)
    sign_in_with_password(client)
    assert get_session_cookie(client) != before
    with client.session_transaction() as session:
        assert "csrf_token" not in session


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client, ada):
    headers = sign_in_with_password(client).headers.getlist("Set-Cookie")
    tokens = [header for header in headers if header.startswith("dx-")]
    assert len(tokens) == 3
    for header in tokens:
        assert "HttpOnly" in header
        assert "SameSite=Lax" in header
        assert "Expires" in header


def test_the_cookie_stays_as_it_is_between_requests(client, ada):
    sign_in_with_password(client)
    assert "Set-Cookie" not in client.get("/_dash-layout").headers


def test_a_session_ends_after_its_lifetime(client, ada, settings):
    config.override_settings(settings.model_copy(update={"session_lifetime": timedelta(seconds=-1)}))
    sign_in_with_password(client)
    assert client.get("/_dash-layout").status_code == 401


def test_a_link_signs_in_once(client, app, ada):
    path = f"/signin/link/{one_time_links.create_link_token('ada')}"
    assert client.get(path).location == "/"
    assert client.get("/_dash-layout").status_code == 200
    other = app.server.test_client()
    answer = other.get(path)
    assert answer.status_code == 410
    assert "expired or was already used" in answer.text
    assert other.get("/_dash-layout").status_code == 401


def test_a_preview_of_a_link_leaves_it_good(client, ada):
    path = f"/signin/link/{one_time_links.create_link_token('ada')}"
    assert client.head(path).status_code == 200
    assert client.get("/_dash-layout").status_code == 401
    assert client.get(path).location == "/"


def test_an_expired_link_offers_the_form(client, ada, settings):
    config.override_settings(settings.model_copy(update={"link_lifetime": timedelta(seconds=-1)}))
    answer = client.get(f"/signin/link/{one_time_links.create_link_token('ada')}")
    assert answer.status_code == 410
    assert get_csrf_token(answer)


def test_signing_out_forgets_everything(client, ada):
    sign_in_with_password(client)
    answer = client.post("/signout", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.location == "/signin"
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert client.get_cookie("dx-access") is client.get_cookie("dx-refresh") is None
    assert client.get("/_dash-layout").status_code == 401


def test_other_sites_can_sign_nobody_out(client, ada):
    sign_in_with_password(client)
    assert client.post("/signout", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    client.get("/signout")
    assert client.get("/_dash-layout").status_code == 200


def test_a_disabled_user_is_out_at_once(client, ada):
    sign_in_with_password(client)
    user_admin.disable_user(None, users.require_principal("ada").id)
    assert client.get("/_dash-layout").status_code == 401
    assert sign_in_with_password(client).status_code == 401


def test_a_new_password_ends_all_sessions(client, ada):
    sign_in_with_password(client)
    users.set_password("ada", "another password")
    assert client.get("/_dash-layout").status_code == 401
    assert sign_in_with_password(client).status_code == 401
    assert sign_in_with_password(client, password="another password").status_code == 302


def test_new_keys_sign_nobody_out(make_user):
    ada = make_user()
    program = ada.create_api_client(Permission.EXPLORE)
    for purpose in (KeyPurpose.SIGN, KeyPurpose.SEAL):
        key_ring.rotate_key(purpose)
    assert ada.browser.get("/api/account").json["name"] == ada.name
    assert program.get("/api/datasets").status_code == 200
    ada.browser.delete_cookie("dx-access")  # as when it has expired: the other one renews both
    assert ada.browser.get("/api/account").status_code == 200
