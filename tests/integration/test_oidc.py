"""Signing in at an OpenID provider: what one that lies, or somebody in between, can't do."""

from datetime import timedelta
from time import time
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from joserfc.jwk import OctKey, RSAKey
from sqlmodel import select

import config
from accounts import credentials, identities, user_admin, users
from config import Settings
from db.engine import session
from db.tables import Role, User, UserSession, now
from tests.integration.audit_log import entries
from tests.integration.oidc_provider import CLIENT, SECRET, Provider
from tests.integration.signin_forms import is_in, with_authenticator

CALLBACK = "/signin/oidc/callback"


@pytest.fixture
def provider(app, settings):
    """A provider that the service uses, which makes accounts of new people."""
    with Provider() as running:
        use(settings, running, oidc_role="viewer")
        yield running


def use(settings, provider, **more):
    own = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_name": "Example"}
    config.use(Settings(**settings.model_dump() | own | {"oidc_client_secret": SECRET} | more))


def leave(client, next_="/"):
    answer = client.get("/signin/oidc", query_string={"next": next_})
    assert answer.status_code == 302
    return answer.location


def arrive(client, query):
    return client.get(CALLBACK, query_string=query)


def sign_in(client, provider, subject="s-1", next_="/"):
    return arrive(client, provider.let_in(leave(client, next_), subject))


def person(name="ada"):
    with session() as work:
        return work.exec(select(User).where(User.name == name)).one_or_none()


def everybody():
    with session() as work:
        return work.exec(select(User.name)).all()


def assert_refused(client, answer, saying="Signing in with Example failed."):
    assert answer.status_code == 403
    assert saying in answer.text
    assert not is_in(client)
    assert everybody() == []


def test_the_page_offers_it_where_there_is_a_provider(client, provider, settings):
    assert "Sign in with Example" in client.get("/signin").text
    config.use(settings)
    assert "oidc" not in client.get("/signin").text
    assert client.get("/signin/oidc").status_code == 404
    assert client.get(CALLBACK).status_code == 404


def test_what_the_provider_is_asked(client, provider):
    address = leave(client)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{provider.issuer}/authorization?")
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"http://localhost{CALLBACK}"
    assert {"state", "nonce", "code_challenge"} <= set(asked)


def test_somebody_new_gets_an_account_and_keeps_it(client, app, provider):
    answer = sign_in(client, provider, next_="/explore/flights#v=1")
    assert answer.location == "/explore/flights#v=1"
    assert is_in(client)
    assert person().role == Role.VIEWER
    provider.userinfo = {"preferred_username": "another name"}
    again = app.server.test_client()
    sign_in(again, provider)
    assert is_in(again)
    assert everybody() == ["ada"]


def test_it_leads_to_addresses_of_ours_only(client, provider):
    assert sign_in(client, provider, next_="https://evil.example").location == "/"


def test_an_address_too_long_for_a_cookie_leads_to_the_front_page(client, provider):
    assert sign_in(client, provider, next_="/explore/x#" + "y" * 5000).location == "/"


def test_where_nobody_is_made_strangers_are_turned_away(client, provider, settings):
    use(settings, provider)
    assert_refused(client, sign_in(client, provider), "No account here belongs to this sign-in.")


def test_a_name_that_is_taken_takes_nothing_over(client, provider):
    users.create("ada", "correct horse battery", Role.ADMIN)
    provider.claims = {"email": "ada@example.org", "email_verified": True}
    answer = sign_in(client, provider)
    assert answer.status_code == 403
    assert "Somebody here is called ada already." in answer.text
    assert not is_in(client)


def test_who_is_disabled_stays_out(client, app, provider):
    sign_in(client, provider)
    user_admin.disable(None, users.require("ada").id)
    other = app.server.test_client()
    assert "disabled" in sign_in(other, provider).text
    assert not is_in(other)


def test_a_second_factor_is_asked_for_here(client, app, provider):
    sign_in(client, provider)
    with_authenticator(users.of_name("ada"))
    other = app.server.test_client()
    assert sign_in(other, provider).location == "/signin/factor"
    assert not is_in(other)


def test_unless_the_provider_has_asked_for_one(client, app, provider):
    sign_in(client, provider)
    with_authenticator(users.of_name("ada"))
    provider.claims = {"amr": ["pwd", "otp", "mfa"]}
    other = app.server.test_client()
    sign_in(other, provider)
    assert is_in(other)


def test_linking_lets_one_in_from_then_on(app, signed_in, provider, settings):
    use(settings, provider)
    browser = signed_in()
    address = browser.post("/signin/oidc/link", json={}).json["address"]
    assert arrive(browser, provider.let_in(address)).location == "/account"
    (name,) = everybody()
    assert [each.subject for each in identities.of(person(name).id)] == ["s-1"]
    other = app.server.test_client()
    sign_in(other, provider)
    assert is_in(other)
    assert "identity.linked" in [entry.action for entry in entries()]


def test_what_is_unlinked_lets_nobody_in(app, client, signed_in, provider, settings):
    use(settings, provider)
    browser = signed_in()
    arrive(browser, provider.let_in(browser.post("/signin/oidc/link", json={}).json["address"]))
    me = users.of_name(everybody()[0])
    (own,) = identities.of(me.id)
    credentials.unlink_identity(me, own.id)
    with pytest.raises(identities.UnknownIdentityError):
        credentials.unlink_identity(me, own.id)
    assert sign_in(client, provider).status_code == 403


def test_linking_asks_to_confirm(signed_in, provider):
    browser = signed_in()
    with session() as work:
        work.execute(sa.update(UserSession).values(confirmed=now() - timedelta(days=1)))
    assert browser.post("/signin/oidc/link", json={}).headers["X-Step-Up"] == "required"


def test_an_identity_belongs_to_one_account(client, signed_in, provider):
    sign_in(client, provider)
    browser = signed_in()
    address = browser.post("/signin/oidc/link", json={}).json["address"]
    answer = arrive(browser, provider.let_in(address))
    assert answer.status_code == 403
    assert "belongs to another account" in answer.text


def test_whoever_signs_in_meanwhile_is_not_linked(app, signed_in, provider):
    browser, other = signed_in(), signed_in()
    address = browser.post("/signin/oidc/link", json={}).json["address"]
    for cookie in ("dx-access", "dx-refresh"):
        browser.set_cookie(cookie, other.get_cookie(cookie).value)
    assert arrive(browser, provider.let_in(address)).status_code == 403


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another service"},
        {"aud": ["another service"], "azp": CLIENT},
        {"aud": [CLIENT, "another service"], "azp": "another service"},
        {"aud": None},
        pytest.param({"exp": int(time()) - 3600}, id="expired"),
        {"exp": None},
        {"sub": None},
        {"sub": 7},
        {"at_hash": "wrong"},
    ],
    ids=str,
)
def test_an_id_token_that_lies_lets_nobody_in(client, provider, lie):
    provider.claims = lie
    assert_refused(client, sign_in(client, provider))


def test_an_id_token_without_a_signature_lets_nobody_in(client, provider):
    provider.metadata = {"id_token_signing_alg_values_supported": ["none", "RS256"]}
    provider.header = {"alg": "none"}
    assert_refused(client, sign_in(client, provider))


def test_a_signature_that_our_secret_makes_lets_nobody_in(client, provider):
    provider.metadata = {"id_token_signing_alg_values_supported": ["HS256"]}
    provider.header, provider.signs_with = {"alg": "HS256"}, OctKey.import_key(SECRET)
    assert_refused(client, sign_in(client, provider))


def test_a_signature_by_another_key_lets_nobody_in(client, provider):
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert_refused(client, sign_in(client, provider))


def test_a_new_key_of_the_provider_is_asked_for(client, provider):
    leave(client)
    sign_in(client, provider)
    provider.key = RSAKey.generate_key(2048, {"kid": "two"})
    provider.header = {"kid": "two"}
    other = client.application.test_client()
    sign_in(other, provider)
    assert is_in(other)


def test_an_answer_without_an_id_token_lets_nobody_in(client, provider):
    provider.without_id_token = True
    assert_refused(client, sign_in(client, provider))


def test_what_is_told_of_somebody_else_is_not_believed(client, provider):
    provider.userinfo = {"sub": "s-2"}
    assert_refused(client, sign_in(client, provider))


def test_a_provider_that_calls_itself_otherwise_is_not_used(client, provider):
    provider.metadata = {"issuer": "https://evil.example"}
    answer = client.get("/signin/oidc")
    assert answer.status_code == 502
    assert "Signing in with Example failed." in answer.text


def test_a_code_counts_once(client, app, provider):
    query = provider.let_in(leave(client))
    arrive(client, query)
    thief = app.server.test_client()
    assert arrive(thief, query).status_code == 403
    assert arrive(client, query).status_code == 403
    assert not is_in(thief)


def test_a_code_of_somebody_else_counts_in_no_other_browser(client, app, provider):
    attacker = app.server.test_client()
    query = provider.let_in(leave(attacker), "the attacker")
    assert_refused(client, arrive(client, query))
    mine = provider.let_in(leave(client))
    assert_refused(client, arrive(client, query | {"state": mine["state"]}))


@pytest.mark.parametrize("wrong", [{"state": "wrong"}, {"code": "wrong"}, {"iss": "https://evil.example"}])
def test_a_wrong_answer_lets_nobody_in(client, provider, wrong):
    assert_refused(client, arrive(client, provider.let_in(leave(client)) | wrong))


def test_without_having_left_nobody_arrives(client, provider):
    assert_refused(client, arrive(client, {}))


def test_whoever_goes_back_is_told_so_and_nothing_the_address_says(client, provider):
    state = provider.let_in(leave(client))["state"]
    answer = arrive(client, {"state": state, "error": "access_denied", "error_description": "Call 0900 now"})
    assert_refused(client, answer, "Example did not let you in, or you went back.")
    assert "0900" not in answer.text
    assert [(entry.action, entry.outcome) for entry in entries()] == [("signin.failed", "failed")]
    assert client.get(CALLBACK).status_code == 403
    assert len(entries()) == 1  # once a minute, as anybody may come like this


def test_nobody_is_asked_whom_the_provider_names_in_its_place(client, provider):
    with Provider(metadata={"issuer": provider.issuer}) as other:
        provider.moved = other.issuer
        answer = client.get("/signin/oidc")
    assert (answer.status_code, "reached" in answer.text) == (502, True)


def test_a_provider_that_is_away_is_said_to_be(client, provider, settings):
    use(settings, provider, oidc_issuer="http://127.0.0.1:9")
    answer = client.get("/signin/oidc")
    assert answer.status_code == 502
    assert "reached" in answer.text
