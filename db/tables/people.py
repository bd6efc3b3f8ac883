"""Who may sign in, and by what."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.tables.base import Moment, now


class Role(StrEnum):
    """What a person is to the service; accounts.permissions says what each may do."""

    ADMIN = "admin"
    PRESENTER = "presenter"
    ANALYST = "analyst"


def new_session_key() -> str:
    return secrets.token_hex(16)


class User(SQLModel, table=True):
    """Somebody who may sign in. A new ``session_key`` ends every session of theirs."""

    __tablename__ = "users"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=80)
    password_hash: str = Field(max_length=200)
    role: Role = Field(sa_type=sa.String(20))
    session_key: str = Field(default_factory=new_session_key, unique=True, max_length=32)
    disabled: bool = False
    created: datetime = Field(default_factory=now, sa_type=Moment)
    signed_in: datetime | None = Field(default=None, sa_type=Moment)


class SignInLink(SQLModel, table=True):
    """A link that signs its owner in once. Only the SHA-256 of its token is kept."""

    __tablename__ = "sign_in_links"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    expires: datetime = Field(sa_type=Moment)
    used: datetime | None = Field(default=None, sa_type=Moment)
