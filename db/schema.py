"""The schema of the database: checked at every start, and upgraded to the newest migration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection

from config import get_settings
from db.engine import get_engine

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


class NewerSchemaError(SystemExit):
    """The database is at a migration that this release does not have."""

    def __init__(self, at: str) -> None:
        super().__init__(f"The database was written by a newer release (schema {at}). Start that release.")


class UnusableDatabaseError(SystemExit):
    """The database does not exist or can't be used."""

    def __init__(self, error: sa.exc.SQLAlchemyError) -> None:
        reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        place = "that DATABASE_URL names" if get_settings().database_url else f"in {get_settings().data}"
        super().__init__(f"Can't use the database {place}: {reason}")


def build_alembic_config() -> Config:
    """Return Alembic's configuration. The slow import of Alembic is here, as most starts don't need it."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def list_migrations() -> list[str]:
    """Return the migrations of this release, oldest first: their files begin with their number."""
    return sorted(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("*.py"))


def get_current_migration() -> str | None:
    """Return the current migration of the database; None when the database is empty.

    Raises:
        UnusableDatabaseError: it can't be opened or read.
    """
    try:
        with get_engine().connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return found
    except sa.exc.SQLAlchemyError as error:
        raise UnusableDatabaseError(error) from error


def upgrade_schema() -> None:
    """Upgrade the database to the newest migration. When one migration fails, nothing has changed.

    Raises:
        NewerSchemaError: a newer release has upgraded the database.
        UnusableDatabaseError: it can't be opened, read or written.
    """
    at = get_current_migration()
    if at == list_migrations()[-1]:
        return
    if at is not None and at not in list_migrations():
        raise NewerSchemaError(at)
    from alembic import command  # noqa: PLC0415

    config = build_alembic_config()
    try:
        with schema_transaction() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except sa.exc.OperationalError as error:
        raise UnusableDatabaseError(error) from error


@contextmanager
def schema_transaction() -> Iterator[sa.Connection]:
    """Open a transaction that includes DDL, also on SQLite, whose driver would commit each statement."""
    if get_engine().dialect.name != "sqlite":
        with get_engine().begin() as connection:
            yield connection
        return
    own = sa.create_engine(get_settings().database_address, poolclass=sa.NullPool)
    sa.event.listen(own, "connect", _disable_driver_transactions)
    sa.event.listen(own, "begin", _begin_immediate)
    with own.begin() as connection:
        yield connection


def _disable_driver_transactions(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
