"""The status of the database: its kind, its latency and its schema."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import sqlalchemy as sa

from db import schema
from db.engine import get_engine


@dataclass(frozen=True)
class DatabaseStatus:
    """The status of the database. ``latency_ms`` is the time of the simplest query in milliseconds."""

    kind: str
    version: str
    latency_ms: float
    current_migration: str
    newest_migration: str


def inspect_database() -> DatabaseStatus:
    """Query the database and return its status.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database does not answer.
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
