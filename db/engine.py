"""The database of this process: SQLite in the data folder, or the one that DATABASE_URL names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlmodel import Session

from config import get_settings

_engine_lock = Lock()
"""Without it, two threads could create two engines for one address: lru_cache lets both call the function."""
BUSY_TIMEOUT = 10
"""Seconds to wait for a database while another connection writes to it."""


def get_engine_for_url(url: str) -> sa.Engine:
    """Return the engine (a pool of connections) of this process for an address."""
    with _engine_lock:
        return _create_engine(url)


@lru_cache
def _create_engine(url: str) -> sa.Engine:
    address = sa.make_url(url)
    if address.get_backend_name() != "sqlite":
        return sa.create_engine(address, pool_pre_ping=True, pool_size=2 * get_settings().request_threads)
    if address.database:
        Path(address.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = sa.create_engine(address)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (f"busy_timeout = {BUSY_TIMEOUT * 1000}", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")  # nosemgrep: sql-of-text  (a constant of ours)
    _enable_wal(cursor)
    cursor.close()


def _enable_wal(cursor: DBAPICursor) -> None:
    """Switch the file to WAL. Retry: SQLite refuses one of two connections that switch a new file at once."""
    last = monotonic() + BUSY_TIMEOUT
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > last:
                raise
            sleep(0.01)
        else:
            return


def is_certificate_unchecked(url: str) -> bool:
    """Return whether the database is remote and its certificate is not verified (libpq's ``sslmode``)."""
    address = sa.make_url(url)
    host = address.host or str(address.query.get("host", ""))
    near = not host or host.startswith("/") or host in ("localhost", "127.0.0.1", "::1")
    return not near and address.query.get("sslmode") not in ("verify-ca", "verify-full")


def get_engine() -> sa.Engine:
    return get_engine_for_url(get_settings().database_address)


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a transaction: committed at the end of the block, rolled back when the block raises.

    The objects that were read stay usable after the block.
    """
    with Session(get_engine(), expire_on_commit=False) as work, work.begin():
        yield work


@contextmanager
def exclusive_transaction(name: str) -> Iterator[Session]:
    """Open a transaction that starts when no other of this name is running, in any process.

    It therefore sees what the previous one has committed.
    """
    with transaction() as work:
        connection = work.connection()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(name))))
        yield work
