"""Migrations: from nothing to the newest, the same as the models, all or nothing."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
import sqlalchemy as sa
from alembic import command
from sqlmodel import SQLModel

from config import Settings
from db import engine, schema
from tests.conftest import using

THEN = datetime(2026, 1, 1, tzinfo=UTC)
BEFORE = {
    "users": {
        "id": 1,
        "name": "ada",
        "role": "presenter",
        "disabled": False,
        "created": THEN,
        "handle": "h",
        "totp_step": 0,
    },
    "datasets": {"id": 1, "slug": "trips", "name": "Trips", "created": THEN},
    "live_sessions": {
        "id": 1,
        "key": "k" * 16,
        "name": "June",
        "dataset_id": 1,
        "version": "ab",
        "owner_id": 1,
        "co_presenters": "[]",
        "started": THEN,
        "state": "{}",
        "seq": 0,
        "marks": "[]",
        "cursor": "",
        "cipher": "",
    },
}
"""A live session as release 0008 has it."""


def tables():
    return set(sa.inspect(engine.engine()).get_table_names()) - {"alembic_version"}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """An empty database of each kind, in use."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    settings = Settings(data=tmp_path, database_url=url)
    with using(settings):
        yield settings


def test_upgrade_from_empty(empty):
    assert schema.current() is None
    schema.upgrade()
    assert tables() == set(SQLModel.metadata.tables)
    schema.upgrade()


def test_the_migrations_make_what_the_models_say(empty):
    schema.upgrade()
    command.check(schema.configuration())


def test_downgrade_leaves_nothing(empty):
    schema.upgrade()
    command.downgrade(schema.configuration(), "base")
    assert tables() == set()


def test_live_sessions_that_were_there_stay_with_everyone(empty):
    where = schema.configuration()
    command.upgrade(where, "0008")
    with engine.session() as work:
        for name, values in BEFORE.items():
            table = sa.table(name, *map(sa.column, values))
            work.connection().execute(sa.insert(table).values(values))
    for change, kept in ((command.upgrade, [(1, None, None, "view")]), (command.downgrade, [])):
        change(where, "head" if kept else "0008")
        with engine.session() as work:
            found = sa.text("SELECT resource_id, user_id, group_id, level FROM shares WHERE resource = :live")
            assert work.connection().execute(found, {"live": "live session"}).all() == kept


def test_two_starts_at_once_upgrade_once(empty):
    environment = {**os.environ, "DATAXCHANGE_DATA": str(empty.data), "DATABASE_URL": empty.database_url}
    upgrade = [sys.executable, "-c", "from db import schema; schema.upgrade()"]
    starts = [subprocess.Popen(upgrade, env=environment) for _ in range(2)]
    assert [start.wait(timeout=60) for start in starts] == [0, 0]
    assert schema.current() is not None


def test_two_connections_may_open_a_new_file_at_once(tmp_path):
    meet = Barrier(2)

    def open_all():
        for number in range(300):
            own = engine.connect.__wrapped__(f"sqlite:///{tmp_path / str(number)}")
            meet.wait(timeout=30)
            own.connect().close()
            own.dispose()

    with ThreadPoolExecutor() as two:
        for opened in [two.submit(open_all) for _ in range(2)]:
            opened.result()


def test_a_failing_migration_leaves_the_database_as_it_was(empty, monkeypatch):
    def fail(*_):
        raise RuntimeError("killed half way")

    monkeypatch.setattr("alembic.operations.Operations.create_index", fail)
    with pytest.raises(RuntimeError):
        schema.upgrade()
    assert tables() == set()
    monkeypatch.undo()
    schema.upgrade()


def test_a_database_of_a_newer_release_is_refused(empty):
    schema.upgrade()
    with engine.session() as work:
        work.connection().execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(schema.NewerSchemaError, match="9999"):
        schema.upgrade()
