"""What signing in asks of the database: each row once, by few statements."""

import re
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from accounts import users
from db.engine import get_engine
from db.tables import Role
from tests.integration.signin_forms import (
    PASSWORD,
    enable_authenticator,
    get_csrf_token,
    is_signed_in,
    sign_in_with_password,
)

USER_ROW = re.compile(r"^SELECT .*\busers\.password_hash\b", re.DOTALL)


@contextmanager
def recorded_statements():
    statements = []

    def record(_connection, _cursor, statement, _parameters, _context, _many):
        statements.append(statement)

    engine = get_engine()
    sa.event.listen(engine, "before_cursor_execute", record)
    yield statements
    sa.event.remove(engine, "before_cursor_execute", record)


def count_user_rows(statements):
    return sum(bool(USER_ROW.search(statement)) for statement in statements)


@pytest.fixture
def ada(app):
    return users.create_user("ada", PASSWORD, Role.ANALYST)


@pytest.fixture
def signin_page(client, ada):
    """The form, opened; what the first request of a process loads is loaded."""
    assert sign_in_with_password(client, password="wrong").status_code == 401
    return client.get("/signin")


def post_password(client, page, password):
    fields = {"name": "ada", "password": password, "csrf_token": get_csrf_token(page)}
    return client.post("/signin", data=fields)


def test_the_right_password_takes_ten_statements_and_one_user_row(client, signin_page):
    with recorded_statements() as statements:
        assert post_password(client, signin_page, PASSWORD).status_code == 302
    assert is_signed_in(client)
    assert len(statements) <= 10, statements
    assert count_user_rows(statements) == 1


def test_a_wrong_password_loads_the_user_once(client, signin_page):
    with recorded_statements() as statements:
        assert post_password(client, signin_page, "wrong").status_code == 401
    assert count_user_rows(statements) == 1


def test_an_unknown_name_asks_as_much_as_a_wrong_password(client, signin_page):
    with recorded_statements() as known:
        post_password(client, signin_page, "wrong")
    with recorded_statements() as unknown:
        fields = {"name": "nobody", "password": "wrong", "csrf_token": get_csrf_token(client.get("/signin"))}
        client.post("/signin", data=fields)
    assert [statement.split()[0] for statement in unknown] == [statement.split()[0] for statement in known]


def test_a_code_loads_the_user_once(client, ada):
    code = enable_authenticator(ada)
    page = client.get(sign_in_with_password(client).location)
    with recorded_statements() as statements:
        answer = client.post(page.request.path, data={"code": code(), "csrf_token": get_csrf_token(page)})
    assert answer.status_code == 302
    assert is_signed_in(client)
    assert count_user_rows(statements) == 1
