"""Run the migrations in one transaction, on the caller's connection or on the database of this process."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from alembic import context
from sqlmodel import AutoString, SQLModel

from db.keys.column_encryption import EncryptedText
from db.schema import schema_transaction
from db.tables import UtcDateTime

ONE_AT_A_TIME = 0x64785F64  # PostgreSQL's advisory lock for schema changes


def plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Return how ``alembic revision`` writes our column types: as plain ones, since our code may change."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EncryptedText):
        return "sa.Text()"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String({item.length or ''})"
    return False


def migrate(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        render_item=plain_type,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with schema_transaction() as own:
        migrate(own)
