"""Datasets and their versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.keys.column_encryption import EncryptedJson
from db.tables.base import UtcDateTime, utc_now


class Dataset(SQLModel, table=True):
    """A table people explore, by the name its address carries."""

    __tablename__ = "datasets"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=80)
    name: str = Field(max_length=200)
    owner_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class DatasetVersion(SQLModel, table=True):
    """One state of a dataset: a folder of Parquet files and what is known of its columns.

    ``key_id`` is the key that its files are encrypted with; None: they are not. ``rows`` and ``profile`` are
    of the rows that were imported; where it ``grows``, others may follow them.
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
    """Rows that were added to a version: ``rows`` of them behind the ``rows_from`` before, in one file.

    ``consumed`` names, feed by feed, the messages that they were made of; no rows have no file.
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
    """What is known of a version's columns over the rows that somebody's rights (by digest) show."""

    __tablename__ = "visible_profiles"
    __table_args__ = (sa.UniqueConstraint("version_id", "rights"),)

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="dataset_versions.id", ondelete="CASCADE")
    rights: str = Field(max_length=64)
    rows: int = Field(sa_type=sa.BigInteger)
    profile: dict[str, Any] = Field(sa_type=EncryptedJson.for_column("visible_profiles.profile"))
    created: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
