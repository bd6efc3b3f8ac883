"""What a first start makes up."""

import stat

from accounts import first_run, sessions, users
from accounts.sessions import Browser
from db.tables import Role


def get_file_mode(file):
    return stat.S_IMODE(file.stat().st_mode)


def test_the_first_start_creates_the_admin(settings):
    assert first_run.ensure_admin(settings.data)
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
