"""How many rows a person sees of a version now, and how far they reach: docs/growing.md."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request
from flask_login import current_user

from accounts.guard import requires
from accounts.permissions import Permission
from api.answers import explain
from api.cubes import require_same, same_rights
from datasets.door import Door
from db.tables import now


def growth_routes(door: Door) -> Blueprint:
    """The routes for what the door shows."""
    routes = Blueprint("growth", __name__)

    @routes.get("/api/datasets/<slug>/versions/<version>/rows")
    @requires(Permission.EXPLORE)
    def rows(slug: str, version: str) -> Response:
        seen = door.open(current_user, slug, version)
        require_same(seen.reach)
        found = {"rows": seen.states.latest, "at": round(now().timestamp() * 1000), "rate": seen.states.rate}
        answer = make_response(found)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @routes.get("/api/datasets/<slug>/versions/<version>/extent")
    @requires(Permission.EXPLORE)
    def extent(slug: str, version: str) -> Response:
        seen = door.open(current_user, slug, version)
        require_same(seen.reach)
        answer = make_response({"extent": door.extent(seen, request.args.get("column", ""))})
        answer.headers["Cache-Control"] = "no-store"
        return answer

    explain(routes)
    same_rights(routes)
    return routes
