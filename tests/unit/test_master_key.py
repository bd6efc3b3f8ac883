"""The master key: made once, private, and what else it can come from."""

import stat
import sys

import pytest

import config
from db.keys import key_ring, master, secret_files
from db.keys.master import LocalKey, MasterKeyError
from db.keys.secret_files import ExposedSecretError
from db.preparation import prepare_database
from db.tables import KeyPurpose


def change_settings(settings, **changes):
    config.override_settings(settings.model_copy(update=changes))


@pytest.fixture
def empty_data_folder(settings, tmp_path):
    """A data folder without a key."""
    change_settings(settings, data=tmp_path)
    return tmp_path


@pytest.fixture
def new_data_folder(empty_data_folder):
    """A data folder with a master key and nothing else."""
    master.ensure_key_file()
    return empty_data_folder


def test_it_is_made_once_and_private(empty_data_folder):
    master.ensure_key_file()
    key = master.get_current_key()
    master.ensure_key_file()
    assert master.get_current_key() == key
    assert stat.S_IMODE((empty_data_folder / "secret-key").stat().st_mode) == 0o600
    assert [file.name for file in empty_data_folder.iterdir() if file.is_file()] == ["secret-key"]


def test_reading_it_never_makes_one(empty_data_folder):
    for act in (master.load_keys, master.get_current_key, master.begin_rotation, master.end_rotation):
        with pytest.raises(MasterKeyError, match="Restore the file from your backup"):
            act()
    assert not (empty_data_folder / "secret-key").exists()


def test_a_lost_one_is_not_replaced(settings):
    """The database holds keys that it wrapped."""
    file = settings.data / "secret-key"
    kept = file.read_text()
    file.unlink()
    with pytest.raises(SystemExit, match=f"there is no file {file}"):
        prepare_database()
    assert not file.exists()
    secret_files.write_secret(file, kept.strip())
    prepare_database()


def test_one_lost_while_the_service_runs_is_not_replaced(settings):
    (settings.data / "secret-key").unlink()
    with pytest.raises(MasterKeyError, match="Restore the file"):
        key_ring.create_key(KeyPurpose.DATA, "flights")
    assert not (settings.data / "secret-key").exists()


def test_another_one_is_told(settings):
    secret_files.write_secret(settings.data / "secret-key", "ab" * 32)
    key_ring.clear_cache()
    with pytest.raises(SystemExit, match="is missing: what it protects can't be read"):
        prepare_database()


def test_an_exposed_file_is_refused(new_data_folder):
    (new_data_folder / "secret-key").chmod(0o644)
    with pytest.raises(ExposedSecretError, match="chmod 600"):
        master.get_current_key()


def test_what_it_wraps_it_unwraps_and_nothing_else_does():
    key, other = LocalKey(b"1" * 32), LocalKey(b"2" * 32)
    wrapped = key.wrap(b"secret")
    assert b"secret" not in wrapped
    assert key.unwrap(wrapped) == b"secret"
    for wrong in (lambda: other.unwrap(wrapped), lambda: key.unwrap(wrapped[:-1] + b"x")):
        with pytest.raises(MasterKeyError, match="altered"):
            wrong()


def test_rotation_keeps_the_old_one_until_its_end(new_data_folder):
    old = master.get_current_key()
    master.begin_rotation()
    assert master.get_current_key() != old
    assert master.get_key(old.id) == old
    master.end_rotation()
    with pytest.raises(MasterKeyError, match=f"{old.id} is missing"):
        master.get_key(old.id)


@pytest.mark.parametrize("content", ["", "short", "g" * 64])
def test_what_is_no_key_is_refused(empty_data_folder, content):
    secret_files.write_secret(empty_data_folder / "secret-key", content or " ")
    with pytest.raises(MasterKeyError, match="64 hexadecimal digits"):
        master.get_current_key()


def test_it_may_come_from_the_environment(settings):
    old, fresh = "1" * 64, "2" * 64
    change_settings(settings, master_key=config.SecretStr(f"{fresh},{old}"))
    assert master.get_current_key() == LocalKey(bytes.fromhex(fresh))
    assert master.get_key(LocalKey(bytes.fromhex(old)).id)
    with pytest.raises(MasterKeyError, match="from outside"):
        master.begin_rotation()


def test_it_may_be_a_key_service(settings, tmp_path):
    service = tmp_path / "service.py"
    service.write_text(
        "import base64, sys\n"
        "content = base64.b64decode(sys.stdin.read())\n"
        "flipped = bytes(byte ^ 0x55 for byte in content)\n"
        "print(base64.b64encode(flipped).decode()) if sys.argv[1] in ('wrap', 'unwrap') else sys.exit(1)\n"
    )
    change_settings(settings, kms_command=f"{sys.executable} {service}")
    key = master.get_current_key()
    assert key.unwrap(key.wrap(b"secret")) == b"secret"


def test_a_key_service_that_fails_says_so(settings):
    change_settings(settings, kms_command="/bin/false")
    with pytest.raises(MasterKeyError, match="did not wrap"):
        master.get_current_key().wrap(b"secret")
