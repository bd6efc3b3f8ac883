"""The catalogue: which datasets and versions exist, for the service itself.

Nothing here checks rights. What people get goes through ``datasets.access.gateway``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, TypeAdapter
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from config import get_settings
from datasets import shares
from datasets.description import Column, Description
from datasets.storage import appended_files
from datasets.storage.encryption import get_key
from datasets.storage.store import RelocatingStore, Store
from db.engine import exclusive_transaction, transaction
from db.tables import Dataset, DatasetVersion, Resource
from errors import NotFoundError

SLUG_PATTERN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
VERSION_KEY_PATTERN = re.compile(r"[0-9a-f]{1,64}")

SqlCondition = sa.ColumnElement[bool]

_columns_adapter = TypeAdapter(tuple[Column, ...])


class UnknownDatasetError(NotFoundError):
    """There is no dataset with this slug, or no version with this key."""


class DatasetEntry(BaseModel):
    """A dataset in the list of datasets."""

    model_config = ConfigDict(frozen=True)

    slug: str
    name: str


def require_slug(slug: str) -> None:
    """Check that a slug can be part of a URL.

    Raises:
        ValueError: it consists of something else than a-z, 0-9 and inner hyphens, or is too long.
    """
    if not SLUG_PATTERN.fullmatch(slug):
        raise ValueError(
            f"{slug!r} isn't a valid slug: use a-z, 0-9 and hyphens between them, at most 80 characters"
        )


def make_slug(name: str) -> str:
    """Return the name as a slug: ``Café (2)`` becomes ``cafe-2``; it is empty if no character can stay."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].rstrip("-")


def list_datasets(*where: SqlCondition) -> list[DatasetEntry]:
    """Return all datasets that have a version and meet the conditions, oldest first."""
    with_rows = col(Dataset.id).in_(select(DatasetVersion.dataset_id))
    query = select(Dataset).where(with_rows, *where).order_by(col(Dataset.id))
    with transaction() as work:
        return [DatasetEntry(slug=row.slug, name=row.name) for row in work.exec(query)]


def get_description(slug: str, version: str | None = None, *where: SqlCondition) -> Description:
    """Return the description of a version of a dataset that meets the conditions; None is the newest version.

    Raises:
        UnknownDatasetError: there is no such dataset or version.
    """
    return build_description(*find_version(slug, version, *where))


def build_description(dataset: Dataset, version_row: DatasetVersion) -> Description:
    """Return the description of a version that was read from the database."""
    description = _load_description(
        dataset.slug, dataset.name, version_row.key, version_row.rows, version_row.id or 0
    )
    return description.model_copy(update={"grows": True}) if version_row.grows else description


def list_descriptions(slug: str) -> list[Description]:
    """Return the descriptions of all versions of a dataset, newest first."""
    query = select(Dataset, DatasetVersion).join(DatasetVersion).where(Dataset.slug == slug)
    newest_first = query.order_by(col(DatasetVersion.id).desc())
    with transaction() as work:
        found = work.exec(newest_first.options(defer(cast(Any, DatasetVersion.profile)))).all()
    return [build_description(dataset, version) for dataset, version in found]


def has_version(slug: str, version: str) -> bool:
    try:
        find_version(slug, version)
    except UnknownDatasetError:
        return False
    return True


def open_store(slug: str, version: str) -> Store:
    """Open the rows of a version, including those that will be appended.

    Raises:
        UnknownDatasetError: there is no such dataset or version.
        UnreadableDatasetError: its key is lost.
    """
    return RelocatingStore(lambda: build_store(slug, find_version(slug, version)[1]))


def open_imported_store(slug: str, version: str) -> Store:
    """Open only the imported rows of a version, which its columns describe; raise as ``open_store`` does."""
    return RelocatingStore(lambda: build_store(slug, find_version(slug, version)[1], include_appended=False))


def add_version(slug: str, name: str, key: str, store: Store, columns: Sequence[Column]) -> None:
    """Make a written version the newest of its dataset, which is renamed to ``name``.

    If there is no such dataset, it is created. A new dataset has no owner and is shared with nobody.
    """
    with transaction() as work:
        known = work.exec(select(Dataset).where(Dataset.slug == slug)).first()
        dataset = known or _create_dataset(work, slug, name)
        dataset.name = name
        work.add(dataset)
        work.add(_build_version_row(cast(int, dataset.id), key, store, columns))


def move_version(version: DatasetVersion, to: Store, appended: Collection[str] = ()) -> bool:
    """Let a version be stored in another folder from now on, with the same rows.

    Args:
        version: the version as it was read from the database.
        to: the store with the copied rows.
        appended: the names of the files of appended rows that were copied.

    Returns:
        Whether the version was moved; it was not if other files have been appended than those that were
        copied.
    """
    with exclusive_transaction(appended_files.GROWTH_LOCK) as work:
        if appended_files.list_file_names(work, version.id or 0) != set(appended):
            return False
        row = work.get_one(DatasetVersion, version.id)
        row.folder, row.key_id = _relative_folder(to), to.key_id
        work.add(row)
        return True


def build_store(slug: str, version: DatasetVersion, *, include_appended: bool = True) -> Store:
    """Return the rows of a version in the folder that its row in the database names."""
    folder, key = get_settings().data / version.folder, get_key(slug, version.key_id)
    id_ = version.id or 0
    return (
        Store(folder, key, lambda: appended_files.list_files(id_))
        if include_appended and version.grows
        else Store(folder, key)
    )


def _relative_folder(store: Store) -> str:
    return str(store.folder.relative_to(get_settings().data))


def serialize_columns(columns: Sequence[Column]) -> dict[str, Any]:
    """Return the columns as the database stores them."""
    return {"columns": [column.model_dump(mode="json") for column in columns]}


def deserialize_columns(profile: dict[str, Any]) -> tuple[Column, ...]:
    """Return the columns that the database stores."""
    return _columns_adapter.validate_python(profile["columns"])


def find_version(slug: str, version: str | None, *where: SqlCondition) -> tuple[Dataset, DatasetVersion]:
    """Return a dataset and one of its versions from the database, without the version's profile.

    Raises:
        UnknownDatasetError: there is no such dataset or version.
    """
    found = None
    if SLUG_PATTERN.fullmatch(slug) and (version is None or VERSION_KEY_PATTERN.fullmatch(version)):
        with transaction() as work:
            found = _query_version(work, slug, version, where)
    if found is None:
        what = f"dataset {slug!r}" if version is None else f"version {version!r} of a dataset {slug!r}"
        raise UnknownDatasetError(f"there is no {what}")
    return found


def _create_dataset(work: Session, slug: str, name: str) -> Dataset:
    dataset = Dataset(slug=slug, name=name)
    work.add(dataset)
    work.flush()
    shares.delete_shares(work, Resource.DATASET, cast(int, dataset.id))  # SQLite reuses ids
    return dataset


def _build_version_row(dataset_id: int, key: str, found: Store, columns: Sequence[Column]) -> DatasetVersion:
    return DatasetVersion(
        dataset_id=dataset_id,
        key=key,
        rows=found.row_count,
        folder=_relative_folder(found),
        key_id=found.key_id,
        profile=serialize_columns(columns),
    )


def _query_version(
    work: Session, slug: str, version: str | None, where: Sequence[SqlCondition]
) -> tuple[Dataset, DatasetVersion] | None:
    query = select(Dataset, DatasetVersion).join(DatasetVersion).where(Dataset.slug == slug, *where)
    if version is not None:
        query = query.where(DatasetVersion.key == version)
    newest_first = query.order_by(col(DatasetVersion.id).desc())
    return work.exec(newest_first.options(defer(cast(Any, DatasetVersion.profile)))).first()


@lru_cache(maxsize=64)
def _load_description(slug: str, name: str, key: str, rows: int, id_: int) -> Description:
    with transaction() as work:
        row = work.get_one(DatasetVersion, id_)
    return Description(slug=slug, name=name, version=key, rows=rows, columns=deserialize_columns(row.profile))
