"""The routes of saved views; their explorations are opened by the Explore page."""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from accounts import audit
from accounts.audit import Action
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import explain
from api.operations import Answer, Body, operation
from datasets.access.gateway import Door
from datasets.exploration import Exploration
from datasets.explorations import saved_views
from datasets.explorations.visible_part import require_fit
from db.tables import Level


class NewView(Body):
    """An exploration to keep, and its name."""

    name: str
    exploration: Exploration


class ViewChange(Body):
    """What is to be different of a view."""

    name: str | None = None
    exploration: Exploration | None = None


class KeptView(Answer):
    """A saved view, and what you may do with it."""

    key: str
    name: str
    level: Level


class ListedView(KeptView):
    """A saved view, the slug of its dataset and who owns it."""

    dataset: str
    owner: str


class Views(Answer):
    """Saved views, the latest first."""

    views: list[ListedView]


def view_routes(door: Door) -> Blueprint:
    """The routes; only what the door shows a person can they keep."""
    routes = Blueprint("views", __name__)
    explain(routes)

    @routes.get("/api/views")
    @requires(Permission.EXPLORE)
    @operation()
    def list_views() -> Views:
        """Your saved views and those shared with you."""
        return Views(views=[ListedView.model_validate(each) for each in saved_views.listed(current_user)])

    @routes.post("/api/views")
    @requires(Permission.SAVE)
    @operation(status=201)
    def save_view(body: NewView) -> KeptView:
        """Keep an exploration under a name."""
        _require_fit(door, body.exploration)
        view = saved_views.save(current_user, body.name, body.exploration)
        _record(Action.VIEW_SAVED, view.key, name=view.name)
        return KeptView(key=view.key, name=view.name, level=Level.MANAGE)

    @routes.patch("/api/views/<key>")
    @requires(Permission.SAVE)
    @operation()
    def change_view(key: str, body: ViewChange) -> None:
        """Rename a saved view, or keep another exploration in it."""
        if body.exploration is not None:
            _require_fit(door, body.exploration)
        saved_views.update(current_user, key, body.name, body.exploration)
        _record(Action.VIEW_SAVED, key, name=body.name)

    @routes.delete("/api/views/<key>")
    @requires(Permission.SAVE)
    @operation()
    def delete_view(key: str) -> None:
        """Delete a saved view, with its shares and guest links."""
        saved_views.delete(current_user, key)
        _record(Action.VIEW_DELETED, key)

    return routes


def _record(action: Action, key: str, name: str | None = None) -> None:
    audit.record(action, actor=current_user, resource=("view", key), name=name)


def _require_fit(door: Door, exploration: Exploration) -> None:
    """Check that the exploration is one of what the person sees.

    Raises:
        UnknownDatasetError, MisfitError: it is not.
    """
    require_fit(exploration, door.open(current_user, exploration.dataset, exploration.version).description)
