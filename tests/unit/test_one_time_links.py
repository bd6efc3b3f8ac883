"""One-time sign-in links."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

import config
from accounts import one_time_links, user_admin, users
from db.engine import transaction
from db.tables import OneTimeLink, Role


@pytest.fixture
def ada(settings):
    return users.create_user("ada", "correct horse battery", Role.ANALYST)


def test_a_link_is_good_once(ada):
    token = one_time_links.create_link_token("ada")
    assert one_time_links.redeem_link(token) == ada
    assert one_time_links.redeem_link(token) is None


def test_of_many_at_once_one_gets_in(ada):
    token = one_time_links.create_link_token("ada")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one_time_links.redeem_link, [token] * 8))
    assert answers.count(ada) == 1


def test_a_link_expires(ada, settings):
    config.override_settings(settings.model_copy(update={"link_lifetime": timedelta(seconds=-1)}))
    assert one_time_links.redeem_link(one_time_links.create_link_token("ada")) is None


def test_unknown_tokens_and_users(ada):
    assert one_time_links.redeem_link("") is None
    assert one_time_links.redeem_link("guess") is None
    with pytest.raises(users.UnknownUserError, match="'eve'"):
        one_time_links.create_link_token("eve")


def test_a_disabled_owner_stays_out(ada):
    token = one_time_links.create_link_token("ada")
    user_admin.disable_user(None, users.require_principal("ada").id)
    assert one_time_links.redeem_link(token) is None


def test_the_token_itself_is_not_stored(ada):
    token = one_time_links.create_link_token("ada")
    with transaction() as work:
        assert token not in repr(work.exec(select(OneTimeLink)).one())
