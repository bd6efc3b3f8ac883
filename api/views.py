"""The routes of saved views; their explorations are opened by the Explore page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint
from flask_login import current_user

from accounts import audit
from accounts.audit import Action
from accounts.guard import requires
from accounts.permissions import Permission
from api.answers import Body, body, explain
from datasets import views
from datasets.door import Door
from datasets.exploration import Exploration
from datasets.fitting import require_fit


class NewView(Body):
    """An exploration to keep, and its name."""

    name: str
    exploration: Exploration


class ViewChange(Body):
    """What is to be different of a view."""

    name: str | None = None
    exploration: Exploration | None = None


def view_routes(door: Door) -> Blueprint:
    """The routes; only what the door shows a person can they keep."""
    routes = Blueprint("views", __name__)
    explain(routes)

    @routes.get("/api/views")
    @requires(Permission.ACCOUNT)
    def list_views() -> dict[str, Any]:
        return {"views": [asdict(each) for each in views.listed(current_user)]}

    @routes.post("/api/views")
    @requires(Permission.SAVE)
    def save_view() -> tuple[dict[str, Any], int]:
        wanted = body(NewView)
        _require_fit(door, wanted.exploration)
        view = views.save(current_user, wanted.name, wanted.exploration)
        _record(Action.VIEW_SAVED, view.key, name=view.name)
        return {"key": view.key, "name": view.name, "level": "manage"}, 201

    @routes.patch("/api/views/<key>")
    @requires(Permission.SAVE)
    def change_view(key: str) -> tuple[str, int]:
        wanted = body(ViewChange)
        if wanted.exploration is not None:
            _require_fit(door, wanted.exploration)
        views.update(current_user, key, wanted.name, wanted.exploration)
        _record(Action.VIEW_SAVED, key, name=wanted.name)
        return "", 204

    @routes.delete("/api/views/<key>")
    @requires(Permission.SAVE)
    def delete_view(key: str) -> tuple[str, int]:
        views.delete(current_user, key)
        _record(Action.VIEW_DELETED, key)
        return "", 204

    return routes


def _record(action: Action, key: str, name: str | None = None) -> None:
    audit.record(action, actor=current_user, resource=("view", key), name=name)


def _require_fit(door: Door, exploration: Exploration) -> None:
    """Check that the exploration is one of what the person sees.

    Raises:
        UnknownDatasetError, MisfitError: it is not.
    """
    require_fit(exploration, door.open(current_user, exploration.dataset, exploration.version).description)
