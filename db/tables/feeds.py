"""Feeds: channels whose messages become rows of a dataset, and the dead letters among them."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.keys.column_encryption import EncryptedJsonValue, EncryptedText
from db.tables.base import UtcDateTime, utc_now


def new_feed_key() -> str:
    return secrets.token_urlsafe(12)


class Feed(SQLModel, table=True):
    """The channel ``feed:<key>``; unless ``paused``, its rows are appended to a dataset's newest version.

    ``cursor`` is the time (ms) of the newest message that was read, in the last of ``batches`` batches;
    ``rows`` is how many rows were appended, ``last`` when that last happened.
    """

    __tablename__ = "feeds"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(default_factory=new_feed_key, unique=True, max_length=20)
    name: str = Field(max_length=200)
    dataset_id: int = Field(foreign_key="datasets.id", ondelete="CASCADE", index=True)
    owner_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    paused: bool = False
    cursor: int = Field(sa_type=sa.BigInteger)
    batches: int = 0
    rows: int = Field(default=0, sa_type=sa.BigInteger)
    last: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeadLetter(SQLModel, table=True):
    """A row or a whole message that could not be appended, and the reason."""

    __tablename__ = "dead_letters"

    id: int | None = Field(default=None, primary_key=True)
    feed_id: int = Field(foreign_key="feeds.id", ondelete="CASCADE", index=True)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    reason: str = Field(sa_type=EncryptedText.for_column("dead_letters.reason"))
    content: Any = Field(sa_type=EncryptedJsonValue.for_column("dead_letters.content"))
