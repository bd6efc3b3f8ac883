"""How many rows a person sees of a version now, and how far they reach: docs/growing.md."""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import explain
from api.operations import Answer, Query, operation
from api.version_requests import require_same
from datasets import audit_events
from datasets.access.gateway import Door
from db.tables import now


class RightsQuery(Query):
    """The rights that the description names."""

    r: str | None = None


class ExtentQuery(RightsQuery):
    """A column, too."""

    column: str


class NewestState(Answer):
    """How many rows there are ``at`` a moment (milliseconds since 1970); how many came a second lately."""

    rows: int
    at: int
    rate: float


class Extent(Answer):
    """The least and greatest value, times in milliseconds since 1970, UTC; empty without any value."""

    extent: list[float]


def growth_routes(door: Door) -> Blueprint:
    """The routes for what the door shows."""
    routes = Blueprint("growth", __name__)
    explain(routes)

    @routes.get("/api/datasets/<slug>/versions/<version>/state")
    @requires(Permission.EXPLORE)
    @operation()
    def show_state(slug: str, version: str, query: RightsQuery) -> NewestState:
        """How many rows you see of a version by now."""
        seen = door.open(current_user, slug, version)
        require_same(query.r, seen.reach)
        audit_events.asked(current_user, slug, version)
        at = round(now().timestamp() * 1000)
        return NewestState(rows=seen.states.latest, at=at, rate=seen.states.rate)

    @routes.get("/api/datasets/<slug>/versions/<version>/extent")
    @requires(Permission.EXPLORE)
    @operation()
    def show_extent(slug: str, version: str, query: ExtentQuery) -> Extent:
        """How far the values that you see in a column of numbers or times reach by now."""
        seen = door.open(current_user, slug, version)
        require_same(query.r, seen.reach)
        audit_events.asked(current_user, slug, version)
        return Extent(extent=door.extent(seen, query.column))

    return routes
