"""One-time sign-in links."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

import config
from accounts import one_time_links, user_admin, users
from db.engine import session
from db.tables import OneTimeLink, Role


@pytest.fixture
def ada(settings):
    return users.create("ada", "correct horse battery", Role.ANALYST)


def test_a_link_is_good_once(ada):
    token = one_time_links.issue("ada")
    assert one_time_links.redeem(token) == ada
    assert one_time_links.redeem(token) is None


def test_of_many_at_once_one_gets_in(ada):
    token = one_time_links.issue("ada")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one_time_links.redeem, [token] * 8))
    assert answers.count(ada) == 1


def test_a_link_expires(ada, settings):
    config.use(settings.model_copy(update={"link_lifetime": timedelta(seconds=-1)}))
    assert one_time_links.redeem(one_time_links.issue("ada")) is None


def test_unknown_tokens_and_users(ada):
    assert one_time_links.redeem("") is None
    assert one_time_links.redeem("guess") is None
    with pytest.raises(users.UnknownUserError, match="'eve'"):
        one_time_links.issue("eve")


def test_a_disabled_owner_stays_out(ada):
    token = one_time_links.issue("ada")
    user_admin.disable(None, users.require("ada").id)
    assert one_time_links.redeem(token) is None


def test_the_token_itself_is_not_stored(ada):
    token = one_time_links.issue("ada")
    with session() as work:
        assert token not in repr(work.exec(select(OneTimeLink)).one())
