"""Datasets and their versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.tables.base import Moment, now


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
