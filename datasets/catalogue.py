"""Which datasets there are, and all that is known of their versions: for the service itself.

Nothing here asks who wants to know. What people get goes through datasets.access.gateway.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, TypeAdapter
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from config import settings
from datasets import shares
from datasets.description import Column, Description
from datasets.slugs import SLUG
from datasets.storage import appended_files
from datasets.storage.encryption import key_of
from datasets.storage.store import FollowedStore, Store
from db.engine import alone, session
from db.tables import Dataset, DatasetVersion, Resource

VERSION = re.compile(r"[0-9a-f]{1,64}")

Condition = sa.ColumnElement[bool]

_columns = TypeAdapter(tuple[Column, ...])


class UnknownDatasetError(LookupError):
    """There is no dataset of this slug, or no version of this key."""


class Entry(BaseModel):
    """A dataset in the list."""

    model_config = ConfigDict(frozen=True)

    slug: str
    name: str


def entries(*where: Condition) -> list[Entry]:
    """Every dataset that has a version and meets the conditions, oldest first."""
    with_rows = col(Dataset.id).in_(select(DatasetVersion.dataset_id))
    query = select(Dataset).where(with_rows, *where).order_by(col(Dataset.id))
    with session() as work:
        return [Entry(slug=row.slug, name=row.name) for row in work.exec(query)]


def open(slug: str, version: str | None = None, *where: Condition) -> Description:  # noqa: A001
    """Describe a version of a dataset that meets the conditions; None is the newest.

    Raises:
        UnknownDatasetError: there is no such dataset or version.
    """
    return describe(*find(slug, version, *where))


def describe(dataset: Dataset, row: DatasetVersion) -> Description:
    """All that is known of a version."""
    found = _describe(dataset.slug, dataset.name, row.key, row.rows, row.id or 0)
    return found.model_copy(update={"grows": True}) if row.grows else found


def has(slug: str, version: str) -> bool:
    try:
        find(slug, version)
    except UnknownDatasetError:
        return False
    return True


def store(slug: str, version: str) -> Store:
    """The rows of a version, those appended included, as they come.

    Raises:
        UnknownDatasetError: there is no such dataset or version.
        UnreadableError: its key is lost.
    """
    return FollowedStore(lambda: stored(slug, find(slug, version)[1]))


def imported(slug: str, version: str) -> Store:
    """The rows of a version that were imported, which its columns describe; raises what ``store`` does."""
    return FollowedStore(lambda: stored(slug, find(slug, version)[1], grown=False))


def add(slug: str, name: str, key: str, found: Store, columns: Sequence[Column]) -> None:
    """Make a written version the newest of its dataset; the dataset is created, or takes the new name.

    A new dataset has no owner and is shared with nobody.
    """
    with session() as work:
        known = work.exec(select(Dataset).where(Dataset.slug == slug)).first()
        dataset = known or _created(work, slug, name)
        dataset.name = name
        work.add(dataset)
        work.add(_version(cast(int, dataset.id), key, found, columns))


def move(version: DatasetVersion, to: Store, appended: Collection[str] = ()) -> bool:
    """Let a version lie elsewhere from now on, with the same rows.

    Nothing is done and False returned where other files of rows were appended than those there.
    """
    with alone(appended_files.GROWTH) as work:
        if appended_files.files(work, version.id or 0) != set(appended):
            return False
        row = work.get_one(DatasetVersion, version.id)
        row.folder, row.key_id = _relative(to), to.key_id
        work.add(row)
        return True


def stored(slug: str, version: DatasetVersion, *, grown: bool = True) -> Store:
    """The rows of a version where its row in the database says that they are."""
    folder, key = settings().data / version.folder, key_of(slug, version.key_id)
    id_ = version.id or 0
    return (
        Store(folder, key, lambda: appended_files.of(id_)) if grown and version.grows else Store(folder, key)
    )


def _relative(store: Store) -> str:
    return str(store.folder.relative_to(settings().data))


def profile_of(columns: Sequence[Column]) -> dict[str, Any]:
    """Columns as the database keeps them."""
    return {"columns": [column.model_dump(mode="json") for column in columns]}


def columns_of(profile: dict[str, Any]) -> tuple[Column, ...]:
    """The columns of a profile that the database kept."""
    return _columns.validate_python(profile["columns"])


def find(slug: str, version: str | None, *where: Condition) -> tuple[Dataset, DatasetVersion]:
    """The rows of a version in the database, but for its profile.

    Raises:
        UnknownDatasetError: there is no such dataset or version.
    """
    found = None
    if SLUG.fullmatch(slug) and (version is None or VERSION.fullmatch(version)):
        with session() as work:
            found = _query(work, slug, version, where)
    if found is None:
        what = f"dataset {slug!r}" if version is None else f"version {version!r} of a dataset {slug!r}"
        raise UnknownDatasetError(f"there is no {what}")
    return found


def _created(work: Session, slug: str, name: str) -> Dataset:
    dataset = Dataset(slug=slug, name=name)
    work.add(dataset)
    work.flush()
    shares.forget(work, Resource.DATASET, cast(int, dataset.id))  # SQLite gives numbers out again
    return dataset


def _version(dataset_id: int, key: str, found: Store, columns: Sequence[Column]) -> DatasetVersion:
    return DatasetVersion(
        dataset_id=dataset_id,
        key=key,
        rows=found.rows,
        folder=_relative(found),
        key_id=found.key_id,
        profile=profile_of(columns),
    )


def _query(
    work: Session, slug: str, version: str | None, where: Sequence[Condition]
) -> tuple[Dataset, DatasetVersion] | None:
    query = select(Dataset, DatasetVersion).join(DatasetVersion).where(Dataset.slug == slug, *where)
    if version is not None:
        query = query.where(DatasetVersion.key == version)
    newest_first = query.order_by(col(DatasetVersion.id).desc())
    return work.exec(newest_first.options(defer(cast(Any, DatasetVersion.profile)))).first()


@lru_cache(maxsize=64)
def _describe(slug: str, name: str, key: str, rows: int, id_: int) -> Description:
    with session() as work:
        row = work.get_one(DatasetVersion, id_)
    return Description(slug=slug, name=name, version=key, rows=rows, columns=columns_of(row.profile))
