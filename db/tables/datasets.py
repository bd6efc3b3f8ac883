"""Datasets and their versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.keys.column_encryption import EncryptedJson
from db.tables.base import UtcDateTime, utc_now


class Dataset(SQLModel, table=True):
    """A dataset. Its slug is its name in URLs."""

    __tablename__ = "datasets"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=80)
    name: str = Field(max_length=200)
    owner_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class DatasetVersion(SQLModel, table=True):
    """One version of a dataset: a folder of Parquet files and a profile of its columns.

    ``key_id`` is the key that encrypts its files; None: they are not encrypted. ``rows`` and ``profile``
    describe the imported rows; if it ``grows``, more rows may be appended.
    """

    __tablename__ = "dataset_versions"
    __table_args__ = (sa.UniqueConstraint("dataset_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    dataset_id: int = Field(foreign_key="datasets.id", ondelete="CASCADE")
    key: str = Field(max_length=64)
    rows: int = Field(sa_type=sa.BigInteger)
    folder: str
    key_id: str | None = Field(default=None, foreign_key="keys.id", max_length=16)
    profile: dict[str, Any] = Field(sa_type=EncryptedJson.for_column("dataset_versions.profile"))
    grows: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class AppendedPart(SQLModel, table=True):
    """One file of rows appended to a version: ``rows`` rows, which follow the first ``rows_from`` rows.

    ``consumed`` names, by feed, the messages they come from. A part without rows has no file.
    """

    __tablename__ = "appended_parts"
    __table_args__ = (
        sa.UniqueConstraint("version_id", "file"),
        sa.Index("ix_appended_parts_version_id_rows_from", "version_id", "rows_from"),
    )

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="dataset_versions.id", ondelete="CASCADE")
    rows_from: int = Field(sa_type=sa.BigInteger)
    rows: int = Field(sa_type=sa.BigInteger)
    file: str | None = Field(default=None, max_length=40)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    consumed: dict[str, list[str]] = Field(
        default_factory=dict, sa_type=EncryptedJson.for_column("appended_parts.consumed")
    )


class VisibleProfile(SQLModel, table=True):
    """The profile of a version's columns over the rows that certain rights (a digest) show."""

    __tablename__ = "visible_profiles"
    __table_args__ = (sa.UniqueConstraint("version_id", "rights"),)

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="dataset_versions.id", ondelete="CASCADE")
    rights: str = Field(max_length=64)
    rows: int = Field(sa_type=sa.BigInteger)
    profile: dict[str, Any] = Field(sa_type=EncryptedJson.for_column("visible_profiles.profile"))
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
