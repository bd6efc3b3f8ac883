"""A real PostgreSQL, both kinds of database for the tests of what must hold on each, and people."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from dash import Dash

from config import Settings
from db import schema
from db.keys import key_ring
from db.tables import Role
from tests.conftest import temporary_settings
from tests.integration.api_users import ApiUser

POSTGRESQL_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def get_postgres_identity(folder: Path) -> dict[str, object]:
    """How to run PostgreSQL's programs: they refuse to be root."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster of its own, on a socket in a folder of its own; yields its address without a database."""
    assert POSTGRESQL_BINARIES, "make test installs PostgreSQL; without it: apt-get install postgresql"
    folder = Path("/tmp") / f"dataxchange-{token_hex(4)}"  # short: a socket's path has 107 bytes at most
    folder.mkdir(mode=0o700)
    run_as = get_postgres_identity(folder)
    cluster, control = folder / "cluster", POSTGRESQL_BINARIES[-1] / "pg_ctl"

    def run_command(*command: object) -> None:
        line = [str(part) for part in command]
        subprocess.run(line, check=True, cwd=folder, stdout=subprocess.DEVNULL, **run_as)

    run_command(
        POSTGRESQL_BINARIES[-1] / "initdb", "--auth=trust", "--username=dx", "--no-sync", "-D", cluster
    )
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    run_command(control, "-D", cluster, "-o", options, "-l", folder / "log", "-w", "start")
    yield f"postgresql:///{{}}?host={folder}&user=dx"
    run_command(control, "-D", cluster, "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """The address of a new, empty database."""
    name = f"dx_{token_hex(4)}"
    with psycopg.connect(postgresql_server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgresql_server.format(name)


@pytest.fixture
def make_user(app: Dash) -> Callable[..., ApiUser]:
    """``make_user(role)``: a new person, who has just signed in."""
    names = count()
    return lambda role=Role.ANALYST: ApiUser.create_user(app.server, f"somebody-{next(names)}", role)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str, migrated_folder: Path) -> str:
    """A database as a first start leaves it, to copy; its master key is in ``migrated_folder``."""
    name = "dx_template"
    with psycopg.connect(postgresql_server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    with temporary_settings(Settings(data=migrated_folder, database_url=postgresql_server.format(name))):
        schema.upgrade_schema()
        key_ring.ensure_keys()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Settings]:
    """An empty database of each kind, in use."""
    if request.param == "sqlite":
        yield settings
        return
    server, template = map(request.getfixturevalue, ("postgresql_server", "postgresql_template"))
    name = f"dx_{token_hex(4)}"
    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    own = Settings(data=settings.data, database_url=server.format(name))
    with temporary_settings(own):
        yield own
