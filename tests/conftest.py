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
from tests.api_contract import Contract

hypothesis_settings.register_profile("thorough", max_examples=1000)
FULL_COST = passwords._hasher
"""What the service hashes passwords with: a quarter of a second each."""


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Argon2id as in the service, with as little work as it takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@contextmanager
def using(settings: Settings) -> Iterator[None]:
    before = config.use(settings)
    try:
        yield
    finally:
        config.use(before)
        engine.connect(settings.database).dispose()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an empty database, to copy."""
    data = tmp_path_factory.mktemp("migrated")
    with using(Settings(data=data)):
        schema.upgrade()
        key_ring.ensure()
    return data


@pytest.fixture(scope="session")
def whole_app(migrated: Path) -> Dash:
    """One app for all tests, as Dash's callbacks are global; each sees its own data folder through it."""
    return create_app(Settings(data=migrated))


@pytest.fixture
def settings(migrated: Path, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a data folder of the test's own, in use: ``session()`` opens its empty database."""
    data = tmp_path / "data"
    shutil.copytree(migrated, data)
    own = Settings(data=data)
    with using(own):
        yield own


@pytest.fixture(scope="session")
def contract(whole_app: Dash) -> Contract:
    """What the OpenAPI document promises of each answer."""
    return Contract(whole_app.server)


@pytest.fixture
def app(whole_app: Dash, settings: Settings, contract: Contract) -> Iterator[Dash]:
    """The app over the test's own data folder."""
    contract.faults.clear()
    with using(settings):
        yield whole_app
        whole_app.server.extensions["door"].settle()
        whole_app.server.extensions["realtime"].stop()
    assert not contract.faults


@pytest.fixture
def client(app: Dash) -> FlaskClient:
    """A browser without a session."""
    return app.server.test_client()


@pytest.fixture
def signed_in(app: Dash) -> Callable[..., FlaskClient]:
    """``signed_in(role)``: a browser in which a new person of this role has just signed in."""

    def sign_in(role: Role = Role.ANALYST) -> FlaskClient:
        browser = app.server.test_client()
        name = f"somebody-{len(users_made)}"
        users_made.append(users.create(name, "correct horse battery", role))
        assert browser.get(f"/signin/link/{one_time_links.issue(name)}").status_code == 302
        return browser

    users_made: list[users.Principal] = []
    return sign_in
