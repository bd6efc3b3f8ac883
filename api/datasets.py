"""The routes that list datasets and describe what a person sees of one."""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import register_error_handlers
from api.operations import ResponseBody, operation
from datasets import audit_events
from datasets.access.gateway import DatasetGateway, list_visible_datasets
from datasets.storage.encryption import require_readable
from db.tables import Level
from gpu.column_profile import ColumnKind


class ListedDataset(ResponseBody):
    """A dataset: its slug, which URLs contain, and its name."""

    slug: str
    name: str


class DatasetList(ResponseBody):
    """Datasets, oldest first."""

    datasets: list[ListedDataset]


class ColumnOutline(ResponseBody):
    """A column that you see: its kind, its extent over the rows you see, and its possible scales.

    Times are milliseconds since 1970, UTC; ``dates`` says that they are dates without a time of day, and
    ``zone`` in which zone the clock stood, if known. ``sketch`` counts rows, in equal bins or for the first
    categories.
    """

    name: str
    label: str
    kind: ColumnKind
    integer: bool
    dates: bool
    zone: str | None
    distinct: int
    nulls: int
    minimum: float | None
    maximum: float | None
    sketch: list[int]
    scales: list[str]


class DatasetOutline(ResponseBody):
    """The newest version of a dataset as you see it, and your access level.

    ``rights`` is equal for all who see the same of it. If it ``grows``, ``rows`` is the current number.
    """

    slug: str
    name: str
    version: str
    rows: int
    rights: str
    grows: bool
    level: Level
    columns: list[ColumnOutline]


def create_dataset_routes(gateway: DatasetGateway) -> Blueprint:
    """Return the routes; they show what the gateway shows."""
    routes = Blueprint("datasets", __name__)
    register_error_handlers(routes)

    @routes.get("/api/datasets")
    @requires(Permission.EXPLORE)
    @operation()
    def list_datasets() -> DatasetList:
        """List the datasets that you can open."""
        return DatasetList(
            datasets=[ListedDataset.model_validate(each) for each in list_visible_datasets(current_user)]
        )

    @routes.get("/api/datasets/<slug>")
    @requires(Permission.EXPLORE)
    @operation()
    def show_dataset(slug: str) -> DatasetOutline:
        """Describe what you see of the newest version of a dataset."""
        seen = gateway.open_version(current_user, slug)
        version = seen.description.version
        require_readable(slug, version)
        audit_events.record_opened(current_user, slug, version)
        return DatasetOutline.model_validate(seen.description.json_outline | {"level": seen.access.level})

    return routes
