"""Sessions: their tokens change, and what is copied or revoked ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

import config
from accounts import sessions, signed_tokens, user_admin, users
from accounts.sessions import Browser, ReusedError
from accounts.signed_tokens import Audience, BadTokenError
from db.engine import session
from db.keys import key_ring
from db.tables import KeyPurpose, Role, UserSession, now

HERE = Browser("192.0.2.7", "a browser")


@pytest.fixture
def ada(settings):
    return users.create("ada", "correct horse battery", Role.ANALYST)


@pytest.fixture
def held(ada):
    return sessions.begin(ada.id, "password", HERE)


def later(**passed):
    """Let the last renewal of every session have been so long ago."""
    with session() as work:
        for own in work.exec(select(UserSession)):
            own.rotated = now() - timedelta(**passed)
            work.add(own)


def ended(token):
    with pytest.raises(BadTokenError, match="ended"):
        sessions.of_access(token)
    return True


def test_both_tokens_are_the_persons(ada, held):
    assert sessions.of_access(held.access).name == "ada"
    assert sessions.renew(held.refresh, HERE)[0].id == ada.id


def test_a_renewed_token_is_followed_by_another(held):
    _, following = sessions.renew(held.refresh, HERE)
    assert following.refresh != held.refresh
    later(minutes=1)
    assert sessions.renew(following.refresh, HERE)


def test_a_token_that_comes_back_ends_the_session(held):
    _, stolen = sessions.renew(held.refresh, HERE)
    later(minutes=1)
    with pytest.raises(ReusedError):
        sessions.renew(held.refresh, HERE)
    assert ended(stolen.access)
    with pytest.raises(BadTokenError, match="ended"):
        sessions.renew(stolen.refresh, HERE)


def test_a_token_two_generations_old_ends_the_session_at_once(held):
    _, second = sessions.renew(held.refresh, HERE)
    sessions.renew(second.refresh, HERE)
    with pytest.raises(ReusedError):
        sessions.renew(held.refresh, HERE)


def test_many_requests_at_once_renew_once_and_all_get_in(held):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: sessions.renew(held.refresh, HERE)[1].refresh, range(8)))
    generations = {signed_tokens.read(Audience.REFRESH, token)["gen"] for token in answers}
    assert generations == {1}


def test_an_unused_session_ends(held, settings):
    later(hours=5)
    assert ended(held.access)


def test_ending_one_leaves_the_others(ada, held):
    other = sessions.begin(ada.id, "password", HERE)
    assert len(sessions.alive(ada.id)) == 2
    sessions.end(signed_tokens.read(Audience.ACCESS, held.access)["jti"])
    assert ended(held.access)
    assert sessions.of_access(other.access)
    sessions.end_all(ada.id)
    assert ended(other.access)
    assert sessions.alive(ada.id) == []


def test_a_disabled_person_is_out(ada, held):
    user_admin.disable(None, users.require("ada").id)
    assert ended(held.access)


def test_a_rotated_signing_key_signs_nobody_out(held):
    key_ring.rotate(KeyPurpose.SIGN)
    assert sessions.of_access(held.access)
    assert sessions.renew(held.refresh, HERE)


def test_where_a_session_is_from_is_sealed(held):
    with session() as work:
        raw = str(work.connection().exec_driver_sql("SELECT * FROM sessions").all())
        assert work.exec(select(UserSession)).one().address == HERE.address
    assert HERE.address not in raw
    assert HERE.agent not in raw


def test_what_is_long_over_is_forgotten(held):
    sessions.forget(now() - timedelta(days=1))
    assert sessions.of_access(held.access)
    sessions.forget(now() + timedelta(days=1))
    assert ended(held.access)


def test_nothing_outlives_its_lifetime(ada, settings):
    config.use(settings.model_copy(update={"session_lifetime": timedelta(seconds=-1)}))
    late = sessions.begin(ada.id, "password", HERE)
    for read, token in ((sessions.of_access, late.access), (lambda t: sessions.renew(t, HERE), late.refresh)):
        with pytest.raises(BadTokenError):
            read(token)
