"""The master key: made once, private, and what else it can come from."""

import stat
import sys

import pytest

import config
from db.keys import master, secret_files
from db.keys.master import LocalKey, MasterKeyError
from db.keys.secret_files import ExposedSecretError


def use(settings, **changes):
    config.use(settings.model_copy(update=changes))


@pytest.fixture
def elsewhere(settings, tmp_path):
    """A data folder without a key."""
    use(settings, data=tmp_path)
    return tmp_path


def test_it_is_made_once_and_private(elsewhere):
    key = master.current()
    assert master.current() == key
    assert stat.S_IMODE((elsewhere / "secret-key").stat().st_mode) == 0o600
    assert [file.name for file in elsewhere.iterdir() if file.is_file()] == ["secret-key"]


def test_an_exposed_file_is_refused(elsewhere):
    master.current()
    (elsewhere / "secret-key").chmod(0o644)
    with pytest.raises(ExposedSecretError, match="chmod 600"):
        master.current()


def test_what_it_wraps_it_unwraps_and_nothing_else_does():
    key, other = LocalKey(b"1" * 32), LocalKey(b"2" * 32)
    wrapped = key.wrap(b"secret")
    assert b"secret" not in wrapped
    assert key.unwrap(wrapped) == b"secret"
    for wrong in (lambda: other.unwrap(wrapped), lambda: key.unwrap(wrapped[:-1] + b"x")):
        with pytest.raises(MasterKeyError, match="altered"):
            wrong()


def test_rotation_keeps_the_old_one_until_its_end(elsewhere):
    old = master.current()
    master.begin_rotation()
    assert master.current() != old
    assert master.of(old.id) == old
    master.end_rotation()
    with pytest.raises(MasterKeyError, match=f"{old.id} is missing"):
        master.of(old.id)


@pytest.mark.parametrize("content", ["", "short", "g" * 64])
def test_what_is_no_key_is_refused(elsewhere, content):
    secret_files.replace(elsewhere / "secret-key", content or " ")
    with pytest.raises(MasterKeyError, match="64 hexadecimal digits"):
        master.current()


def test_it_may_come_from_the_environment(settings):
    old, fresh = "1" * 64, "2" * 64
    use(settings, master_key=config.SecretStr(f"{fresh},{old}"))
    assert master.current() == LocalKey(bytes.fromhex(fresh))
    assert master.of(LocalKey(bytes.fromhex(old)).id)
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
    use(settings, kms_command=f"{sys.executable} {service}")
    key = master.current()
    assert key.unwrap(key.wrap(b"secret")) == b"secret"


def test_a_key_service_that_fails_says_so(settings):
    use(settings, kms_command="/bin/false")
    with pytest.raises(MasterKeyError, match="did not wrap"):
        master.current().wrap(b"secret")
