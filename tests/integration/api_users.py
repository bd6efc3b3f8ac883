"""People as the API sees them: in a browser, in another one, and by a program that acts for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col

from accounts import api_tokens, one_time_links, users
from accounts.permissions import Permission
from accounts.principals import Principal
from config import settings
from db.engine import session
from db.tables import Role, UserSession, now
from tests.integration.signin_forms import PASSWORD


@dataclass
class Person:
    """Somebody signed in, and their ``browser``."""

    server: Flask
    principal: Principal
    browser: FlaskClient

    @classmethod
    def of(cls, server: Flask, name: str, role: Role) -> Person:
        principal = users.create(name, PASSWORD, role)
        return cls(server, principal, signed_in(server, name))

    @property
    def id(self) -> int:
        return self.principal.id

    @property
    def name(self) -> str:
        return self.principal.name

    def another_browser(self) -> FlaskClient:
        return signed_in(self.server, self.name)

    def program(self, *scopes: Permission) -> FlaskClient:
        """What sends a new token of theirs along; it has those of the scopes that they have themselves."""
        client = self.server.test_client()
        may = [scope for scope in scopes if self.principal.may(scope)]
        token = api_tokens.create(self.principal, "a program", may, now() + timedelta(days=1))
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    def let_confirmation_pass(self) -> None:
        """Let it be a while since they proved who they are."""
        before = now() - settings().step_up - timedelta(seconds=1)
        with session() as work:
            own = sa.update(UserSession).where(col(UserSession.user_id) == self.id)
            work.execute(own.values(confirmed=before))


def signed_in(server: Flask, name: str) -> FlaskClient:
    browser = server.test_client()
    assert browser.get(f"/signin/link/{one_time_links.issue(name)}").status_code == 302
    return browser
