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
from config import get_settings
from db.engine import transaction
from db.tables import Role, UserSession, utc_now
from tests.integration.signin_forms import PASSWORD


@dataclass
class ApiUser:
    """Somebody signed in, and their ``browser``."""

    server: Flask
    principal: Principal
    browser: FlaskClient

    @classmethod
    def create_user(cls, server: Flask, name: str, role: Role) -> ApiUser:
        principal = users.create_user(name, PASSWORD, role)
        return cls(server, principal, sign_in_by_link(server, name))

    @property
    def id(self) -> int:
        return self.principal.id

    @property
    def name(self) -> str:
        return self.principal.name

    def open_browser(self) -> FlaskClient:
        return sign_in_by_link(self.server, self.name)

    def create_api_client(self, *scopes: Permission) -> FlaskClient:
        """What sends a new token of theirs along; it has those of the scopes that they have themselves."""
        client = self.server.test_client()
        may = [scope for scope in scopes if self.principal.has_permission(scope)]
        token = api_tokens.create_token(self.principal, "a program", may, utc_now() + timedelta(days=1))
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    def expire_confirmation(self) -> None:
        """Let it be a while since they proved who they are."""
        before = utc_now() - get_settings().step_up - timedelta(seconds=1)
        with transaction() as work:
            own = sa.update(UserSession).where(col(UserSession.user_id) == self.id)
            work.execute(own.values(confirmed=before))


def sign_in_by_link(server: Flask, name: str) -> FlaskClient:
    browser = server.test_client()
    assert browser.get(f"/signin/link/{one_time_links.create_link_token(name)}").status_code == 302
    return browser
