"""Passkeys through the real routes, with a device that also answers wrongly."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

import config
from accounts import credentials, passkeys, sessions, user_admin, users
from accounts.principals import principal
from accounts.signin import challenges
from db.engine import session
from db.tables import Role, SpentChallenge, User, UserSession, now
from tests.integration.audit_log import entries
from tests.integration.fake_authenticator import PRESENT, Authenticator, encoded
from tests.integration.signin_forms import PASSWORD, is_in
from tests.integration.signin_forms import sign_in as by_password


@pytest.fixture
def browser(signed_in):
    return signed_in()


@pytest.fixture
def device():
    return Authenticator()


@pytest.fixture
def known(browser, device):
    """A device whose passkey is registered by the person of ``browser``."""
    assert register(browser, device).status_code == 201
    return device


def post(browser, path, **body):
    return browser.post(f"/passkeys/{path}", json=body)


def register(browser, device, name="Laptop"):
    options = post(browser, "registration/options").json
    return post(browser, "registration", name=name, credential=device.make(options))


def sign_in(browser, device, next_="/"):
    options = post(browser, "signin/options").json
    return post(browser, "signin", next=next_, credential=device.use(options))


def confirm(browser, device):
    options = post(browser, "confirmation/options").json
    return post(browser, "confirmation", credential=device.use(options))


def message(answer):
    return answer.json["error"]["message"]


def owner():
    """The person of ``browser``, the first there was."""
    with session() as work:
        return work.exec(select(User).order_by(User.id)).first()


def method():
    """How the newest session began."""
    with session() as work:
        return work.exec(select(UserSession.method).order_by(UserSession.created.desc())).first()


def age(**times):
    with session() as work:
        work.execute(sa.update(UserSession).values(**times))


def test_what_the_browser_is_asked_for(browser):
    options = post(browser, "registration/options").json
    assert options["rp"] == {"name": "DataXchange", "id": "localhost"}
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["timeout"] == 300_000
    assert options["user"]["id"] == encoded(bytes.fromhex(owner().handle))


def test_a_passkey_signs_its_owner_in(client, known):
    answer = sign_in(client, known, "/explore/flights#v=1")
    assert answer.json == {"next": "/explore/flights#v=1"}
    assert is_in(client)
    (own,) = passkeys.of(owner().id)
    assert own.name == "Laptop"
    assert now() - own.used < timedelta(seconds=10)


def test_it_leads_to_addresses_of_ours_only(client, known):
    assert sign_in(client, known, "https://evil.example").json == {"next": "/"}


def test_after_a_password_it_is_the_second_step(client, known):
    assert by_password(client, owner().name, next="/explore/flights").location == "/signin/factor"
    assert not is_in(client)
    assert "Use a passkey" in client.get("/signin/factor").text
    assert sign_in(client, known).json == {"next": "/explore/flights"}
    assert is_in(client)
    assert method() == "password+passkey"


def test_somebody_elses_passkey_is_no_second_step(client, app, known):
    eve = users.create("eve", PASSWORD, Role.ADMIN)
    hers = app.server.test_client()
    by_password(hers, "eve")
    register(hers, Authenticator())
    assert by_password(client, "eve", next="/admin").location == "/signin/factor"
    assert sign_in(client, known).json == {"next": "/"}
    assert method() == "passkey"
    assert len(sessions.alive(eve.id)) == 1


def test_the_audit_log_has_what_happened(browser, client, known):
    confirm(browser, known)
    known.key = Authenticator().key
    sign_in(client, known)
    log = [(entry.action, entry.outcome, entry.resource_key) for entry in entries()]
    assert log == [
        ("signin", "done", ""),
        ("factor.added", "done", ""),
        ("stepup", "done", ""),
        ("signin.failed", "failed", owner().name),
    ]
    sign_in(client, known)
    assert len(entries()) == len(log)  # once a minute, as anybody may try at will


def test_a_passkey_that_confirms_nothing_is_recorded_as_such(browser, known):
    known.key = Authenticator().key
    for _ in range(2):
        assert confirm(browser, known).status_code == 400
    failed = entries()[2:]
    assert [(entry.action, entry.outcome, entry.actor) for entry in failed] == [
        ("stepup.failed", "failed", owner().name)
    ]
    assert failed[0].details["method"] == "passkey"


def test_a_known_device_is_not_asked_to_make_another(browser, known):
    options = post(browser, "registration/options").json
    assert [each["id"] for each in options["excludeCredentials"]] == [encoded(known.id)]


def test_a_passkey_confirms_its_owner(browser, known):
    age(confirmed=now() - timedelta(days=1))
    assert post(browser, "registration/options").headers["X-Step-Up"] == "required"
    assert confirm(browser, known).status_code == 204
    assert post(browser, "registration/options").status_code == 200


def test_a_passkey_of_somebody_else_confirms_nothing(signed_in, known):
    other = signed_in()
    answer = confirm(other, known)
    assert answer.status_code == 400
    assert "not known here" in message(answer)


def test_registering_needs_a_confirmed_person(client, browser):
    assert post(client, "registration/options").status_code == 401
    options = post(browser, "registration/options").json
    age(confirmed=now() - timedelta(days=1))
    answer = post(browser, "registration", name="Laptop", credential=Authenticator().make(options))
    assert answer.headers["X-Step-Up"] == "required"
    assert passkeys.of(owner().id) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:8051"},
        {"origin": "https://localhost"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"handle": b"somebody else"},
        {"key": Authenticator().key},
    ],
    ids=lambda wrong: " ".join(f"{name}={value}" for name, value in wrong.items() if name != "key"),
)
def test_a_wrong_answer_signs_nobody_in(client, known, wrong):
    vars(known).update(wrong)
    answer = sign_in(client, known)
    assert answer.status_code == 400
    assert message(answer) == "This passkey could not be verified."
    assert not is_in(client)


@pytest.mark.parametrize(
    "wrong", [{"origin": "http://evil.example"}, {"host": "evil.example"}, {"flags": PRESENT}]
)
def test_a_wrong_answer_registers_nothing(browser, wrong):
    answer = register(browser, Authenticator(**wrong))
    assert message(answer) == "This passkey could not be verified."
    assert passkeys.of(owner().id) == []


def test_an_answer_counts_once_even_with_the_old_cookie(client, known):
    options = post(client, "signin/options").json
    cookie = client.get_cookie("dataxchange").value
    answer = known.use(options)
    assert post(client, "signin", credential=answer).status_code == 200
    thief = client.application.test_client()
    thief.set_cookie("dataxchange", cookie)
    again = post(thief, "signin", credential=answer)
    assert again.status_code == 400
    assert "took too long" in message(again)
    assert not is_in(thief)


def test_an_answer_counts_in_the_browser_that_was_asked(client, app, known):
    options = post(client, "signin/options").json
    elsewhere = app.server.test_client()
    assert "took too long" in message(post(elsewhere, "signin", credential=known.use(options)))


def test_an_answer_counts_for_what_was_asked(browser, client, known):
    options = post(browser, "confirmation/options").json
    assert "took too long" in message(post(browser, "signin", credential=known.use(options)))


def test_an_answer_counts_for_five_minutes(client, known, monkeypatch):
    monkeypatch.setattr(challenges, "LIFETIME", timedelta(seconds=-1))
    assert "took too long" in message(sign_in(client, known))


def test_several_tabs_can_ask_at_once(client, known):
    first, _second = (post(client, "signin/options").json for _ in range(2))
    assert post(client, "signin", credential=known.use(first)).status_code == 200


def test_what_was_answered_is_forgotten_when_it_no_longer_counts(client, known):
    with session() as work:
        work.execute(sa.update(SpentChallenge).values(expires=now() - timedelta(seconds=1)))
    sign_in(client, known)
    with session() as work:
        assert len(work.execute(sa.select(SpentChallenge)).all()) == 1


def test_a_counter_that_does_not_grow_betrays_a_copy(client, app, known):
    known.count = 7
    assert sign_in(client, known).status_code == 200
    copy = app.server.test_client()
    assert message(sign_in(copy, known)) == "This passkey could not be verified."
    known.count = 8
    assert sign_in(copy, known).status_code == 200


def test_a_removed_passkey_is_refused(client, known):
    (own,) = passkeys.of(owner().id)
    with session() as work, pytest.raises(passkeys.UnknownPasskeyError):
        passkeys.remove(work, owner().id + 1, own.id)
    credentials.remove_passkey(principal(owner()), own.id)
    answer = sign_in(client, known)
    assert message(answer) == "This passkey is not known here, or not any more."


def test_a_disabled_person_is_refused(client, known):
    user_admin.disable(None, owner().id)
    assert sign_in(client, known).status_code == 400
    assert not is_in(client)


def test_passkeys_have_names_to_tell_them_by(browser, known):
    (own,) = passkeys.of(owner().id)
    passkeys.rename(owner().id, own.id, " Phone ")
    assert [each.name for each in passkeys.of(owner().id)] == ["Phone"]
    with pytest.raises(passkeys.UnknownPasskeyError):
        passkeys.rename(owner().id + 1, own.id, "Mine")
    for name in ("", " ", "x" * 81, "a\nb"):
        with pytest.raises(passkeys.BadPasskeyNameError):
            passkeys.rename(owner().id, own.id, name)
        assert "a name of 1 to 80" in message(register(browser, Authenticator(), name))


def test_the_public_address_counts_when_it_is_set(client, known, settings):
    config.use(settings.model_copy(update={"public_url": "https://dx.example.org/"}))
    assert sign_in(client, known).status_code == 400
    assert post(client, "signin/options").json["rpId"] == "dx.example.org"


def test_behind_https_the_origin_is_https(browser, known, settings):
    config.use(settings.model_copy(update={"secure_cookies": True}))
    client, secure = browser.application.test_client(), {"base_url": "https://localhost"}
    options = client.post("/passkeys/signin/options", json={}, **secure).json
    known.origin = "https://localhost"
    body = {"credential": known.use(options)}
    assert client.post("/passkeys/signin", json=body, **secure).status_code == 200


def test_at_an_ip_address_it_says_what_to_do(client):
    answer = client.post("/passkeys/signin/options", json={}, base_url="http://127.0.0.1:8050")
    assert answer.status_code == 400
    assert "localhost" in message(answer)


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
    answer = post(client, "signin", **body)
    assert answer.status_code == 400
    assert answer.json["error"]["where"].startswith("credential")


@pytest.mark.parametrize("part", ["clientDataJSON", "attestationObject"])
@pytest.mark.parametrize(
    "garbage", ["A", "AAAA", "_-_-_-_-", encoded(b"{}"), encoded(b"[1]"), encoded(b"\xa0")]
)
def test_garbage_registers_nothing(browser, device, part, garbage):
    credential = device.make(post(browser, "registration/options").json)
    credential["response"][part] = garbage
    assert post(browser, "registration", name="Laptop", credential=credential).status_code == 400


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
@pytest.mark.parametrize(
    "garbage", ["A", "AAAA", "_-_-_-_-", encoded(b'{"type": 1, "challenge": 2, "origin": 3}')]
)
def test_garbage_signs_nobody_in(client, known, part, garbage):
    credential = known.use(post(client, "signin/options").json)
    credential["response"][part] = garbage
    assert post(client, "signin", credential=credential).status_code == 400


def test_other_sites_are_not_listened_to(client, browser):
    for path in ("signin/options", "signin", "registration/options"):
        assert browser.post(f"/passkeys/{path}", data={}).status_code == 403
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert browser.post(f"/passkeys/{path}", json={}, headers=foreign).status_code == 403
