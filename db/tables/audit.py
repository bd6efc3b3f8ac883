"""The audit log. Its entries outlive the users and things they name, so no column is a foreign key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.keys.column_encryption import EncryptedJson, EncryptedText
from db.tables.base import UtcDateTime, utc_now

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite assigns ids to an INTEGER key only


class AuditEntry(SQLModel, table=True):
    """One event. ``hash`` chains its decrypted values to the previous entry; triggers refuse any change."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        sa.Index(None, "moment"),
        sa.Index(None, "actor", "number"),
        sa.Index(None, "action", "number"),
        sa.Index(None, "resource_kind", "resource_key", "number"),
        sa.Index(None, "outcome", "number"),
    )

    number: int = Field(primary_key=True, sa_type=Number, sa_column_kwargs={"autoincrement": False})
    moment: datetime = Field(sa_type=UtcDateTime)
    actor_id: int | None = None
    actor: str = Field(max_length=80)
    action: str = Field(max_length=40)
    resource_kind: str = Field(max_length=40)
    resource_key: str = Field(max_length=200)
    outcome: str = Field(max_length=10)
    address: str = Field(sa_type=EncryptedText.for_column("audit_entries.address"))
    details: dict[str, Any] = Field(sa_type=EncryptedJson.for_column("audit_entries.details"))
    hash: str = Field(max_length=64)


class AuditHead(SQLModel, table=True):
    """The end of the chain: one row, which each appending transaction locks. An empty log's has no seal."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(sa_type=sa.BigInteger)
    hash: str = Field(max_length=64)
    seal: str = Field(max_length=64)


class AuditCheckpoint(SQLModel, table=True):
    """The start of a pruned chain: ``removed`` entries, up to ``number`` of ``moment``, were deleted."""

    __tablename__ = "audit_checkpoints"

    number: int = Field(primary_key=True, sa_type=Number, sa_column_kwargs={"autoincrement": False})
    hash: str = Field(max_length=64)
    removed: int = Field(sa_type=sa.BigInteger)
    moment: datetime = Field(sa_type=UtcDateTime)
    made: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    seal: str = Field(max_length=64)
