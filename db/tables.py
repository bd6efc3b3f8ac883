"""What the database holds. Every change here has its migration in db/migrations."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Role(StrEnum):
    """What a person is to the service; accounts.permissions says what each may do."""

    ADMIN = "admin"
    PRESENTER = "presenter"
    ANALYST = "analyst"


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment in UTC, aware of it on both databases: SQLite keeps no time zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


def now() -> datetime:
    return datetime.now(UTC)


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


class Dataset(SQLModel, table=True):
    """A table people explore, by the name its address carries."""

    __tablename__ = "datasets"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=80)
    name: str = Field(max_length=200)
    created: datetime = Field(default_factory=now, sa_type=Moment)


class DatasetVersion(SQLModel, table=True):
    """One immutable state of a dataset: a folder of Parquet files and what is known of its columns."""

    __tablename__ = "dataset_versions"
    __table_args__ = (sa.UniqueConstraint("dataset_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    dataset_id: int = Field(foreign_key="datasets.id", ondelete="CASCADE")
    key: str = Field(max_length=64)
    rows: int = Field(sa_type=sa.BigInteger)
    folder: str
    profile: dict[str, Any] = Field(sa_type=sa.JSON)
    created: datetime = Field(default_factory=now, sa_type=Moment)
