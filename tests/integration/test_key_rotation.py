"""Keys change while the service runs; whatever ends the change half way, a second run finishes it."""

from datetime import timedelta

import pytest
from sqlmodel import select

import config
from accounts import sessions, signed_tokens, users
from accounts.sessions import Browser
from accounts.signed_tokens import Audience, BadTokenError
from config import Settings
from db import schema
from db.engine import session
from db.keys import key_ring, master, rotation
from db.keys.master import MasterKeyError
from db.tables import Key, KeyPurpose, Role, User, now
from tests.conftest import using

PEOPLE = 7
ADDRESSES = {f"{number}@example.org" for number in range(1, PEOPLE + 1)}
HERE = Browser("192.0.2.7", "a browser")


class Killed(BaseException):
    """What ends a run half way."""


@pytest.fixture(params=["sqlite", "postgresql"])
def people(request, tmp_path, monkeypatch):
    """Some people with addresses, in a new database of each kind."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    with using(Settings(data=tmp_path, database_url=url)):
        schema.upgrade()
        key_ring.ensure()
        monkeypatch.setattr(key_ring, "FRESH", 0.0)
        monkeypatch.setattr(rotation, "BATCH", 2)
        found = [users.create(f"user {number}", None, Role.VIEWER) for number in range(PEOPLE)]
        for person in found:
            users.set_email(person.name, f"{person.id}@example.org")
        yield found


def sealing_keys():
    """The ids of the keys that addresses are sealed under."""
    with session() as work:
        rows = work.connection().exec_driver_sql("SELECT email FROM users").scalars().all()
    return {row.partition(":")[0] for row in rows}


def readable():
    key_ring.forget()
    with session() as work:
        return {user.email for user in work.exec(select(User))} == ADDRESSES


def kill_after(monkeypatch, module, name, calls):
    whole, made = getattr(module, name), []

    def some(*arguments):
        made.append(arguments)
        if len(made) > calls:
            raise Killed
        return whole(*arguments)

    monkeypatch.setattr(module, name, some)


def test_everything_is_sealed_anew(people):
    before = sealing_keys()
    held = sessions.begin(people[0].id, "password", HERE)
    assert rotation.rotate() == PEOPLE + 2  # and where the session is from
    assert sealing_keys() == {key_ring.current(KeyPurpose.SEAL).id} != before
    assert readable()
    assert sessions.of_access(held.access)
    assert users.of_email("1@example.org") == people[0]


def test_a_killed_run_is_finished_by_the_next(people, monkeypatch):
    with monkeypatch.context() as patched:
        kill_after(patched, rotation, "_reseal_batch", 2)
        with pytest.raises(Killed):
            rotation.rotate()
    half = sealing_keys()
    assert len(half) == 2
    assert readable()
    current = key_ring.current(KeyPurpose.SEAL).id
    assert 0 < rotation.rotate() < PEOPLE
    assert sealing_keys() == {current}
    assert readable()


def test_what_changes_meanwhile_is_not_lost(people):
    key_ring.rotate(KeyPurpose.SEAL)
    changes = list(rotation._stale(PEOPLE))
    users.set_email("user 0", "new@example.org")
    with session() as work:
        for change in changes:
            work.execute(change)
    assert users.email_of(people[0].id) == "new@example.org"


def test_a_token_of_a_retired_key_is_from_before(people, monkeypatch):
    monkeypatch.setattr(signed_tokens, "LATE", 60)
    old = key_ring.current(KeyPurpose.SIGN)
    before = signed_tokens.issue(Audience.ACCESS, "x", now() + timedelta(hours=1))
    key_ring.rotate(KeyPurpose.SIGN)
    monkeypatch.setattr(key_ring, "current", lambda _purpose: old)
    late = signed_tokens.issue(Audience.ACCESS, "x", now() + timedelta(hours=1))
    monkeypatch.setattr(signed_tokens, "now", lambda: now() + timedelta(minutes=2))
    stolen = signed_tokens.issue(Audience.ACCESS, "x", now() + timedelta(hours=1))
    assert signed_tokens.read(Audience.ACCESS, before)
    assert signed_tokens.read(Audience.ACCESS, late)
    with pytest.raises(BadTokenError):
        signed_tokens.read(Audience.ACCESS, stolen)


def test_the_master_key_changes(people):
    before = master.keys()
    assert rotation.rotate_master() == len(key_ring.EVERYDAY)
    after = master.keys()
    assert len(after) == 1
    assert after != before
    assert readable()


@pytest.mark.parametrize("calls", [0, 1, 3])
def test_a_killed_change_of_the_master_key_is_finished(people, monkeypatch, calls):
    with monkeypatch.context() as patched:
        kill_after(patched, master.LocalKey, "wrap", calls)
        with pytest.raises(Killed):
            rotation.rotate_master()
    assert readable()
    new = master.current()
    assert rotation.rotate_master() == len(key_ring.EVERYDAY) - calls
    assert master.keys() == [new]
    assert readable()


def test_a_key_made_with_a_master_key_that_has_just_gone_stays_readable(people, monkeypatch):
    with monkeypatch.context() as patched:
        old = master.current()
        patched.setattr(master, "current", lambda: old)
        rotation.rotate_master()
        made = key_ring.new(KeyPurpose.DATA, "flights")
    key_ring.forget()
    assert key_ring.get(made.id).secret == made.secret


def test_a_master_key_from_outside_is_changed_there(people, monkeypatch):
    old, new = master.current(), "ab" * 32
    outside = config.settings().model_copy(update={"master_key": config.SecretStr(old.secret.hex())})
    before = config.use(outside)
    with pytest.raises(MasterKeyError, match="comes from outside"):
        rotation.rotate_master()
    both = config.SecretStr(f"{new},{old.secret.hex()}")
    config.use(outside.model_copy(update={"master_key": both}))
    assert rotation.rotate_master() == len(key_ring.EVERYDAY)
    config.use(outside.model_copy(update={"master_key": config.SecretStr(new)}))
    assert readable()
    with session() as work:
        assert len(set(work.exec(select(Key.master)))) == 1
    config.use(before)
