"""Shares, saved views and guest links: who may see and change what."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.keys.column_encryption import EncryptedJson
from db.tables.base import UtcDateTime, utc_now
from db.tables.sessions import new_token_id


class Resource(StrEnum):
    """The kinds of things that can be shared."""

    DATASET = "dataset"
    VIEW = "view"
    LIVE = "live session"


class Level(StrEnum):
    """What a share allows. Each level includes those before it."""

    VIEW = "view"
    EDIT = "edit"
    MANAGE = "manage"


EVERYONE = sa.text("user_id IS NULL AND group_id IS NULL")


class Share(SQLModel, table=True):
    """The right of a user, a group or (if both are NULL) every signed-in user to use something.

    A share of a dataset may show only the rows that meet ``conditions`` (None: every row), and only the
    columns in ``shown`` (None: every column, also of later versions). ``masked`` are the columns that it
    hides on purpose; one in neither list is hidden until somebody decides about it. A resource has at most
    one share with the same user or group.
    """

    __tablename__ = "shares"
    __table_args__ = (
        sa.Index("ix_shares_resource_resource_id", "resource", "resource_id"),
        sa.UniqueConstraint("resource", "resource_id", "user_id"),
        sa.UniqueConstraint("resource", "resource_id", "group_id"),
        sa.Index(
            "uq_shares_everyone",
            "resource",
            "resource_id",
            unique=True,
            sqlite_where=EVERYONE,
            postgresql_where=EVERYONE,
        ),
        sa.CheckConstraint("user_id IS NULL OR group_id IS NULL", "one_subject"),
    )

    id: int | None = Field(default=None, primary_key=True)
    resource: Resource = Field(sa_type=sa.String(20))
    resource_id: int
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE", index=True)
    group_id: int | None = Field(default=None, foreign_key="groups.id", ondelete="CASCADE", index=True)
    level: Level = Field(default=Level.VIEW, sa_type=sa.String(20))
    conditions: list[dict[str, Any]] | None = Field(
        default=None, sa_type=EncryptedJson.for_column("shares.conditions")
    )
    shown: list[str] | None = Field(default=None, sa_type=EncryptedJson.for_column("shares.shown"))
    masked: list[str] = Field(default_factory=list, sa_type=EncryptedJson.for_column("shares.masked"))
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


def new_view_key() -> str:
    return secrets.token_urlsafe(9)


class SavedView(SQLModel, table=True):
    """An exploration that a user has saved under a name; ``key`` is its id in URLs."""

    __tablename__ = "saved_views"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(default_factory=new_view_key, unique=True, max_length=20)
    name: str = Field(max_length=200)
    dataset_id: int = Field(foreign_key="datasets.id", ondelete="CASCADE", index=True)
    owner_id: int = Field(foreign_key="users.id", index=True)
    exploration: dict[str, Any] = Field(sa_type=EncryptedJson.for_column("saved_views.exploration"))
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    changed: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class GuestLink(SQLModel, table=True):
    """A link with which anyone can open one saved view, or follow one live session, and nothing else.

    Guests have the rights of ``as_user_id``. The id of the link is the ``jti`` of its token.
    """

    __tablename__ = "guest_links"
    __table_args__ = (sa.CheckConstraint("(view_id IS NULL) <> (live_id IS NULL)", name="one_place"),)

    id: str = Field(default_factory=new_token_id, primary_key=True, max_length=32)
    view_id: int | None = Field(default=None, foreign_key="saved_views.id", ondelete="CASCADE", index=True)
    live_id: int | None = Field(default=None, foreign_key="live_sessions.id", ondelete="CASCADE", index=True)
    as_user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    label: str = Field(default="", max_length=80)
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires: datetime = Field(sa_type=UtcDateTime)
    revoked: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened: datetime | None = Field(default=None, sa_type=UtcDateTime)
