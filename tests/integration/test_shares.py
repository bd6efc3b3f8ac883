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
from datasets.shares import EVERYONE, NotAllowedError, ShareTarget, ShareTerms, UnknownShareError
from db import schema
from db.engine import transaction
from db.keys import key_ring
from db.tables import Dataset, Group, Level, Membership, Resource, Role, SavedView, Share, User
from tests.conftest import temporary_settings
from tests.integration.audit_log import list_entries

PASSWORD = "correct horse battery"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    with temporary_settings(Settings(data=tmp_path, database_url=url)):
        schema.upgrade_schema()
        key_ring.ensure_keys()
        yield


@pytest.fixture
def ada(database):
    return users.create_user("ada", PASSWORD, Role.ANALYST)


@pytest.fixture
def bob(database):
    return users.create_user("bob", PASSWORD, Role.ANALYST)


@pytest.fixture
def adas_dataset(ada):
    """A dataset that Ada owns."""
    with transaction() as work:
        dataset = Dataset(slug="trips", name="Trips", owner_id=ada.id)
        work.add(dataset)
    return dataset.id


def get_level(person, id_):
    return shares.get_level(person, Resource.DATASET, id_)


def test_owners_and_admins_manage_and_nobody_else_sees(adas_dataset, ada, bob):
    admin = users.create_user("root", PASSWORD, Role.ADMIN)
    assert [get_level(each, adas_dataset) for each in (ada, admin, bob)] == [Level.MANAGE, Level.MANAGE, None]
    assert get_level(admin, adas_dataset + 1) is None


def test_the_highest_of_the_levels_counts(adas_dataset, ada, bob):
    with transaction() as work:
        group = Group(name="team")
        work.add(group)
        work.flush()
        work.add(Membership(user_id=bob.id, group_id=group.id))
    given = [
        (EVERYONE, Level.VIEW),
        (ShareTarget(group_id=group.id), Level.EDIT),
        (ShareTarget(user_id=bob.id), Level.MANAGE),
    ]
    for subject, expected in given:
        shares.grant_share(ada, Resource.DATASET, adas_dataset, subject, ShareTerms(expected))
        assert get_level(bob, adas_dataset) is expected
    for share, _ in reversed(shares.list_shares(ada, Resource.DATASET, adas_dataset)):
        shares.revoke_share(ada, share.id)
    assert get_level(bob, adas_dataset) is None


def test_only_who_manages_shares(adas_dataset, ada, bob):
    give = lambda: shares.grant_share(bob, Resource.DATASET, adas_dataset, EVERYONE, ShareTerms())  # noqa: E731
    with pytest.raises(UnknownShareError):
        give()
    share = shares.grant_share(
        ada, Resource.DATASET, adas_dataset, ShareTarget(user_id=bob.id), ShareTerms(Level.EDIT)
    )
    with pytest.raises(NotAllowedError):
        give()
    with pytest.raises(NotAllowedError):
        shares.revoke_share(bob, share.id)
    shares.change_terms(ada, share.id, ShareTerms(Level.MANAGE))
    give()


@pytest.mark.parametrize("subject", ["everyone", "person"])
def test_of_many_who_share_with_somebody_at_once_one_share_is_left(adas_dataset, ada, bob, subject):
    to = EVERYONE if subject == "everyone" else ShareTarget(user_id=bob.id)
    with ThreadPoolExecutor(4) as pool:
        given = [
            pool.submit(shares.grant_share, ada, Resource.DATASET, adas_dataset, to, ShareTerms())
            for _ in range(8)
        ]
    assert len({each.result().id for each in given}) == 1
    with transaction() as work:
        assert len(work.exec(select(Share)).all()) == 1


def test_what_somebody_owns_goes_on_before_they_leave(adas_dataset, ada, bob):
    assert owners.list_owned(ada.id).datasets == ("Trips",)
    owners.transfer_all(ada, ada.id, bob.id)
    assert (get_level(ada, adas_dataset), get_level(bob, adas_dataset)) == (None, Level.MANAGE)
    with pytest.raises(UnknownOwnerError):
        owners.transfer_all(bob, bob.id, 999)


def test_who_manages_hands_over(adas_dataset, ada, bob):
    with pytest.raises(UnknownShareError):
        owners.transfer_one(bob, Resource.DATASET, adas_dataset, bob.id)
    owners.transfer_one(ada, Resource.DATASET, adas_dataset, bob.id)
    assert get_level(bob, adas_dataset) is Level.MANAGE


def test_the_shares_of_somebody_go_with_them(adas_dataset, ada, bob):
    shares.grant_share(ada, Resource.DATASET, adas_dataset, ShareTarget(user_id=bob.id), ShareTerms())
    with transaction() as work:
        work.delete(work.get_one(User, bob.id))
    assert shares.list_shares(ada, Resource.DATASET, adas_dataset) == []


def test_shares_and_owners_are_recorded_by_name(adas_dataset, ada, bob):
    to_bob = ShareTarget(user_id=bob.id)
    share = shares.grant_share(ada, Resource.DATASET, adas_dataset, to_bob, ShareTerms())
    shares.grant_share(ada, Resource.DATASET, adas_dataset, to_bob, ShareTerms(Level.EDIT))
    shares.revoke_share(ada, share.id)
    shares.grant_as_system(Resource.DATASET, adas_dataset, EVERYONE, ShareTerms())
    owners.transfer_one(ada, Resource.DATASET, adas_dataset, bob.id)
    with transaction() as work:
        work.add(SavedView(name="Late", key="late", dataset_id=adas_dataset, owner_id=bob.id, exploration={}))
    owners.transfer_all(ada, bob.id, ada.id)
    log = [(entry.action, entry.actor, entry.resource_kind, entry.resource_key) for entry in list_entries()]
    assert log == [
        ("share.created", "ada", "dataset", "trips"),
        ("share.changed", "ada", "dataset", "trips"),
        ("share.removed", "ada", "dataset", "trips"),
        ("share.created", "", "dataset", "trips"),
        ("owner.changed", "ada", "dataset", "trips"),
        ("owner.changed", "ada", "dataset", "trips"),
        ("owner.changed", "ada", "view", "late"),
    ]
    known = {"among": "person", "name": "bob", "level": "edit", "rows": "all", "columns": "all", "masked": []}
    assert list_entries()[1].details == known
    assert list_entries()[-1].details == {"before": "bob", "owner": "ada"}


def test_what_is_refused_is_shared_and_recorded_nowhere(adas_dataset, ada, bob):
    with pytest.raises(UnknownOwnerError):
        owners.transfer_one(ada, Resource.DATASET, adas_dataset, 999)
    with pytest.raises(UnknownShareError):
        shares.revoke_share(ada, 999)
    assert list_entries() == []
