"""The schema of the database is the newest migration's: checked at every start, changed when it is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine.interfaces import DBAPIConnection

from config import settings
from db.engine import engine


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def current() -> str | None:
    """The migration the database is at; None when it is empty."""
    with engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade() -> None:
    """Bring the database to the newest migration: all of the way or, when one fails, not at all.

    Raises:
        alembic.util.CommandError: the database is at a migration that this release does not know.
    """
    config = configuration()
    if current() == ScriptDirectory.from_config(config).get_current_head():
        return
    with changing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def changing() -> Iterator[sa.Connection]:
    """A transaction that covers DDL; on SQLite too, whose driver would commit each statement alone."""
    if engine().dialect.name != "sqlite":
        with engine().begin() as connection:
            yield connection
        return
    own = sa.create_engine(settings().database, poolclass=sa.NullPool)
    sa.event.listen(own, "connect", _leave_transactions_to_us)
    sa.event.listen(own, "begin", _lock)
    with own.begin() as connection:
        yield connection


def _leave_transactions_to_us(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None


def _lock(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
