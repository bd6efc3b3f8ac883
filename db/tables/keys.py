"""The keys that sign and encrypt, each wrapped by a master key."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.tables.base import UtcDateTime, utc_now


class KeyPurpose(StrEnum):
    """What a key is for. INDEX and AUDIT keys are never rotated: their digests must stay comparable."""

    SIGN = "sign"
    SEAL = "seal"
    DATA = "data"
    INDEX = "index"
    AUDIT = "audit"


class Key(SQLModel, table=True):
    """A key of 256 bits. ``subject`` is the slug of a data key's dataset, ``master`` its master key's id."""

    __tablename__ = "keys"

    id: str = Field(primary_key=True, max_length=16)
    purpose: KeyPurpose = Field(sa_type=sa.String(20), index=True)
    subject: str | None = Field(default=None, max_length=80)
    wrapped: bytes
    master: str = Field(max_length=64)
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    retired: datetime | None = Field(default=None, sa_type=UtcDateTime)
