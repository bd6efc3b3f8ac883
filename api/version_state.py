"""How many rows a person sees of a version now, and how far they reach: docs/growing.md."""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import register_error_handlers
from api.operations import QueryParams, ResponseBody, operation
from api.version_requests import require_same_rights
from datasets import audit_events
from datasets.access.gateway import DatasetGateway
from db.tables import utc_now


class RightsQuery(QueryParams):
    """The rights that the description names."""

    r: str | None = None


class ExtentQuery(RightsQuery):
    """A column, too."""

    column: str


class NewestState(ResponseBody):
    """How many rows there are ``at`` a moment (milliseconds since 1970); how many came a second lately."""

    rows: int
    at: int
    rate: float


class ExtentResponse(ResponseBody):
    """The least and greatest value, times in milliseconds since 1970, UTC; empty without any value."""

    extent: list[float]


def create_version_state_routes(gateway: DatasetGateway) -> Blueprint:
    """The routes for what the door shows."""
    routes = Blueprint("growth", __name__)
    register_error_handlers(routes)

    @routes.get("/api/datasets/<slug>/versions/<version>/state")
    @requires(Permission.EXPLORE)
    @operation()
    def show_state(slug: str, version: str, query: RightsQuery) -> NewestState:
        """How many rows you see of a version by now."""
        seen = gateway.open_version(current_user, slug, version)
        require_same_rights(query.r, seen.access)
        audit_events.record_opened_once(current_user, slug, version)
        at = round(utc_now().timestamp() * 1000)
        return NewestState(rows=seen.snapshots.visible_now, at=at, rate=seen.snapshots.arrival_rate)

    @routes.get("/api/datasets/<slug>/versions/<version>/extent")
    @requires(Permission.EXPLORE)
    @operation()
    def show_extent(slug: str, version: str, query: ExtentQuery) -> ExtentResponse:
        """How far the values that you see in a column of numbers or times reach by now."""
        seen = gateway.open_version(current_user, slug, version)
        require_same_rights(query.r, seen.access)
        audit_events.record_opened_once(current_user, slug, version)
        return ExtentResponse(extent=gateway.get_extent(seen, query.column))

    return routes
