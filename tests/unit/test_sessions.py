"""Sessions: their tokens change, and what is copied or revoked ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

import config
from accounts import sessions, signed_tokens, user_admin, users
from accounts.sessions import Browser, TokenReuseError
from accounts.signed_tokens import Audience, BadTokenError
from db.engine import transaction
from db.keys import key_ring
from db.tables import KeyPurpose, Role, UserSession, utc_now

LOCAL_BROWSER = Browser("192.0.2.7", "a browser")


@pytest.fixture
def ada(settings):
    return users.create_user("ada", "correct horse battery", Role.ANALYST)


@pytest.fixture
def session_tokens(ada):
    return sessions.start_session(ada.id, "password", LOCAL_BROWSER)


def age_sessions(**passed):
    """Let the last renewal of every session have been so long ago."""
    with transaction() as work:
        for own in work.exec(select(UserSession)):
            own.rotated = utc_now() - timedelta(**passed)
            work.add(own)


def assert_session_ended(token):
    with pytest.raises(BadTokenError, match="ended"):
        sessions.authenticate_access_token(token)
    return True


def test_both_tokens_are_the_persons(ada, session_tokens):
    assert sessions.authenticate_access_token(session_tokens.access).name == "ada"
    assert sessions.renew_tokens(session_tokens.refresh, LOCAL_BROWSER)[0].id == ada.id


def test_a_renewed_token_is_followed_by_another(session_tokens):
    _, following = sessions.renew_tokens(session_tokens.refresh, LOCAL_BROWSER)
    assert following.refresh != session_tokens.refresh
    age_sessions(minutes=1)
    assert sessions.renew_tokens(following.refresh, LOCAL_BROWSER)


def test_a_token_that_comes_back_ends_the_session(session_tokens):
    _, stolen = sessions.renew_tokens(session_tokens.refresh, LOCAL_BROWSER)
    age_sessions(minutes=1)
    with pytest.raises(TokenReuseError):
        sessions.renew_tokens(session_tokens.refresh, LOCAL_BROWSER)
    assert assert_session_ended(stolen.access)
    with pytest.raises(BadTokenError, match="ended"):
        sessions.renew_tokens(stolen.refresh, LOCAL_BROWSER)


def test_a_token_two_generations_old_ends_the_session_at_once(session_tokens):
    _, second = sessions.renew_tokens(session_tokens.refresh, LOCAL_BROWSER)
    sessions.renew_tokens(second.refresh, LOCAL_BROWSER)
    with pytest.raises(TokenReuseError):
        sessions.renew_tokens(session_tokens.refresh, LOCAL_BROWSER)


def test_many_requests_at_once_renew_once_and_all_get_in(session_tokens):
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _: sessions.renew_tokens(session_tokens.refresh, LOCAL_BROWSER)[1].refresh, range(8)
            )
        )
    generations = {signed_tokens.decode_token(Audience.REFRESH, token)["gen"] for token in answers}
    assert generations == {1}


def test_an_unused_session_ends(session_tokens, settings):
    age_sessions(hours=5)
    assert assert_session_ended(session_tokens.access)


def test_ending_one_leaves_the_others(ada, session_tokens):
    other = sessions.start_session(ada.id, "password", LOCAL_BROWSER)
    assert len(sessions.list_active_sessions(ada.id)) == 2
    sessions.end_session(signed_tokens.decode_token(Audience.ACCESS, session_tokens.access)["jti"])
    assert assert_session_ended(session_tokens.access)
    assert sessions.authenticate_access_token(other.access)
    sessions.end_user_sessions(ada.id)
    assert assert_session_ended(other.access)
    assert sessions.list_active_sessions(ada.id) == []


def test_a_disabled_person_is_out(ada, session_tokens):
    user_admin.disable_user(None, users.require_principal("ada").id)
    assert assert_session_ended(session_tokens.access)


def test_a_rotated_signing_key_signs_nobody_out(session_tokens):
    key_ring.rotate_key(KeyPurpose.SIGN)
    assert sessions.authenticate_access_token(session_tokens.access)
    assert sessions.renew_tokens(session_tokens.refresh, LOCAL_BROWSER)


def test_where_a_session_is_from_is_sealed(session_tokens):
    with transaction() as work:
        raw = str(work.connection().exec_driver_sql("SELECT * FROM sessions").all())
        assert work.exec(select(UserSession)).one().address == LOCAL_BROWSER.address
    assert LOCAL_BROWSER.address not in raw
    assert LOCAL_BROWSER.agent not in raw


def test_sessions_long_over_are_deleted(session_tokens):
    sessions.delete_old_sessions(utc_now() - timedelta(days=1))
    assert sessions.authenticate_access_token(session_tokens.access)
    sessions.delete_old_sessions(utc_now() + timedelta(days=1))
    assert assert_session_ended(session_tokens.access)


def test_nothing_outlives_its_lifetime(ada, settings):
    config.override_settings(settings.model_copy(update={"session_lifetime": timedelta(seconds=-1)}))
    late = sessions.start_session(ada.id, "password", LOCAL_BROWSER)
    for read, token in (
        (sessions.authenticate_access_token, late.access),
        (lambda t: sessions.renew_tokens(t, LOCAL_BROWSER), late.refresh),
    ):
        with pytest.raises(BadTokenError):
            read(token)
