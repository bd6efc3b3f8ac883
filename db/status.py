"""How the database is: what kind, how fast it answers, and what schema it has."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import sqlalchemy as sa

from db import schema
from db.engine import get_engine


@dataclass(frozen=True)
class DatabaseStatus:
    """The database as it answers now; ``latency_ms`` is of the simplest query, in milliseconds."""

    kind: str
    version: str
    latency_ms: float
    current_migration: str
    newest_migration: str


def inspect_database() -> DatabaseStatus:
    """Ask the database.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: it does not answer.
    """
    with get_engine().connect() as connection:
        connection.execute(sa.text("SELECT 1"))
        began = perf_counter()
        connection.execute(sa.text("SELECT 1"))
        latency = 1000 * (perf_counter() - began)
        dialect = connection.dialect
        version = ".".join(map(str, dialect.server_version_info or ()))
    return DatabaseStatus(
        dialect.name, version, latency, schema.get_current_migration() or "none", schema.list_migrations()[-1]
    )
