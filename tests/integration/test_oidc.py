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
from db.engine import transaction
from db.tables import Role, User, UserSession, utc_now
from tests.integration.audit_log import list_entries
from tests.integration.oidc_provider import CLIENT_ID, CLIENT_SECRET, FakeOidcProvider
from tests.integration.signin_forms import enable_authenticator, is_signed_in

CALLBACK = "/signin/oidc/callback"


@pytest.fixture
def provider(app, settings):
    """A provider that the service uses, which makes accounts of new people."""
    with FakeOidcProvider() as running:
        use_provider(settings, running, oidc_role="viewer")
        yield running


def use_provider(settings, provider, **more):
    own = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT_ID, "oidc_name": "Example"}
    config.override_settings(
        Settings(**settings.model_dump() | own | {"oidc_client_secret": CLIENT_SECRET} | more)
    )


def start_signin(client, next_="/"):
    answer = client.get("/signin/oidc", query_string={"next": next_})
    assert answer.status_code == 302
    return answer.location


def request_callback(client, query):
    return client.get(CALLBACK, query_string=query)


def sign_in_at_provider(client, provider, subject="s-1", next_="/"):
    return request_callback(client, provider.authorize_request(start_signin(client, next_), subject))


def find_user(name="ada"):
    with transaction() as work:
        return work.exec(select(User).where(User.name == name)).one_or_none()


def list_user_names():
    with transaction() as work:
        return work.exec(select(User.name)).all()


def assert_refused(client, answer, saying="Signing in with Example failed."):
    assert answer.status_code == 403
    assert saying in answer.text
    assert not is_signed_in(client)
    assert list_user_names() == []


def test_the_page_offers_it_where_there_is_a_provider(client, provider, settings):
    assert "Sign in with Example" in client.get("/signin").text
    config.override_settings(settings)
    assert "oidc" not in client.get("/signin").text
    assert client.get("/signin/oidc").status_code == 404
    assert client.get(CALLBACK).status_code == 404


def test_what_the_provider_is_asked(client, provider):
    address = start_signin(client)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{provider.issuer}/authorization?")
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"http://localhost{CALLBACK}"
    assert {"state", "nonce", "code_challenge"} <= set(asked)


def test_somebody_new_gets_an_account_and_keeps_it(client, app, provider):
    answer = sign_in_at_provider(client, provider, next_="/explore/flights#v=1")
    assert answer.location == "/explore/flights#v=1"
    assert is_signed_in(client)
    assert find_user().role == Role.VIEWER
    provider.userinfo = {"preferred_username": "another name"}
    again = app.server.test_client()
    sign_in_at_provider(again, provider)
    assert is_signed_in(again)
    assert list_user_names() == ["ada"]


def test_it_leads_to_addresses_of_ours_only(client, provider):
    assert sign_in_at_provider(client, provider, next_="https://evil.example").location == "/"


def test_an_address_too_long_for_a_cookie_leads_to_the_front_page(client, provider):
    assert sign_in_at_provider(client, provider, next_="/explore/x#" + "y" * 5000).location == "/"


def test_where_nobody_is_made_strangers_are_turned_away(client, provider, settings):
    use_provider(settings, provider)
    assert_refused(client, sign_in_at_provider(client, provider), "No account here belongs to this sign-in.")


def test_a_name_that_is_taken_takes_nothing_over(client, provider):
    users.create_user("ada", "correct horse battery", Role.ADMIN)
    provider.claims = {"email": "ada@example.org", "email_verified": True}
    answer = sign_in_at_provider(client, provider)
    assert answer.status_code == 403
    assert "Somebody here is called ada already." in answer.text
    assert not is_signed_in(client)


def test_who_is_disabled_stays_out(client, app, provider):
    sign_in_at_provider(client, provider)
    user_admin.disable_user(None, users.require_principal("ada").id)
    other = app.server.test_client()
    assert "disabled" in sign_in_at_provider(other, provider).text
    assert not is_signed_in(other)


def test_a_second_factor_is_asked_for_here(client, app, provider):
    sign_in_at_provider(client, provider)
    enable_authenticator(users.find_by_name("ada"))
    other = app.server.test_client()
    assert sign_in_at_provider(other, provider).location == "/signin/factor"
    assert not is_signed_in(other)


def test_unless_the_provider_has_asked_for_one(client, app, provider):
    sign_in_at_provider(client, provider)
    enable_authenticator(users.find_by_name("ada"))
    provider.claims = {"amr": ["pwd", "otp", "mfa"]}
    other = app.server.test_client()
    sign_in_at_provider(other, provider)
    assert is_signed_in(other)


def test_linking_lets_one_in_from_then_on(app, sign_in_as, provider, settings):
    use_provider(settings, provider)
    browser = sign_in_as()
    address = browser.post("/signin/oidc/link", json={}).json["address"]
    assert request_callback(browser, provider.authorize_request(address)).location == "/account"
    (name,) = list_user_names()
    assert [each.subject for each in identities.list_identities(find_user(name).id)] == ["s-1"]
    other = app.server.test_client()
    sign_in_at_provider(other, provider)
    assert is_signed_in(other)
    assert "identity.linked" in [entry.action for entry in list_entries()]


def test_what_is_unlinked_lets_nobody_in(app, client, sign_in_as, provider, settings):
    use_provider(settings, provider)
    browser = sign_in_as()
    request_callback(
        browser, provider.authorize_request(browser.post("/signin/oidc/link", json={}).json["address"])
    )
    me = users.find_by_name(list_user_names()[0])
    (own,) = identities.list_identities(me.id)
    credentials.unlink_identity(me, own.id)
    with pytest.raises(identities.UnknownIdentityError):
        credentials.unlink_identity(me, own.id)
    assert sign_in_at_provider(client, provider).status_code == 403


def test_linking_asks_to_confirm(sign_in_as, provider):
    browser = sign_in_as()
    with transaction() as work:
        work.execute(sa.update(UserSession).values(confirmed=utc_now() - timedelta(days=1)))
    assert browser.post("/signin/oidc/link", json={}).headers["X-Step-Up"] == "required"


def test_an_identity_belongs_to_one_account(client, sign_in_as, provider):
    sign_in_at_provider(client, provider)
    browser = sign_in_as()
    address = browser.post("/signin/oidc/link", json={}).json["address"]
    answer = request_callback(browser, provider.authorize_request(address))
    assert answer.status_code == 403
    assert "already linked to another account" in answer.text


def test_whoever_signs_in_meanwhile_is_not_linked(app, sign_in_as, provider):
    browser, other = sign_in_as(), sign_in_as()
    address = browser.post("/signin/oidc/link", json={}).json["address"]
    for cookie in ("dx-access", "dx-refresh"):
        browser.set_cookie(cookie, other.get_cookie(cookie).value)
    assert request_callback(browser, provider.authorize_request(address)).status_code == 403


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another service"},
        {"aud": ["another service"], "azp": CLIENT_ID},
        {"aud": [CLIENT_ID, "another service"], "azp": "another service"},
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
    assert_refused(client, sign_in_at_provider(client, provider))


def test_an_id_token_without_a_signature_lets_nobody_in(client, provider):
    provider.metadata = {"id_token_signing_alg_values_supported": ["none", "RS256"]}
    provider.header = {"alg": "none"}
    assert_refused(client, sign_in_at_provider(client, provider))


def test_a_signature_that_our_secret_makes_lets_nobody_in(client, provider):
    provider.metadata = {"id_token_signing_alg_values_supported": ["HS256"]}
    provider.header, provider.signing_key = {"alg": "HS256"}, OctKey.import_key(CLIENT_SECRET)
    assert_refused(client, sign_in_at_provider(client, provider))


def test_a_signature_by_another_key_lets_nobody_in(client, provider):
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "one"})
    assert_refused(client, sign_in_at_provider(client, provider))


def test_a_new_key_of_the_provider_is_asked_for(client, provider):
    start_signin(client)
    sign_in_at_provider(client, provider)
    provider.key = RSAKey.generate_key(2048, {"kid": "two"})
    provider.header = {"kid": "two"}
    other = client.application.test_client()
    sign_in_at_provider(other, provider)
    assert is_signed_in(other)


def test_an_answer_without_an_id_token_lets_nobody_in(client, provider):
    provider.without_id_token = True
    assert_refused(client, sign_in_at_provider(client, provider))


def test_what_is_told_of_somebody_else_is_not_believed(client, provider):
    provider.userinfo = {"sub": "s-2"}
    assert_refused(client, sign_in_at_provider(client, provider))


def test_a_provider_that_calls_itself_otherwise_is_not_used(client, provider):
    provider.metadata = {"issuer": "https://evil.example"}
    answer = client.get("/signin/oidc")
    assert answer.status_code == 502
    assert "Signing in with Example failed." in answer.text


def test_a_code_counts_once(client, app, provider):
    query = provider.authorize_request(start_signin(client))
    request_callback(client, query)
    thief = app.server.test_client()
    assert request_callback(thief, query).status_code == 403
    assert request_callback(client, query).status_code == 403
    assert not is_signed_in(thief)


def test_a_code_of_somebody_else_counts_in_no_other_browser(client, app, provider):
    attacker = app.server.test_client()
    query = provider.authorize_request(start_signin(attacker), "the attacker")
    assert_refused(client, request_callback(client, query))
    mine = provider.authorize_request(start_signin(client))
    assert_refused(client, request_callback(client, query | {"state": mine["state"]}))


@pytest.mark.parametrize("wrong", [{"state": "wrong"}, {"code": "wrong"}, {"iss": "https://evil.example"}])
def test_a_wrong_answer_lets_nobody_in(client, provider, wrong):
    assert_refused(client, request_callback(client, provider.authorize_request(start_signin(client)) | wrong))


def test_a_callback_without_a_started_signin_is_refused(client, provider):
    assert_refused(client, request_callback(client, {}))


def test_whoever_goes_back_is_told_so_and_nothing_the_address_says(client, provider):
    state = provider.authorize_request(start_signin(client))["state"]
    answer = request_callback(
        client, {"state": state, "error": "access_denied", "error_description": "Call 0900 now"}
    )
    assert_refused(client, answer, "Example refused the sign-in, or you cancelled it.")
    assert "0900" not in answer.text
    assert [(entry.action, entry.outcome) for entry in list_entries()] == [("signin.failed", "failed")]
    assert client.get(CALLBACK).status_code == 403
    assert len(list_entries()) == 1  # once a minute, as anybody may come like this


def test_nobody_is_asked_whom_the_provider_names_in_its_place(client, provider):
    with FakeOidcProvider(metadata={"issuer": provider.issuer}) as other:
        provider.redirect_to = other.issuer
        answer = client.get("/signin/oidc")
    assert (answer.status_code, "reached" in answer.text) == (502, True)


def test_a_provider_that_is_away_is_said_to_be(client, provider, settings):
    use_provider(settings, provider, oidc_issuer="http://127.0.0.1:9")
    answer = client.get("/signin/oidc")
    assert answer.status_code == 502
    assert "reached" in answer.text
