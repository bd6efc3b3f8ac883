"""The lists of all datasets and saved views for admins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from accounts.paging import PageOptions, contains_text, paginate
from config import get_settings
from db.engine import transaction
from db.tables import AppendedPart, Dataset, DatasetVersion, Resource, SavedView, Share, User


@dataclass(frozen=True)
class DatasetRow:
    """A dataset in the list.

    ``rows`` and ``encrypted`` describe its newest version; ``nbytes`` is the size of all its versions on
    disk.
    """

    id: int
    slug: str
    name: str
    owner: str
    versions: int
    rows: int
    encrypted: bool
    shares: int
    created: datetime
    nbytes: int = 0


@dataclass(frozen=True)
class SavedViewRow:
    """A saved view in the list; ``key`` is its name in URLs."""

    id: int
    key: str
    name: str
    dataset: str
    owner: str
    shares: int
    created: datetime
    changed: datetime


FIRST_PAGE = PageOptions()
_newest_version_id = (
    sa.select(sa.func.max(DatasetVersion.id))
    .where(col(DatasetVersion.dataset_id) == col(Dataset.id))
    .correlate(Dataset)
    .scalar_subquery()
)
_appended_end = (
    sa.select(sa.func.max(col(AppendedPart.rows_from) + col(AppendedPart.rows)))
    .where(col(AppendedPart.version_id) == col(DatasetVersion.id))
    .correlate(DatasetVersion)
    .scalar_subquery()
)
_row_count = sa.func.coalesce(_appended_end, col(DatasetVersion.rows), 0)
_version_count = (
    sa.select(sa.func.count())
    .where(col(DatasetVersion.dataset_id) == col(Dataset.id))
    .correlate(Dataset)
    .scalar_subquery()
)
_dataset_share_count = (
    sa.select(sa.func.count())
    .where(col(Share.resource) == Resource.DATASET, col(Share.resource_id) == col(Dataset.id))
    .correlate(Dataset)
    .scalar_subquery()
)
DATASET_SORT_COLUMNS: dict[str, Any] = {
    "name": col(Dataset.name),
    "owner": col(User.name),
    "rows": _row_count,
    "versions": _version_count,
    "created": col(Dataset.created),
}
_view_share_count = (
    sa.select(sa.func.count())
    .where(col(Share.resource) == Resource.VIEW, col(Share.resource_id) == col(SavedView.id))
    .correlate(SavedView)
    .scalar_subquery()
)
VIEW_SORT_COLUMNS: dict[str, Any] = {
    "name": col(SavedView.name),
    "dataset": col(Dataset.name),
    "owner": col(User.name),
    "created": col(SavedView.created),
    "changed": col(SavedView.changed),
}


def list_dataset_rows(text: str = "", window: PageOptions = FIRST_PAGE) -> tuple[list[DatasetRow], int]:
    """Return the datasets on a page of the list, and how many there are; ``text`` filters by name."""
    wanted = [contains_text(Dataset.name, text)] if text else []
    with transaction() as work:
        total = work.scalar(sa.select(sa.func.count()).select_from(Dataset).where(*wanted))
        rows = work.execute(
            paginate(_dataset_query().where(*wanted), window, DATASET_SORT_COLUMNS, col(Dataset.name))
        ).all()
        return [_build_dataset_row(work, row) for row in rows], total or 0


def get_dataset_row(id_: int) -> DatasetRow | None:
    with transaction() as work:
        row = work.execute(_dataset_query().where(col(Dataset.id) == id_)).one_or_none()
        return _build_dataset_row(work, row) if row else None


def count_unencrypted_versions() -> int:
    """Return how many versions are stored without encryption."""
    with transaction() as work:
        return work.scalar(sa.select(sa.func.count()).where(col(DatasetVersion.key_id).is_(None))) or 0


def list_view_rows(text: str = "", window: PageOptions = FIRST_PAGE) -> tuple[list[SavedViewRow], int]:
    """Return the saved views on a page of the list, and how many there are; ``text`` filters by name."""
    wanted = [contains_text(SavedView.name, text)] if text else []
    with transaction() as work:
        total = work.scalar(sa.select(sa.func.count()).select_from(SavedView).where(*wanted))
        order = (VIEW_SORT_COLUMNS, col(SavedView.name), col(SavedView.id))
        rows = work.execute(paginate(_view_query().where(*wanted), window, *order)).all()
    return [SavedViewRow(*row) for row in rows], total or 0


def get_view_row(id_: int) -> SavedViewRow | None:
    with transaction() as work:
        row = work.execute(_view_query().where(col(SavedView.id) == id_)).one_or_none()
    return SavedViewRow(*row) if row else None


def _dataset_query() -> sa.Select[*tuple[Any, ...]]:
    known = (
        col(Dataset.id),
        col(Dataset.slug),
        col(Dataset.name),
        sa.func.coalesce(User.name, "").label("owner"),
    )
    newest = (_row_count.label("rows"), col(DatasetVersion.key_id))
    counts = (_version_count.label("versions"), _dataset_share_count.label("shares"), col(Dataset.created))
    query = sa.select(*known, *newest, *counts).select_from(Dataset)
    query = query.outerjoin(User, col(User.id) == col(Dataset.owner_id))
    return query.outerjoin(DatasetVersion, col(DatasetVersion.id) == _newest_version_id)


def _build_dataset_row(work: Session, row: sa.Row[Any]) -> DatasetRow:
    folders = work.scalars(
        sa.select(col(DatasetVersion.folder)).where(col(DatasetVersion.dataset_id) == row.id)
    )
    files = (file for folder in folders for file in (get_settings().data / folder).glob("*"))
    return DatasetRow(
        row.id,
        row.slug,
        row.name,
        row.owner,
        row.versions,
        row.rows,
        row.key_id is not None,
        row.shares,
        row.created,
        sum(file.stat().st_size for file in files),
    )


def _view_query() -> sa.Select[*tuple[Any, ...]]:
    named = (col(SavedView.id), col(SavedView.key), col(SavedView.name), col(Dataset.name), col(User.name))
    query = sa.select(*named, _view_share_count, col(SavedView.created), col(SavedView.changed))
    query = query.join(Dataset, col(Dataset.id) == col(SavedView.dataset_id))
    return query.join(User, col(User.id) == col(SavedView.owner_id))
