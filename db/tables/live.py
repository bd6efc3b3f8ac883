"""Live sessions, in which a user presents an exploration to others, and their recordings."""

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
    """A live presentation of an exploration of one dataset version; ``key`` is its id in URLs.

    ``presenter_id`` None: the owner presents. It runs until ``ended`` is set. ``state`` is the exploration
    committed last, with number ``seq``; ``cursor`` is the serial of the last message that was recorded.
    ``marks`` are the row counts at which the growing version was frozen; ``mark`` is the index of the one
    that is shown; None: the newest rows are shown.
    ``cipher`` is the key (64 hexadecimal digits) with which its channels can be encrypted.
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
    """The fact that a user has taken part in a live session."""

    __tablename__ = "live_members"

    live_id: int = Field(foreign_key="live_sessions.id", ondelete="CASCADE", primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True, index=True)
    joined: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class LiveRecord(SQLModel, table=True):
    """The messages of about one second of a live session, each as ``[time in ms, name, data]``."""

    __tablename__ = "live_records"
    __table_args__ = (sa.UniqueConstraint("live_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    live_id: int = Field(foreign_key="live_sessions.id", ondelete="CASCADE")
    number: int
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    content: list[Any] = Field(sa_type=EncryptedJson.for_column("live_records.content"))
