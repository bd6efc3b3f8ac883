"""The routes of saved views; the Explore page opens their explorations."""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from accounts import audit
from accounts.audit import AuditAction
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import register_error_handlers
from api.field_types import Text
from api.operations import RequestBody, ResponseBody, operation
from api.version_requests import require_fitting_exploration
from datasets.access.gateway import DatasetGateway
from datasets.exploration import Exploration
from datasets.explorations import saved_views
from db.tables import Level


class NewView(RequestBody):
    """An exploration to save, and its name."""

    name: Text
    exploration: Exploration


class ViewChange(RequestBody):
    """The changes to a saved view."""

    name: Text | None = None
    exploration: Exploration | None = None


class SavedViewInfo(ResponseBody):
    """A saved view, and your access level."""

    key: str
    name: str
    level: Level


class ListedView(SavedViewInfo):
    """A saved view, the slug of its dataset and who owns it."""

    dataset: str
    owner: str


class ViewList(ResponseBody):
    """Saved views, the latest first."""

    views: list[ListedView]


def create_view_routes(gateway: DatasetGateway) -> Blueprint:
    """Return the routes; people save only what the gateway shows them."""
    routes = Blueprint("views", __name__)
    register_error_handlers(routes)

    @routes.get("/api/views")
    @requires(Permission.EXPLORE)
    @operation()
    def list_views() -> ViewList:
        """List your saved views and those shared with you."""
        return ViewList(
            views=[ListedView.model_validate(each) for each in saved_views.list_views(current_user)]
        )

    @routes.post("/api/views")
    @requires(Permission.SAVE)
    @operation(status=201)
    def save_view(body: NewView) -> SavedViewInfo:
        """Save an exploration under a name."""
        require_fitting_exploration(gateway, body.exploration)
        view = saved_views.save_view(current_user, body.name, body.exploration)
        _record_action(AuditAction.VIEW_SAVED, view.key, name=view.name)
        return SavedViewInfo(key=view.key, name=view.name, level=Level.MANAGE)

    @routes.patch("/api/views/<key>")
    @requires(Permission.SAVE)
    @operation()
    def change_view(key: str, body: ViewChange) -> None:
        """Rename a saved view, or replace its exploration."""
        if body.exploration is not None:
            require_fitting_exploration(gateway, body.exploration)
        saved_views.update_view(current_user, key, body.name, body.exploration)
        _record_action(AuditAction.VIEW_SAVED, key, name=body.name)

    @routes.delete("/api/views/<key>")
    @requires(Permission.SAVE)
    @operation()
    def delete_view(key: str) -> None:
        """Delete a saved view, with its shares and guest links."""
        saved_views.delete_view(current_user, key)
        _record_action(AuditAction.VIEW_DELETED, key)

    return routes


def _record_action(action: AuditAction, key: str, name: str | None = None) -> None:
    audit.record_event(action, actor=current_user, resource=("view", key), name=name)
