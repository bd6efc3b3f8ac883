"""What a first start makes up."""

import stat

import pytest

from accounts import first_run, sessions, users
from accounts.sessions import Browser
from db.tables import Role


def get_file_mode(file):
    return stat.S_IMODE(file.stat().st_mode)


def test_the_first_start_creates_the_admin(settings):
    assert first_run.ensure_admin(settings.data) == "admin"
    file = first_run.get_password_file(settings.data)
    assert get_file_mode(file) == 0o600
    admin = users.authenticate_user("admin", file.read_text().strip())
    assert admin.role is Role.ADMIN


def test_a_later_start_keeps_the_admin(settings):
    first_run.ensure_admin(settings.data)
    users.set_password("admin", "a better password")
    assert first_run.ensure_admin(settings.data)
    admin = users.authenticate_user("admin", "a better password")
    sessions.start_session(admin.id, "password", Browser("127.0.0.1", "a browser"))
    assert not first_run.ensure_admin(settings.data)


def test_a_start_killed_before_the_admin_was_stored_is_taken_up(settings):
    first_run.get_password_file(settings.data).touch(mode=0o600)
    first_run.get_password_file(settings.data).write_text("made-before-the-kill\n")
    first_run.ensure_admin(settings.data)
    assert users.authenticate_user("admin", "made-before-the-kill")


@pytest.mark.parametrize("name", ["root", "Admin"])
def test_an_admin_of_another_name_is_told_how_to_sign_in(settings, name):
    users.create_user("admin" if name == "root" else "ada", None, Role.ANALYST)
    users.create_user(name, None, Role.ADMIN)
    assert first_run.ensure_admin(settings.data) == name
    assert not first_run.get_password_file(settings.data).exists()


@pytest.mark.parametrize("name", ["admin", "ADMIN", "Ａdmin"])
def test_a_start_goes_on_when_the_name_belongs_to_somebody_else(settings, name, capsys):
    users.create_user(name, None, Role.ANALYST)
    assert first_run.ensure_admin(settings.data) is None
    assert "dataxchange accounts role NAME admin" in capsys.readouterr().out
    assert users.require_principal(name).role is Role.ANALYST


def test_an_admin_whom_another_process_creates_meanwhile_is_kept(settings, monkeypatch):
    whole = users.create_user

    def create_first(*arguments):
        whole(*arguments)
        return whole(*arguments)

    monkeypatch.setattr(users, "create_user", create_first)
    assert first_run.ensure_admin(settings.data) == "admin"
