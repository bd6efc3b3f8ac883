"""Sessions, API tokens, and counters of failed attempts to get one."""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.keys.column_encryption import EncryptedText
from db.tables.base import UtcDateTime, utc_now


def new_token_id() -> str:
    return secrets.token_hex(16)


class UserSession(SQLModel, table=True):
    """A session of a user in one browser. Its id is the ``jti`` of its tokens.

    ``generation`` counts the refresh tokens issued: the newest is valid, and so is the previous one within
    seconds of ``rotated``. ``confirmed`` is when the user last confirmed their identity. A guest's session
    has the guest link that started it, and its user is the one whose rights that link gives.
    """

    __tablename__ = "sessions"

    id: str = Field(default_factory=new_token_id, primary_key=True, max_length=32)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    guest_link_id: str | None = Field(
        default=None, foreign_key="guest_links.id", ondelete="CASCADE", index=True, max_length=32
    )
    method: str = Field(max_length=20)
    generation: int = 0
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    rotated: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    confirmed: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires: datetime = Field(sa_type=UtcDateTime)
    ended: datetime | None = Field(default=None, sa_type=UtcDateTime)
    address: str = Field(default="", sa_type=EncryptedText.for_column("sessions.address"))
    agent: str = Field(default="", sa_type=EncryptedText.for_column("sessions.agent"))


class ApiToken(SQLModel, table=True):
    """A program's token for the API, with some of its owner's permissions; its id is the ``jti``."""

    __tablename__ = "api_tokens"

    id: str = Field(default_factory=new_token_id, primary_key=True, max_length=32)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=80)
    scopes: list[str] = Field(sa_type=sa.JSON)
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires: datetime = Field(sa_type=UtcDateTime)
    used: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AttemptCounter(SQLModel, table=True):
    """A counter of failed attempts; ``bucket`` is a digest of their kind and of the account or address."""

    __tablename__ = "attempts"

    bucket: str = Field(primary_key=True, max_length=64)
    failures: int = 0
    last: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)


class SpentChallenge(SQLModel, table=True):
    """The SHA-256 of a challenge that a passkey has answered, kept until it expires to prevent replay."""

    __tablename__ = "spent_challenges"

    digest: str = Field(primary_key=True, max_length=64)
    expires: datetime = Field(sa_type=UtcDateTime, index=True)
