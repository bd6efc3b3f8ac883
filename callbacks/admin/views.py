"""The callbacks of the saved views on the page Datasets and rights, and their transfer to another owner."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from accounts import user_listing
from accounts.paging import PageOptions
from accounts.principals import Principal
from callbacks.admin import grid_data
from callbacks.admin.formatting import format_level, format_subject, format_time, person_field
from callbacks.confirm_actions import Action, ActionResult, Confirmation, FormValues
from components.admin import ids
from components.admin import view as shown
from datasets import admin_listing, shares
from datasets.access import owners
from datasets.admin_listing import SavedViewRow
from db.tables import Resource


def register_callbacks() -> None:
    """Register the callbacks of the table."""
    grid_data.register_grid(ids.VIEWS, load_views, "saved view", "saved views")
    grid_data.register_panel(ids.VIEWS, render_view_panel)


def load_views(filters: grid_data.GridFilters, window: PageOptions) -> grid_data.GridPage:
    """Return the saved views in the window of the table."""
    found, total = admin_listing.list_view_rows(filters.get("text") or "", window)
    return [_to_row(each) for each in found], total


def render_view_panel(key: str) -> list[Component] | None:
    """Return the panel of a saved view; None if it no longer exists."""
    found = admin_listing.get_view_row(int(key))
    if found is None:
        return None
    given = shares.list_shares(current_user, Resource.VIEW, found.id)
    return shown.view_panel(
        _to_row(found),
        [(format_subject(share, name), format_level(share.level)) for share, name in given],
    )


def _to_row(view: SavedViewRow) -> dict[str, Any]:
    moments = {name: format_time(getattr(view, name)) for name in ("created", "changed")}
    return asdict(view) | {"id": str(view.id)} | moments


def _get_view(key: str) -> SavedViewRow:
    found = admin_listing.get_view_row(int(key))
    if found is None:
        raise LookupError("This saved view no longer exists.")
    return found


def confirm_change_owner(key: str) -> Confirmation:
    words = (
        "The owner can change, share and delete the view."
        " Which rows they see depends on their access to its dataset."
    )
    fields = [person_field("New owner"), html.P(words, className="dx-weak")]
    return Confirmation(f"Change the owner of {_get_view(key).name}", fields, "Change owner")


def change_owner(by: Principal, key: str, answers: FormValues) -> ActionResult:
    found, name = _get_view(key), str(answers["person"] or "").strip()
    owners.transfer_one(by, Resource.VIEW, found.id, user_listing.require_user_id(name))
    return ActionResult(f"{name} now owns {found.name}.")


ACTIONS = {"view-owner": Action(change_owner, confirm_change_owner)}
