"""How the database is: what kind, how fast it answers, and what schema it has."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import sqlalchemy as sa

from db import schema
from db.engine import engine


@dataclass(frozen=True)
class Database:
    """The database as it answers now; ``latency`` is of the simplest query, in milliseconds."""

    kind: str
    version: str
    latency: float
    schema: str
    newest: str


def look() -> Database:
    """Ask the database.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: it does not answer.
    """
    with engine().connect() as connection:
        connection.execute(sa.text("SELECT 1"))
        began = perf_counter()
        connection.execute(sa.text("SELECT 1"))
        latency = 1000 * (perf_counter() - began)
        dialect = connection.dialect
        version = ".".join(map(str, dialect.server_version_info or ()))
    return Database(dialect.name, version, latency, schema.current() or "none", schema.known()[-1])
