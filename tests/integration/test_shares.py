"""Shares and owners, on SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from accounts import users
from config import Settings
from datasets import shares
from datasets.access import owners
from datasets.access.owners import UnknownOwnerError
from datasets.shares import EVERYONE, NotAllowedError, Subject, Terms, UnknownShareError
from db import schema
from db.engine import session
from db.keys import key_ring
from db.tables import Dataset, Group, Level, Membership, Resource, Role, SavedView, Share, User
from tests.conftest import using
from tests.integration.audit_log import entries

PASSWORD = "correct horse battery"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    with using(Settings(data=tmp_path, database_url=url)):
        schema.upgrade()
        key_ring.ensure()
        yield


@pytest.fixture
def ada(database):
    return users.create("ada", PASSWORD, Role.ANALYST)


@pytest.fixture
def bob(database):
    return users.create("bob", PASSWORD, Role.ANALYST)


@pytest.fixture
def theirs(ada):
    """A dataset that Ada owns."""
    with session() as work:
        dataset = Dataset(slug="trips", name="Trips", owner_id=ada.id)
        work.add(dataset)
    return dataset.id


def level(person, id_):
    return shares.level(person, Resource.DATASET, id_)


def test_owners_and_admins_manage_and_nobody_else_sees(theirs, ada, bob):
    admin = users.create("root", PASSWORD, Role.ADMIN)
    assert [level(each, theirs) for each in (ada, admin, bob)] == [Level.MANAGE, Level.MANAGE, None]
    assert level(admin, theirs + 1) is None


def test_the_highest_of_the_levels_counts(theirs, ada, bob):
    with session() as work:
        group = Group(name="team")
        work.add(group)
        work.flush()
        work.add(Membership(user_id=bob.id, group_id=group.id))
    given = [
        (EVERYONE, Level.VIEW),
        (Subject(group_id=group.id), Level.EDIT),
        (Subject(user_id=bob.id), Level.MANAGE),
    ]
    for subject, expected in given:
        shares.give(ada, Resource.DATASET, theirs, subject, Terms(expected))
        assert level(bob, theirs) is expected
    for share, _ in reversed(shares.of(ada, Resource.DATASET, theirs)):
        shares.take(ada, share.id)
    assert level(bob, theirs) is None


def test_only_who_manages_shares(theirs, ada, bob):
    give = lambda: shares.give(bob, Resource.DATASET, theirs, EVERYONE, Terms())  # noqa: E731
    with pytest.raises(UnknownShareError):
        give()
    share = shares.give(ada, Resource.DATASET, theirs, Subject(user_id=bob.id), Terms(Level.EDIT))
    with pytest.raises(NotAllowedError):
        give()
    with pytest.raises(NotAllowedError):
        shares.take(bob, share.id)
    shares.change(ada, share.id, Terms(Level.MANAGE))
    give()


@pytest.mark.parametrize("subject", ["everyone", "person"])
def test_of_many_who_share_with_somebody_at_once_one_share_is_left(theirs, ada, bob, subject):
    to = EVERYONE if subject == "everyone" else Subject(user_id=bob.id)
    with ThreadPoolExecutor(4) as pool:
        given = [pool.submit(shares.give, ada, Resource.DATASET, theirs, to, Terms()) for _ in range(8)]
    assert len({each.result().id for each in given}) == 1
    with session() as work:
        assert len(work.exec(select(Share)).all()) == 1


def test_what_somebody_owns_goes_on_before_they_leave(theirs, ada, bob):
    assert owners.owned(ada.id).datasets == ("Trips",)
    owners.transfer(ada, ada.id, bob.id)
    assert (level(ada, theirs), level(bob, theirs)) == (None, Level.MANAGE)
    with pytest.raises(UnknownOwnerError):
        owners.transfer(bob, bob.id, 999)


def test_who_manages_hands_over(theirs, ada, bob):
    with pytest.raises(UnknownShareError):
        owners.hand_over(bob, Resource.DATASET, theirs, bob.id)
    owners.hand_over(ada, Resource.DATASET, theirs, bob.id)
    assert level(bob, theirs) is Level.MANAGE


def test_the_shares_of_somebody_go_with_them(theirs, ada, bob):
    shares.give(ada, Resource.DATASET, theirs, Subject(user_id=bob.id), Terms())
    with session() as work:
        work.delete(work.get_one(User, bob.id))
    assert shares.of(ada, Resource.DATASET, theirs) == []


def test_shares_and_owners_are_recorded_by_name(theirs, ada, bob):
    to_bob = Subject(user_id=bob.id)
    share = shares.give(ada, Resource.DATASET, theirs, to_bob, Terms())
    shares.give(ada, Resource.DATASET, theirs, to_bob, Terms(Level.EDIT))
    shares.take(ada, share.id)
    shares.put(Resource.DATASET, theirs, EVERYONE, Terms())
    owners.hand_over(ada, Resource.DATASET, theirs, bob.id)
    with session() as work:
        work.add(SavedView(name="Late", key="late", dataset_id=theirs, owner_id=bob.id, exploration={}))
    owners.transfer(ada, bob.id, ada.id)
    log = [(entry.action, entry.actor, entry.resource_kind, entry.resource_key) for entry in entries()]
    assert log == [
        ("share.created", "ada", "dataset", "trips"),
        ("share.changed", "ada", "dataset", "trips"),
        ("share.removed", "ada", "dataset", "trips"),
        ("share.created", "", "dataset", "trips"),
        ("owner.changed", "ada", "dataset", "trips"),
        ("owner.changed", "ada", "dataset", "trips"),
        ("owner.changed", "ada", "view", "late"),
    ]
    known = {"among": "person", "name": "bob", "level": "edit", "rows": "all", "masked": []}
    assert entries()[1].details == known
    assert entries()[-1].details == {"before": "bob", "owner": "ada"}


def test_what_is_refused_is_shared_and_recorded_nowhere(theirs, ada, bob):
    with pytest.raises(UnknownOwnerError):
        owners.hand_over(ada, Resource.DATASET, theirs, 999)
    with pytest.raises(UnknownShareError):
        shares.take(ada, 999)
    assert entries() == []
