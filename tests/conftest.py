"""What all tests share: a data folder of their own, the app over it, and people to use it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from dash import Dash
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings

import config
from accounts import one_time_links, passwords, users
from app import create_app
from config import Settings
from db import engine, schema
from db.keys import key_ring
from db.tables import Role
from tests.api_contract import ApiContract

hypothesis_settings.register_profile("thorough", max_examples=1000)
PRODUCTION_HASHER = passwords._hasher
"""What the service hashes passwords with: a quarter of a second each."""


@pytest.fixture(scope="session", autouse=True)
def fast_password_hashing() -> Iterator[None]:
    """Argon2id as in the service, with as little work as it takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@contextmanager
def temporary_settings(settings: Settings) -> Iterator[None]:
    before = config.override_settings(settings)
    try:
        yield
    finally:
        config.override_settings(before)
        engine.get_engine_for_url(settings.database_address).dispose()


@pytest.fixture(scope="session")
def migrated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an empty database, to copy."""
    data = tmp_path_factory.mktemp("migrated")
    with temporary_settings(Settings(data=data)):
        schema.upgrade_schema()
        key_ring.ensure_keys()
    return data


@pytest.fixture(scope="session")
def shared_app(migrated_folder: Path) -> Dash:
    """One app for all tests, as Dash's callbacks are global; each sees its own data folder through it."""
    return create_app(Settings(data=migrated_folder))


@pytest.fixture
def settings(migrated_folder: Path, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a data folder of the test's own, in use: ``session()`` opens its empty database."""
    data = tmp_path / "data"
    shutil.copytree(migrated_folder, data)
    own = Settings(data=data)
    with temporary_settings(own):
        yield own


@pytest.fixture(scope="session")
def api_contract(shared_app: Dash) -> ApiContract:
    """What the OpenAPI document promises of each answer."""
    return ApiContract(shared_app.server)


@pytest.fixture
def app(shared_app: Dash, settings: Settings, api_contract: ApiContract) -> Iterator[Dash]:
    """The app over the test's own data folder."""
    api_contract.violations.clear()
    with temporary_settings(settings):
        yield shared_app
        shared_app.server.extensions["gateway"].wait_idle()
        shared_app.server.extensions["realtime"].stop()
    assert not api_contract.violations


@pytest.fixture
def client(app: Dash) -> FlaskClient:
    """A browser without a session."""
    return app.server.test_client()


@pytest.fixture
def sign_in_as(app: Dash) -> Callable[..., FlaskClient]:
    """``sign_in_as(role)``: a browser in which a new person of this role has just signed in."""

    def sign_in(role: Role = Role.ANALYST) -> FlaskClient:
        browser = app.server.test_client()
        name = f"somebody-{len(users_made)}"
        users_made.append(users.create_user(name, "correct horse battery", role))
        assert browser.get(f"/signin/link/{one_time_links.create_link_token(name)}").status_code == 302
        return browser

    users_made: list[users.Principal] = []
    return sign_in
