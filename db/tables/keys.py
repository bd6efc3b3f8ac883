"""The keys that sign and seal, each wrapped by the master key."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.tables.base import UtcDateTime, utc_now


class KeyPurpose(StrEnum):
    """What a key is for. Those of INDEX and AUDIT stay: what they made is compared for good."""

    SIGN = "sign"
    SEAL = "seal"
    DATA = "data"
    INDEX = "index"
    AUDIT = "audit"


class Key(SQLModel, table=True):
    """A key of 256 bits; ``subject`` is the dataset (slug) of a data key, ``master`` what has wrapped it."""

    __tablename__ = "keys"

    id: str = Field(primary_key=True, max_length=16)
    purpose: KeyPurpose = Field(sa_type=sa.String(20), index=True)
    subject: str | None = Field(default=None, max_length=80)
    wrapped: bytes
    master: str = Field(max_length=64)
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    retired: datetime | None = Field(default=None, sa_type=UtcDateTime)
