"""Passkeys through the real routes, with a device that also answers wrongly."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

import config
from accounts import credentials, passkeys, sessions, user_admin, users
from accounts.principals import principal_from_user
from accounts.signin import challenges
from db.engine import transaction
from db.tables import Role, SpentChallenge, User, UserSession, utc_now
from tests.integration.audit_log import list_entries
from tests.integration.fake_authenticator import PRESENT, FakeAuthenticator, encode_base64url
from tests.integration.signin_forms import PASSWORD, is_signed_in
from tests.integration.signin_forms import sign_in_with_password as by_password


@pytest.fixture
def browser(sign_in_as):
    return sign_in_as()


@pytest.fixture
def device():
    return FakeAuthenticator()


@pytest.fixture
def registered_device(browser, device):
    """A device whose passkey is registered by the person of ``browser``."""
    assert register_passkey(browser, device).status_code == 201
    return device


def post_passkeys(browser, path, **body):
    return browser.post(f"/passkeys/{path}", json=body)


def register_passkey(browser, device, name="Laptop"):
    options = post_passkeys(browser, "registration/options").json
    return post_passkeys(browser, "registration", name=name, credential=device.create_credential(options))


def sign_in_with_passkey(browser, device, next_="/"):
    options = post_passkeys(browser, "signin/options").json
    return post_passkeys(browser, "signin", next=next_, credential=device.get_assertion(options))


def confirm_with_passkey(browser, device):
    options = post_passkeys(browser, "confirmation/options").json
    return post_passkeys(browser, "confirmation", credential=device.get_assertion(options))


def get_error_message(response):
    return response.json["error"]["message"]


def get_first_user():
    """The person of ``browser``, the first there was."""
    with transaction() as work:
        return work.exec(select(User).order_by(User.id)).first()


def get_newest_method():
    """How the newest session began."""
    with transaction() as work:
        return work.exec(select(UserSession.method).order_by(UserSession.created.desc())).first()


def set_session_times(**times):
    with transaction() as work:
        work.execute(sa.update(UserSession).values(**times))


def test_what_the_browser_is_asked_for(browser):
    options = post_passkeys(browser, "registration/options").json
    assert options["rp"] == {"name": "DataXchange", "id": "localhost"}
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["timeout"] == 300_000
    assert options["user"]["id"] == encode_base64url(bytes.fromhex(get_first_user().handle))


def test_a_passkey_signs_its_owner_in(client, registered_device):
    answer = sign_in_with_passkey(client, registered_device, "/explore/flights#v=1")
    assert answer.json == {"next": "/explore/flights#v=1"}
    assert is_signed_in(client)
    (own,) = passkeys.list_passkeys(get_first_user().id)
    assert own.name == "Laptop"
    assert utc_now() - own.used < timedelta(seconds=10)


def test_it_leads_to_addresses_of_ours_only(client, registered_device):
    assert sign_in_with_passkey(client, registered_device, "https://evil.example").json == {"next": "/"}


def test_after_a_password_it_is_the_second_step(client, registered_device):
    assert by_password(client, get_first_user().name, next="/explore/flights").location == "/signin/factor"
    assert not is_signed_in(client)
    assert "Use a passkey" in client.get("/signin/factor").text
    assert sign_in_with_passkey(client, registered_device).json == {"next": "/explore/flights"}
    assert is_signed_in(client)
    assert get_newest_method() == "password+passkey"


def test_somebody_elses_passkey_is_no_second_step(client, app, registered_device):
    eve = users.create_user("eve", PASSWORD, Role.ADMIN)
    hers = app.server.test_client()
    by_password(hers, "eve")
    register_passkey(hers, FakeAuthenticator())
    assert by_password(client, "eve", next="/admin").location == "/signin/factor"
    assert sign_in_with_passkey(client, registered_device).json == {"next": "/"}
    assert get_newest_method() == "passkey"
    assert len(sessions.list_active_sessions(eve.id)) == 1


def test_the_audit_log_has_what_happened(browser, client, registered_device):
    confirm_with_passkey(browser, registered_device)
    registered_device.key = FakeAuthenticator().key
    sign_in_with_passkey(client, registered_device)
    log = [(entry.action, entry.outcome, entry.resource_key) for entry in list_entries()]
    assert log == [
        ("signin", "done", ""),
        ("factor.added", "done", ""),
        ("stepup", "done", ""),
        ("signin.failed", "failed", get_first_user().name),
    ]
    sign_in_with_passkey(client, registered_device)
    assert len(list_entries()) == len(log)  # once a minute, as anybody may try at will


def test_a_passkey_that_confirms_nothing_is_recorded_as_such(browser, registered_device):
    registered_device.key = FakeAuthenticator().key
    for _ in range(2):
        assert confirm_with_passkey(browser, registered_device).status_code == 400
    failed = list_entries()[2:]
    assert [(entry.action, entry.outcome, entry.actor) for entry in failed] == [
        ("stepup.failed", "failed", get_first_user().name)
    ]
    assert failed[0].details["method"] == "passkey"


def test_a_known_device_is_not_asked_to_make_another(browser, registered_device):
    options = post_passkeys(browser, "registration/options").json
    assert [each["id"] for each in options["excludeCredentials"]] == [encode_base64url(registered_device.id)]


def test_a_passkey_confirms_its_owner(browser, registered_device):
    set_session_times(confirmed=utc_now() - timedelta(days=1))
    assert post_passkeys(browser, "registration/options").headers["X-Step-Up"] == "required"
    assert confirm_with_passkey(browser, registered_device).status_code == 204
    assert post_passkeys(browser, "registration/options").status_code == 200


def test_a_passkey_of_somebody_else_confirms_nothing(sign_in_as, registered_device):
    other = sign_in_as()
    answer = confirm_with_passkey(other, registered_device)
    assert answer.status_code == 400
    assert "unknown or has been removed" in get_error_message(answer)


def test_registering_needs_a_confirmed_person(client, browser):
    assert post_passkeys(client, "registration/options").status_code == 401
    options = post_passkeys(browser, "registration/options").json
    set_session_times(confirmed=utc_now() - timedelta(days=1))
    answer = post_passkeys(
        browser, "registration", name="Laptop", credential=FakeAuthenticator().create_credential(options)
    )
    assert answer.headers["X-Step-Up"] == "required"
    assert passkeys.list_passkeys(get_first_user().id) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:8051"},
        {"origin": "https://localhost"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"handle": b"somebody else"},
        {"key": FakeAuthenticator().key},
    ],
    ids=lambda wrong: " ".join(f"{name}={value}" for name, value in wrong.items() if name != "key"),
)
def test_a_wrong_answer_signs_nobody_in(client, registered_device, wrong):
    vars(registered_device).update(wrong)
    answer = sign_in_with_passkey(client, registered_device)
    assert answer.status_code == 400
    assert get_error_message(answer) == "This passkey could not be verified."
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "wrong", [{"origin": "http://evil.example"}, {"host": "evil.example"}, {"flags": PRESENT}]
)
def test_a_wrong_answer_registers_nothing(browser, wrong):
    answer = register_passkey(browser, FakeAuthenticator(**wrong))
    assert get_error_message(answer) == "This passkey could not be verified."
    assert passkeys.list_passkeys(get_first_user().id) == []


def test_an_answer_counts_once_even_with_the_old_cookie(client, registered_device):
    options = post_passkeys(client, "signin/options").json
    cookie = client.get_cookie("dataxchange").value
    answer = registered_device.get_assertion(options)
    assert post_passkeys(client, "signin", credential=answer).status_code == 200
    thief = client.application.test_client()
    thief.set_cookie("dataxchange", cookie)
    again = post_passkeys(thief, "signin", credential=answer)
    assert again.status_code == 400
    assert "took too long" in get_error_message(again)
    assert not is_signed_in(thief)


def test_an_answer_counts_in_the_browser_that_was_asked(client, app, registered_device):
    options = post_passkeys(client, "signin/options").json
    elsewhere = app.server.test_client()
    assert "took too long" in get_error_message(
        post_passkeys(elsewhere, "signin", credential=registered_device.get_assertion(options))
    )


def test_an_answer_counts_for_what_was_asked(browser, client, registered_device):
    options = post_passkeys(browser, "confirmation/options").json
    assert "took too long" in get_error_message(
        post_passkeys(browser, "signin", credential=registered_device.get_assertion(options))
    )


def test_an_answer_counts_for_five_minutes(client, registered_device, monkeypatch):
    monkeypatch.setattr(challenges, "LIFETIME", timedelta(seconds=-1))
    assert "took too long" in get_error_message(sign_in_with_passkey(client, registered_device))


def test_several_tabs_can_ask_at_once(client, registered_device):
    first, _second = (post_passkeys(client, "signin/options").json for _ in range(2))
    assert (
        post_passkeys(client, "signin", credential=registered_device.get_assertion(first)).status_code == 200
    )


def test_what_was_answered_is_forgotten_when_it_no_longer_counts(client, registered_device):
    with transaction() as work:
        work.execute(sa.update(SpentChallenge).values(expires=utc_now() - timedelta(seconds=1)))
    sign_in_with_passkey(client, registered_device)
    with transaction() as work:
        assert len(work.execute(sa.select(SpentChallenge)).all()) == 1


def test_a_counter_that_does_not_grow_betrays_a_copy(client, app, registered_device):
    registered_device.sign_count = 7
    assert sign_in_with_passkey(client, registered_device).status_code == 200
    copy = app.server.test_client()
    assert (
        get_error_message(sign_in_with_passkey(copy, registered_device))
        == "This passkey could not be verified."
    )
    registered_device.sign_count = 8
    assert sign_in_with_passkey(copy, registered_device).status_code == 200


def test_a_removed_passkey_is_refused(client, registered_device):
    (own,) = passkeys.list_passkeys(get_first_user().id)
    with transaction() as work, pytest.raises(passkeys.UnknownPasskeyError):
        passkeys.delete_passkey(work, get_first_user().id + 1, own.id)
    credentials.remove_passkey(principal_from_user(get_first_user()), own.id)
    answer = sign_in_with_passkey(client, registered_device)
    assert get_error_message(answer) == "This passkey is unknown or has been removed."


def test_a_disabled_person_is_refused(client, registered_device):
    user_admin.disable_user(None, get_first_user().id)
    assert sign_in_with_passkey(client, registered_device).status_code == 400
    assert not is_signed_in(client)


def test_passkeys_have_names_to_tell_them_by(browser, registered_device):
    (own,) = passkeys.list_passkeys(get_first_user().id)
    passkeys.rename_passkey(get_first_user().id, own.id, " Phone ")
    assert [each.name for each in passkeys.list_passkeys(get_first_user().id)] == ["Phone"]
    with pytest.raises(passkeys.UnknownPasskeyError):
        passkeys.rename_passkey(get_first_user().id + 1, own.id, "Mine")
    for name in ("", " ", "x" * 81, "a\nb"):
        with pytest.raises(passkeys.BadPasskeyNameError):
            passkeys.rename_passkey(get_first_user().id, own.id, name)
        assert "a name of 1 to 80" in get_error_message(register_passkey(browser, FakeAuthenticator(), name))


def test_the_public_address_counts_when_it_is_set(client, registered_device, settings):
    config.override_settings(settings.model_copy(update={"public_url": "https://dx.example.org/"}))
    assert sign_in_with_passkey(client, registered_device).status_code == 400
    assert post_passkeys(client, "signin/options").json["rpId"] == "dx.example.org"


def test_behind_https_the_origin_is_https(browser, registered_device, settings):
    config.override_settings(settings.model_copy(update={"secure_cookies": True}))
    client, secure = browser.application.test_client(), {"base_url": "https://localhost"}
    options = client.post("/passkeys/signin/options", json={}, **secure).json
    registered_device.origin = "https://localhost"
    body = {"credential": registered_device.get_assertion(options)}
    assert client.post("/passkeys/signin", json=body, **secure).status_code == 200


def test_at_an_ip_address_it_says_what_to_do(client):
    answer = client.post("/passkeys/signin/options", json={}, base_url="http://127.0.0.1:8050")
    assert answer.status_code == 400
    assert "localhost" in get_error_message(answer)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"credential": 1},
        {"credential": {"id": "a", "rawId": "a", "type": "public-key", "response": {}}},
        {"credential": {"id": "!", "rawId": "a", "type": "public-key", "response": {}}},
    ],
)
def test_a_body_that_is_no_answer_is_refused_with_its_place(client, body):
    answer = post_passkeys(client, "signin", **body)
    assert answer.status_code == 400
    assert answer.json["error"]["where"].startswith("credential")


@pytest.mark.parametrize("part", ["clientDataJSON", "attestationObject"])
@pytest.mark.parametrize(
    "garbage",
    ["A", "AAAA", "_-_-_-_-", encode_base64url(b"{}"), encode_base64url(b"[1]"), encode_base64url(b"\xa0")],
)
def test_garbage_registers_nothing(browser, device, part, garbage):
    credential = device.create_credential(post_passkeys(browser, "registration/options").json)
    credential["response"][part] = garbage
    assert post_passkeys(browser, "registration", name="Laptop", credential=credential).status_code == 400


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
@pytest.mark.parametrize(
    "garbage", ["A", "AAAA", "_-_-_-_-", encode_base64url(b'{"type": 1, "challenge": 2, "origin": 3}')]
)
def test_garbage_signs_nobody_in(client, registered_device, part, garbage):
    credential = registered_device.get_assertion(post_passkeys(client, "signin/options").json)
    credential["response"][part] = garbage
    assert post_passkeys(client, "signin", credential=credential).status_code == 400


def test_other_sites_are_not_listened_to(client, browser):
    for path in ("signin/options", "signin", "registration/options"):
        assert browser.post(f"/passkeys/{path}", data={}).status_code == 403
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert browser.post(f"/passkeys/{path}", json={}, headers=foreign).status_code == 403
