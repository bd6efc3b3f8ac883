"""The actions that show what a person can see: of one dataset, or of all."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import current_app

from accounts import user_listing
from accounts.principals import Principal
from callbacks.admin.datasets import get_dataset
from callbacks.admin.formatting import format_level, person_field
from callbacks.confirm_actions import Action, ActionResult, Confirmation, FormValues
from components.admin import access_summary
from datasets import admin_listing
from datasets.access import access_preview
from datasets.access.access_preview import AccessPreview


def confirm_preview_dataset(key: str) -> Confirmation:
    """Ask for whom to preview the dataset ``key``."""
    name = get_dataset(key).name
    return Confirmation(f"View {name} as another user", [person_field("Person")], "Show access")


def preview_dataset(_by: Principal, key: str, answers: FormValues) -> ActionResult:
    name = str(answers["person"] or "").strip()
    found = admin_listing.get_dataset_row(int(key))
    seen = (
        access_preview.get_preview(user_listing.get_principal(user_listing.require_user_id(name)), found.slug)
        if found and found.versions
        else None
    )
    return ActionResult(
        "", dialog_content=[html.P(f"Access of {name} to {get_dataset(key).name}:"), *_render_preview(seen)]
    )


def confirm_preview_person(key: str) -> Confirmation:
    """List what the person ``key`` can see of each dataset."""
    person = user_listing.get_principal(int(key))
    return Confirmation(
        f"What {person.name} can see",
        [access_summary.access_list([_to_row(each) for each in access_preview.list_previews(person)])],
        "",
    )


def _render_preview(seen: AccessPreview | None) -> list[Component]:
    if seen is None:
        return [html.P("They can't see this dataset.", className="dx-weak")]
    counted = {
        "visible": access_preview.count_visible_rows(seen, current_app.extensions["engines"]),
        "total": seen.description.rows,
    }
    return [access_summary.dataset_access(_to_row(seen) | counted)]


def _to_row(seen: AccessPreview) -> dict[str, Any]:
    return {
        "name": seen.description.name,
        "level": format_level(seen.access.level),
        "rows": seen.rows_text,
        "hidden": seen.hidden_columns,
    }


ACTIONS = {
    "see": Action(preview_dataset, confirm_preview_dataset),
    "sees": Action(build_confirmation=confirm_preview_person),
}
