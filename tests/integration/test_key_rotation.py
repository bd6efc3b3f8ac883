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
from db.engine import transaction
from db.keys import key_ring, master, rotation
from db.keys.master import MasterKeyError
from db.tables import Key, KeyPurpose, Role, User, utc_now
from tests.conftest import temporary_settings

PERSON_COUNT = 7
ADDRESSES = {f"{number}@example.org" for number in range(1, PERSON_COUNT + 1)}
LOCAL_BROWSER = Browser("192.0.2.7", "a browser")


class SimulatedKill(BaseException):
    """What ends a run half way."""


@pytest.fixture(params=["sqlite", "postgresql"])
def people(request, tmp_path, monkeypatch):
    """Some people with addresses, in a new database of each kind."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    with temporary_settings(Settings(data=tmp_path, database_url=url)):
        schema.upgrade_schema()
        key_ring.ensure_keys()
        monkeypatch.setattr(key_ring, "REFRESH_SECONDS", 0.0)
        monkeypatch.setattr(rotation, "BATCH", 2)
        found = [users.create_user(f"user {number}", None, Role.VIEWER) for number in range(PERSON_COUNT)]
        for person in found:
            users.set_email(person.name, f"{person.id}@example.org")
        yield found


def list_sealing_keys():
    """The ids of the keys that addresses are sealed under."""
    with transaction() as work:
        rows = work.connection().exec_driver_sql("SELECT email FROM users").scalars().all()
    return {row.partition(":")[0] for row in rows}


def are_addresses_readable():
    key_ring.clear_cache()
    with transaction() as work:
        return {user.email for user in work.exec(select(User))} == ADDRESSES


def kill_after(monkeypatch, module, name, calls):
    whole, made = getattr(module, name), []

    def run_or_kill(*arguments):
        made.append(arguments)
        if len(made) > calls:
            raise SimulatedKill
        return whole(*arguments)

    monkeypatch.setattr(module, name, run_or_kill)


def test_everything_is_encrypted_again(people):
    before = list_sealing_keys()
    held = sessions.start_session(people[0].id, "password", LOCAL_BROWSER)
    assert rotation.rotate_keys() == PERSON_COUNT + 2  # and where the session is from
    assert list_sealing_keys() == {key_ring.get_current_key(KeyPurpose.SEAL).id} != before
    assert are_addresses_readable()
    assert sessions.authenticate_access_token(held.access)
    assert users.find_by_email("1@example.org") == people[0]


def test_a_killed_run_is_finished_by_the_next(people, monkeypatch):
    with monkeypatch.context() as patched:
        kill_after(patched, rotation, "_reencrypt_batch", 2)
        with pytest.raises(SimulatedKill):
            rotation.rotate_keys()
    half = list_sealing_keys()
    assert len(half) == 2
    assert are_addresses_readable()
    current = key_ring.get_current_key(KeyPurpose.SEAL).id
    assert 0 < rotation.rotate_keys() < PERSON_COUNT
    assert list_sealing_keys() == {current}
    assert are_addresses_readable()


def test_what_changes_meanwhile_is_not_lost(people):
    key_ring.rotate_key(KeyPurpose.SEAL)
    changes = list(rotation._reencrypt_statements(PERSON_COUNT))
    users.set_email("user 0", "new@example.org")
    with transaction() as work:
        for change in changes:
            work.execute(change)
    assert users.get_email(people[0].id) == "new@example.org"


def test_a_token_of_a_retired_key_is_from_before(people, monkeypatch):
    monkeypatch.setattr(signed_tokens, "RETIRED_KEY_GRACE", 60)
    old = key_ring.get_current_key(KeyPurpose.SIGN)
    before = signed_tokens.issue_token(Audience.ACCESS, "x", utc_now() + timedelta(hours=1))
    key_ring.rotate_key(KeyPurpose.SIGN)
    monkeypatch.setattr(key_ring, "get_current_key", lambda _purpose: old)
    late = signed_tokens.issue_token(Audience.ACCESS, "x", utc_now() + timedelta(hours=1))
    monkeypatch.setattr(signed_tokens, "utc_now", lambda: utc_now() + timedelta(minutes=2))
    stolen = signed_tokens.issue_token(Audience.ACCESS, "x", utc_now() + timedelta(hours=1))
    assert signed_tokens.decode_token(Audience.ACCESS, before)
    assert signed_tokens.decode_token(Audience.ACCESS, late)
    with pytest.raises(BadTokenError):
        signed_tokens.decode_token(Audience.ACCESS, stolen)


def test_the_master_key_changes(people):
    before = master.load_keys()
    assert rotation.rotate_master_key() == len(key_ring.REQUIRED_PURPOSES)
    after = master.load_keys()
    assert len(after) == 1
    assert after != before
    assert are_addresses_readable()


@pytest.mark.parametrize("calls", [0, 1, 3])
def test_a_killed_change_of_the_master_key_is_finished(people, monkeypatch, calls):
    with monkeypatch.context() as patched:
        kill_after(patched, master.LocalKey, "wrap", calls)
        with pytest.raises(SimulatedKill):
            rotation.rotate_master_key()
    assert are_addresses_readable()
    new = master.get_current_key()
    assert rotation.rotate_master_key() == len(key_ring.REQUIRED_PURPOSES) - calls
    assert master.load_keys() == [new]
    assert are_addresses_readable()


def test_a_key_made_with_a_master_key_that_has_just_gone_stays_readable(people, monkeypatch):
    with monkeypatch.context() as patched:
        old = master.get_current_key()
        patched.setattr(master, "get_current_key", lambda: old)
        rotation.rotate_master_key()
        made = key_ring.create_key(KeyPurpose.DATA, "flights")
    key_ring.clear_cache()
    assert key_ring.get_key(made.id).secret == made.secret


def test_a_master_key_from_outside_is_changed_there(people, monkeypatch):
    old, new = master.get_current_key(), "ab" * 32
    outside = config.get_settings().model_copy(update={"master_key": config.SecretStr(old.secret.hex())})
    before = config.override_settings(outside)
    with pytest.raises(MasterKeyError, match="comes from outside"):
        rotation.rotate_master_key()
    both = config.SecretStr(f"{new},{old.secret.hex()}")
    config.override_settings(outside.model_copy(update={"master_key": both}))
    assert rotation.rotate_master_key() == len(key_ring.REQUIRED_PURPOSES)
    config.override_settings(outside.model_copy(update={"master_key": config.SecretStr(new)}))
    assert are_addresses_readable()
    with transaction() as work:
        assert len(set(work.exec(select(Key.master)))) == 1
    config.override_settings(before)
