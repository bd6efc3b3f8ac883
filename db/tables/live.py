"""Live sessions: what somebody presents to an audience, and what was recorded of it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.keys.column_encryption import EncryptedJson, EncryptedText
from db.tables.base import UtcDateTime, utc_now


def new_live_key() -> str:
    return secrets.token_urlsafe(12)


def new_cipher_key() -> str:
    return secrets.token_hex(32)


class LiveSession(SQLModel, table=True):
    """An exploration of one version that is presented live; ``key`` is its address.

    ``presenter_id`` None: the owner presents. It runs until it has ``ended``. ``state`` is the exploration
    committed last, the ``seq``-th, and ``cursor`` the serial of the last message that was recorded.
    ``marks`` are how many rows the version had whenever somebody held it still; ``mark`` numbers the one that
    is shown, None the newest rows.
    ``cipher`` is the key (64 hexadecimal digits) that its channels can be encrypted with.
    """

    __tablename__ = "live_sessions"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(default_factory=new_live_key, unique=True, max_length=20)
    name: str = Field(max_length=200)
    dataset_id: int = Field(foreign_key="datasets.id", ondelete="CASCADE", index=True)
    version: str = Field(max_length=64)
    owner_id: int = Field(foreign_key="users.id", index=True)
    presenter_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    co_presenters: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    started: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    ended: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    state: dict[str, Any] = Field(sa_type=EncryptedJson.for_column("live_sessions.state"))
    seq: int = 0
    marks: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    mark: int | None = None
    cursor: str = Field(default="", max_length=200)
    cipher: str = Field(
        default_factory=new_cipher_key, sa_type=EncryptedText.for_column("live_sessions.cipher")
    )


class LiveMember(SQLModel, table=True):
    """That a user has been in a live session."""

    __tablename__ = "live_members"

    live_id: int = Field(foreign_key="live_sessions.id", ondelete="CASCADE", primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True, index=True)
    joined: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class LiveRecord(SQLModel, table=True):
    """What was said in a live session within about a second: ``[moment in ms, name, data]`` each."""

    __tablename__ = "live_records"
    __table_args__ = (sa.UniqueConstraint("live_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    live_id: int = Field(foreign_key="live_sessions.id", ondelete="CASCADE")
    number: int
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    content: list[Any] = Field(sa_type=EncryptedJson.for_column("live_records.content"))
