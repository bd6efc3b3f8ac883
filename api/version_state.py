"""The routes of growing versions: number of rows, and extent of a column. See docs/growing.md."""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from accounts.guard import requires
from accounts.permissions import Permission
from api.computation_queue import QueueName, take_turns
from api.errors import register_error_handlers
from api.field_types import Text
from api.operations import QueryParams, ResponseBody, operation
from api.version_requests import open_version
from datasets import audit_events
from datasets.access.gateway import DatasetGateway
from datasets.exploration import Name
from db.tables import utc_now


class RightsQuery(QueryParams):
    """The rights key of the description."""

    r: Text | None = None


class ExtentQuery(RightsQuery):
    """The rights key, and a column."""

    column: Name


class NewestState(ResponseBody):
    """The number of rows ``at`` a moment (ms since 1970), and how many per second have arrived lately."""

    rows: int
    at: int
    rate: float


class ExtentResponse(ResponseBody):
    """The least and greatest value; times in milliseconds since 1970, UTC; empty if there is no value."""

    extent: list[float]


def create_version_state_routes(gateway: DatasetGateway) -> Blueprint:
    """Return the routes; they show what the gateway shows."""
    routes = Blueprint("growth", __name__)
    register_error_handlers(routes)

    @routes.get("/api/datasets/<slug>/versions/<version>/state")
    @requires(Permission.EXPLORE)
    @operation()
    def show_state(slug: str, version: str, query: RightsQuery) -> NewestState:
        """Return how many rows of a version you currently see."""
        seen = open_version(gateway, slug, version, query.r)
        audit_events.record_opened_once(current_user, slug, version)
        at = round(utc_now().timestamp() * 1000)
        return NewestState(rows=seen.snapshots.visible_now, at=at, rate=seen.snapshots.arrival_rate)

    @routes.get("/api/datasets/<slug>/versions/<version>/extent")
    @requires(Permission.EXPLORE)
    @operation()
    @take_turns(QueueName.COMPUTATIONS)
    def show_extent(slug: str, version: str, query: ExtentQuery) -> ExtentResponse:
        """Return the current extent of the values you see in a column of numbers or times."""
        seen = open_version(gateway, slug, version, query.r)
        audit_events.record_opened_once(current_user, slug, version)
        return ExtentResponse(extent=gateway.get_extent(seen, query.column))

    return routes
