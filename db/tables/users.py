"""Users, their groups, and the ways in which they can sign in."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.keys.column_encryption import EncryptedText
from db.name_keys import MAX_KEY_LENGTH, keep_name_key
from db.tables.base import UtcDateTime, utc_now


class Role(StrEnum):
    """The role of a user; accounts.permissions says what each role may do."""

    ADMIN = "admin"
    PRESENTER = "presenter"
    ANALYST = "analyst"
    VIEWER = "viewer"


def new_handle() -> str:
    return secrets.token_hex(16)


class User(SQLModel, table=True):
    """A user, who signs in with a password if they have one, a passkey, or an OpenID provider.

    ``name_key`` is the name as compared with others. ``handle`` is their id in passkeys. ``totp`` is the
    secret of their authenticator (base32) and ``totp_step`` the last half-minute whose code was accepted.
    """

    __tablename__ = "users"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=80)
    name_key: str = Field(default="", unique=True, max_length=MAX_KEY_LENGTH)
    email: str | None = Field(default=None, sa_type=EncryptedText.for_column("users.email"))
    email_digest: str | None = Field(default=None, unique=True, max_length=64)
    password_hash: str | None = Field(default=None, max_length=200)
    role: Role = Field(sa_type=sa.String(20))
    handle: str = Field(default_factory=new_handle, unique=True, max_length=32)
    totp: str | None = Field(default=None, sa_type=EncryptedText.for_column("users.totp"))
    totp_step: int = Field(default=0, sa_type=sa.BigInteger)
    disabled: bool = False
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    signed_in: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Group(SQLModel, table=True):
    """A group of users, with whom things can be shared at once; ``name_key`` as that of a user."""

    __tablename__ = "groups"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=80)
    name_key: str = Field(default="", unique=True, max_length=MAX_KEY_LENGTH)
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Membership(SQLModel, table=True):
    """The membership of a user in a group."""

    __tablename__ = "memberships"

    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    group_id: int = Field(foreign_key="groups.id", ondelete="CASCADE", primary_key=True, index=True)


class LinkPurpose(StrEnum):
    """What a one-time link lets its owner do."""

    SIGN_IN = "signin"
    INVITATION = "invitation"
    RESET = "reset"


class OneTimeLink(SQLModel, table=True):
    """A link that its owner can use once. Only the SHA-256 of its token is stored."""

    __tablename__ = "one_time_links"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    purpose: LinkPurpose = Field(sa_type=sa.String(20))
    token_hash: str = Field(unique=True, max_length=64)
    expires: datetime = Field(sa_type=UtcDateTime)
    used: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RecoveryCode(SQLModel, table=True):
    """A single-use code for a lost second factor: 80 random bits, of which only the SHA-256 is stored."""

    __tablename__ = "recovery_codes"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    code_hash: str = Field(unique=True, max_length=64)
    used: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Passkey(SQLModel, table=True):
    """A WebAuthn credential; ``credential_id`` is base64url."""

    __tablename__ = "passkeys"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    credential_id: str = Field(unique=True, max_length=1400)
    public_key: bytes
    sign_count: int = Field(default=0, sa_type=sa.BigInteger)
    name: str = Field(max_length=80)
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    used: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Identity(SQLModel, table=True):
    """The identity of a user at an OpenID provider."""

    __tablename__ = "identities"
    __table_args__ = (sa.UniqueConstraint("issuer", "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    issuer: str = Field(max_length=300)
    subject: str = Field(max_length=255)
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


for named in (User, Group):
    keep_name_key(named)
