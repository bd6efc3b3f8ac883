"""Migrations: from nothing to the newest, the same as the models, all or nothing."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
import sqlalchemy as sa
from alembic import command
from sqlmodel import SQLModel, select

from accounts import users
from config import Settings
from db import engine, schema
from db.keys import key_ring
from db.keys.column_encryption import encrypt_text
from db.tables import Share
from tests.conftest import temporary_settings

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
ROWS_BEFORE = {
    "users": {
        "id": 1,
        "name": "ada",
        "role": "presenter",
        "disabled": False,
        "created": MOMENT,
        "handle": "h",
        "totp_step": 0,
    },
    "datasets": {"id": 1, "slug": "trips", "name": "Trips", "created": MOMENT},
    "live_sessions": {
        "id": 1,
        "key": "k" * 16,
        "name": "June",
        "dataset_id": 1,
        "version": "ab",
        "owner_id": 1,
        "co_presenters": "[]",
        "started": MOMENT,
        "state": "{}",
        "seq": 0,
        "marks": "[]",
        "cursor": "",
        "cipher": "",
    },
}
"""A live session as release 0008 has it."""


def list_tables():
    return set(sa.inspect(engine.get_engine()).get_table_names()) - {"alembic_version"}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request, tmp_path):
    """An empty database of each kind, in use."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    settings = Settings(data=tmp_path, database_url=url)
    with temporary_settings(settings):
        yield settings


def test_upgrade_from_empty(empty_database):
    assert schema.get_current_migration() is None
    schema.upgrade_schema()
    assert list_tables() == set(SQLModel.metadata.tables)
    schema.upgrade_schema()


def test_the_migrations_make_what_the_models_say(empty_database):
    schema.upgrade_schema()
    command.check(schema.build_alembic_config())


def test_downgrade_leaves_nothing(empty_database):
    schema.upgrade_schema()
    command.downgrade(schema.build_alembic_config(), "base")
    assert list_tables() == set()


def test_live_sessions_that_were_there_stay_with_everyone(empty_database):
    where = schema.build_alembic_config()
    command.upgrade(where, "0008")
    with engine.transaction() as work:
        for name, values in ROWS_BEFORE.items():
            table = sa.table(name, *map(sa.column, values))
            work.connection().execute(sa.insert(table).values(values))
    for change, kept in ((command.upgrade, [(1, None, None, "view")]), (command.downgrade, [])):
        change(where, "head" if kept else "0008")
        with engine.transaction() as work:
            found = sa.text("SELECT resource_id, user_id, group_id, level FROM shares WHERE resource = :live")
            assert work.connection().execute(found, {"live": "live session"}).all() == kept


def test_of_old_names_that_differ_in_case_each_stays_with_its_user(empty_database):
    where = schema.build_alembic_config()
    command.upgrade(where, "0009")
    with engine.transaction() as work:
        for id_, name in enumerate(("Eve", "EVE", "eve", "Ada", "ADA"), 1):
            values = ROWS_BEFORE["users"] | {"id": id_, "name": name, "handle": name}
            work.connection().execute(sa.insert(sa.table("users", *map(sa.column, values))).values(values))
    command.upgrade(where, "head")
    asked = ("Eve", "EVE", "eve", "eVE", "Ada", "ADA", "ada")
    assert [users.require_principal(name).id for name in asked] == [1, 2, 3, 3, 4, 5, 4]
    command.downgrade(where, "0009")


def insert_rows(name, *rows):
    with engine.transaction() as work:
        for values in rows:
            work.connection().execute(sa.insert(sa.table(name, *map(sa.column, values))).values(values))


def test_old_shares_show_what_they_showed_and_no_column_of_a_later_version(empty_database):
    """As release 0010 has them: of encrypted and of plain lists of hidden columns, and of none."""
    where = schema.build_alembic_config()
    command.upgrade(where, "0010")
    key_ring.ensure_keys()
    profiles = [json.dumps({"columns": [{"name": name} for name in each]}) for each in ("ab", "bcs", "x")]
    versions = [
        {"id": id_, "dataset_id": dataset, "key": f"{id_}", "rows": 1, "folder": "f", "grows": False}
        | {"created": MOMENT, "profile": encrypt_text(profile, "dataset_versions.profile")}
        for id_, (dataset, profile) in enumerate(zip((1, 1, 2), profiles, strict=True), 1)
    ]
    datasets = [ROWS_BEFORE["datasets"] | {"id": id_, "slug": f"trips-{id_}"} for id_ in (1, 2)]
    people = [
        ROWS_BEFORE["users"] | {"id": id_, "name": f"n{id_}", "name_key": f"n{id_}", "handle": f"h{id_}"}
        for id_ in (1, 2, 3)
    ]
    stored = [encrypt_text('["s"]', "shares.masked"), '["a"]', encrypt_text("[]", "shares.masked")]
    given = {"resource": "dataset", "resource_id": 1, "level": "view", "created": MOMENT}
    rows = [given | {"id": id_, "user_id": id_, "masked": masked} for id_, masked in enumerate(stored, 1)]
    for name, values in {"users": people, "datasets": datasets, "dataset_versions": versions}.items():
        insert_rows(name, *values)
    insert_rows("shares", *rows, given | {"id": 4, "resource": "live session", "masked": "[]"})
    command.upgrade(where, "head")
    with engine.transaction() as work:
        found = {share.id: (share.shown, share.masked) for share in work.exec(select(Share))}
        plain = dict(work.connection().execute(sa.text("SELECT id, shown FROM shares")).all())
    assert found == {1: (["a", "b", "c"], ["s"]), 2: (["b", "c", "s"], ["a"]), 3: (None, []), 4: (None, [])}
    assert "[" not in plain[1]
    command.downgrade(where, "0010")


def test_two_starts_at_once_upgrade_once(empty_database):
    environment = {
        **os.environ,
        "DATAXCHANGE_DATA": str(empty_database.data),
        "DATABASE_URL": empty_database.database_url,
    }
    upgrade = [sys.executable, "-c", "from db import schema; schema.upgrade_schema()"]
    starts = [subprocess.Popen(upgrade, env=environment) for _ in range(2)]
    assert [start.wait(timeout=60) for start in starts] == [0, 0]
    assert schema.get_current_migration() is not None


def test_two_connections_may_open_a_new_file_at_once(tmp_path):
    meet = Barrier(2)

    def open_all():
        for number in range(300):
            own = engine._create_engine.__wrapped__(f"sqlite:///{tmp_path / str(number)}")
            meet.wait(timeout=30)
            own.connect().close()
            own.dispose()

    with ThreadPoolExecutor() as two:
        for opened in [two.submit(open_all) for _ in range(2)]:
            opened.result()


def test_a_failing_migration_leaves_the_database_as_it_was(empty_database, monkeypatch):
    def fail(*_):
        raise RuntimeError("killed half way")

    monkeypatch.setattr("alembic.operations.Operations.create_index", fail)
    with pytest.raises(RuntimeError):
        schema.upgrade_schema()
    assert list_tables() == set()
    monkeypatch.undo()
    schema.upgrade_schema()


def test_a_database_of_a_newer_release_is_refused(empty_database):
    schema.upgrade_schema()
    with engine.transaction() as work:
        work.connection().execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(schema.NewerSchemaError, match="9999"):
        schema.upgrade_schema()
