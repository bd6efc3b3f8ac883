"""The database of this process: SQLite in the data folder, or whatever DATABASE_URL names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlmodel import Session

from config import settings


@lru_cache
def connect(url: str) -> sa.Engine:
    """The engine (a pool of connections) for an address; one an address."""
    address = sa.make_url(url)
    if address.get_backend_name() != "sqlite":
        return sa.create_engine(address, pool_pre_ping=True)
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(address)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "busy_timeout = 10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def engine() -> sa.Engine:
    return connect(settings().database)


@contextmanager
def session() -> Iterator[Session]:
    """One transaction: committed at the end of the block, rolled back when it raises.

    What was read stays readable after the block.
    """
    with Session(engine(), expire_on_commit=False) as work, work.begin():
        yield work
