"""People and where mail for them goes."""

import pytest

from accounts import passwords, user_admin, users
from accounts.users import BadEmailError, EmailTakenError
from db.engine import transaction
from db.tables import Role


@pytest.fixture
def ada(settings):
    return users.create_user("ada", "correct horse battery", Role.ANALYST)


def test_who_has_an_address_is_found_however_it_is_written(ada):
    users.set_email("ada", "Ada@Example.org")
    assert users.find_by_email(" ada@example.ORG ") == ada
    assert users.get_email(ada.id) == "Ada@Example.org"
    user_admin.disable_user(None, users.require_principal("ada").id)
    assert users.find_by_email("ada@example.org") is None


def test_an_address_has_one_user(ada):
    users.create_user("eve", None, Role.VIEWER)
    users.set_email("ada", "ada@example.org")
    users.set_email("ada", "ADA@example.org")
    with pytest.raises(EmailTakenError):
        users.set_email("eve", "ada@example.org")
    users.set_email("ada", None)
    users.set_email("eve", "ada@example.org")
    assert users.find_by_email("ada@example.org").name == "eve"


@pytest.mark.parametrize(
    "email", ["", "ada", "a@b@c", "a b@c", "a@b\nBcc: c@d", "ada <a@b>", "a@b, c@d", "x@" * 200]
)
def test_what_is_no_address_is_refused(ada, email):
    with pytest.raises(BadEmailError):
        users.set_email("ada", email)


def test_addresses_are_sealed(ada):
    users.set_email("ada", "ada@example.org")
    with transaction() as work:
        raw = str(work.connection().exec_driver_sql("SELECT * FROM users").all())
    assert "example.org" not in raw


def test_nobody_signs_in_without_a_password(settings):
    users.create_user("eve", None, Role.VIEWER)
    assert users.authenticate_user("eve", "") is None
    assert users.authenticate_user("eve", "correct horse battery") is None


def test_no_way_to_a_password_that_is_guessed(ada):
    with pytest.raises(passwords.WeakPasswordError):
        users.set_password("ada", "password1234")
    with pytest.raises(passwords.WeakPasswordError):
        users.create_user("eve", "evelyn", Role.VIEWER)
    assert users.authenticate_user("ada", "correct horse battery") == ada
