"""The second step of signing in, through the real app."""

import re
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlmodel import select

import config
from accounts import one_time_links, recovery, throttle, totp, user_admin, users
from accounts.signin import flow
from db.engine import transaction
from db.tables import Role, UserSession, utc_now
from tests.integration.signin_forms import (
    enable_authenticator,
    is_signed_in,
    sign_in_with_password,
    submit_form,
)


@pytest.fixture
def ada(settings):
    return users.create_user("ada", "correct horse battery", Role.ANALYST)


@pytest.fixture
def authenticator_code(ada):
    return enable_authenticator(ada)


@pytest.fixture
def required_for_everyone(settings):
    config.override_settings(settings.model_copy(update={"second_factor": "everyone"}))


def list_session_methods():
    with transaction() as work:
        return [own.method for own in work.exec(select(UserSession))]


def test_a_code_opens_the_next_page(client, ada, authenticator_code):
    assert sign_in_with_password(client, next="/explore/flights#v=1").location == "/signin/factor"
    assert not is_signed_in(client)
    answer = submit_form(client, "/signin/factor", code=authenticator_code())
    assert answer.location == "/explore/flights#v=1"
    assert is_signed_in(client)
    assert list_session_methods() == ["password+totp"]


def test_a_wrong_or_used_code_opens_nothing(client, app, ada, authenticator_code):
    sign_in_with_password(client)
    assert submit_form(client, "/signin/factor", code="000000").status_code == 401
    assert submit_form(client, "/signin/factor", code="").status_code == 400
    used = authenticator_code()
    submit_form(client, "/signin/factor", code=used)
    other = app.server.test_client()
    sign_in_with_password(other)
    answer = submit_form(other, "/signin/factor", code=used)
    assert answer.status_code == 401
    assert "wrong or was already used" in answer.text
    assert not is_signed_in(other)


def test_a_recovery_code_stands_in(client, ada, authenticator_code):
    codes = recovery.renew_codes(ada.id)
    sign_in_with_password(client)
    assert submit_form(client, "/signin/factor", code=codes[3]).status_code == 302
    assert list_session_methods() == ["password+recovery"]
    assert recovery.count_unused(ada.id) == 9


def test_a_link_asks_for_the_second_step_too(client, ada, authenticator_code):
    assert client.get(f"/signin/link/{one_time_links.create_link_token('ada')}").location == "/signin/factor"
    submit_form(client, "/signin/factor", code=authenticator_code())
    assert list_session_methods() == ["link+totp"]


def test_nobody_gets_to_the_second_step_without_the_first(client, ada, authenticator_code):
    for path in ("/signin/factor", "/signin/setup"):
        assert client.get(path).location == "/signin?late"
    assert "took too long" in client.get("/signin?late").text


def test_the_second_step_is_open_for_minutes(client, ada, authenticator_code, monkeypatch):
    sign_in_with_password(client)
    later = flow.time() + 301
    monkeypatch.setattr(flow, "time", lambda: later)
    assert client.get("/signin/factor").location == "/signin?late"


def test_who_is_disabled_between_the_steps_stays_out(client, ada, authenticator_code):
    sign_in_with_password(client)
    user_admin.disable_user(None, users.require_principal("ada").id)
    assert client.get("/signin/factor").location == "/signin?late"


def test_the_form_of_the_second_step_has_its_token(client, ada, authenticator_code):
    sign_in_with_password(client)
    assert client.post("/signin/factor", data={"code": authenticator_code()}).status_code == 400
    assert not is_signed_in(client)


def test_codes_cannot_be_guessed(client, app, ada, authenticator_code):
    sign_in_with_password(client)
    answers = [submit_form(client, "/signin/factor", code=f"{number:06}") for number in range(7)]
    assert [answer.status_code for answer in answers][:5] == [401] * 5
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert "Too many attempts. Wait" in answers[-1].text


def test_who_must_have_a_second_factor_sets_it_up_first(client, ada, required_for_everyone):
    assert sign_in_with_password(client, next="/explore/flights").location == "/signin/setup"
    page = client.get("/signin/setup")
    assert "<svg" in page.text
    assert client.get("/signin/factor").status_code == 200  # which holds no code of hers
    secret = re.search(r"<code class=.dx-secret.>([A-Z2-7 ]+)</code>", page.text)[1].replace(" ", "")
    assert submit_form(client, "/signin/setup", code="000000").status_code == 401
    assert not is_signed_in(client)
    answer = submit_form(client, "/signin/setup", code=pyotp.TOTP(secret).now())
    assert answer.status_code == 200
    assert len(re.findall(r"<code>[A-Z2-7-]{19}</code>", answer.text)) == 10
    assert 'href="/explore/flights"' in answer.text
    assert is_signed_in(client)
    assert totp.is_enabled(ada.id)
    assert recovery.count_unused(ada.id) == 10


def test_nobody_sets_up_another_authenticator_with_the_password_alone(
    client, ada, authenticator_code, required_for_everyone
):
    sign_in_with_password(client)
    assert client.get("/signin/setup").location == "/signin/factor"


def test_only_admins_must_where_only_admins_must(client, ada, settings):
    config.override_settings(settings.model_copy(update={"second_factor": "admins"}))
    assert sign_in_with_password(client).location == "/"


@pytest.fixture
def frozen_clock(monkeypatch):
    """All tries at the same moment, however long a password takes to be judged."""
    moment = utc_now()
    monkeypatch.setattr(throttle, "utc_now", lambda: moment)


def test_ten_wrong_passwords_make_one_wait_and_nobody_else(client, app, ada, frozen_clock):
    known = app.server.test_client()
    assert sign_in_with_password(known).status_code == 302
    known.post("/signout")
    answers = [sign_in_with_password(client, password=f"wrong {number}") for number in range(10)]
    assert [answer.status_code for answer in answers][:5] == [401] * 5
    assert answers[-1].status_code == 429
    assert "Too many attempts. Wait" in answers[-1].text
    assert sign_in_with_password(client).status_code == 429
    assert sign_in_with_password(known).status_code == 302


def test_who_is_unknown_waits_as_long(client, settings, frozen_clock):
    answers = [sign_in_with_password(client, name="eve").status_code for _ in range(10)]
    assert answers[:5] == [401] * 5
    assert answers[-1] == 429


def test_after_the_wait_the_right_password_opens(client, ada, monkeypatch):
    for number in range(8):
        sign_in_with_password(client, password=f"wrong {number}")
    later: datetime = utc_now() + timedelta(minutes=16)
    monkeypatch.setattr(throttle, "utc_now", lambda: later)
    assert sign_in_with_password(client).status_code == 302


def test_the_cookie_of_a_known_browser_is_of_one_account(client, ada, settings, frozen_clock):
    eve = users.create_user("eve", "correct horse battery", Role.VIEWER)
    sign_in_with_password(client)
    client.post("/signout")
    for number in range(8):
        sign_in_with_password(client, name="eve", password=f"wrong {number}")
    assert sign_in_with_password(client, name="eve").status_code == 429
    assert sign_in_with_password(client).status_code == 302
    assert eve.id != ada.id


def test_a_session_that_somebody_planted_is_not_kept(client, ada):
    client.get("/signin")
    with client.session_transaction() as planted:
        planted["next"] = "planted"
    sign_in_with_password(client)
    with client.session_transaction() as kept:
        assert "next" not in kept
        assert "pending" not in kept
