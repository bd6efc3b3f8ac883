"""What a first start makes up."""

import stat

import pytest

from accounts import secrets, users
from accounts.secrets import ExposedSecretError
from db.tables import Role


def mode(file):
    return stat.S_IMODE(file.stat().st_mode)


def test_the_signing_key_is_made_once_and_private(tmp_path):
    key = secrets.signing_key(tmp_path)
    assert len(key) == 64
    assert secrets.signing_key(tmp_path) == key
    assert mode(tmp_path / "secret-key") == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]


def test_two_installations_have_two_keys(tmp_path):
    (tmp_path / "other").mkdir()
    assert secrets.signing_key(tmp_path) != secrets.signing_key(tmp_path / "other")


def test_an_exposed_key_is_refused(tmp_path):
    secrets.signing_key(tmp_path)
    (tmp_path / "secret-key").chmod(0o644)
    with pytest.raises(ExposedSecretError, match="chmod 600"):
        secrets.signing_key(tmp_path)


def test_the_first_start_creates_the_admin(settings):
    assert secrets.ensure_admin(settings.data)
    file = secrets.password_file(settings.data)
    assert mode(file) == 0o600
    admin = users.of_password("admin", file.read_text().strip())
    assert admin.role is Role.ADMIN


def test_a_later_start_keeps_the_admin(settings):
    secrets.ensure_admin(settings.data)
    users.set_password("admin", "a better password")
    assert secrets.ensure_admin(settings.data)
    users.signed_in(users.of_password("admin", "a better password"))
    assert not secrets.ensure_admin(settings.data)


def test_a_start_killed_before_the_admin_was_stored_is_taken_up(settings):
    secrets.password_file(settings.data).touch(mode=0o600)
    secrets.password_file(settings.data).write_text("made-before-the-kill\n")
    secrets.ensure_admin(settings.data)
    assert users.of_password("admin", "made-before-the-kill")
