"""The saved views on the page Datasets and rights, and how one goes on to another owner."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from accounts import user_listing
from accounts.paging import Window
from accounts.principals import Principal
from callbacks.admin import grid_data
from callbacks.admin.formatting import moment, subject, who
from callbacks.confirm_actions import Act, Answers, Done, Question
from components.admin import ids
from components.admin import view as shown
from datasets import kept, shares
from datasets.access import owners
from datasets.kept import Kept
from db.tables import Resource


def register() -> None:
    """Wire the table."""
    grid_data.register(ids.VIEWS, page, "saved view", "saved views")
    grid_data.register_panel(ids.VIEWS, panel)


def page(filters: grid_data.Filters, window: Window) -> grid_data.Page:
    """The views that the table shows."""
    found, total = kept.page(filters.get("text") or "", window)
    return [_row(each) for each in found], total


def panel(key: str) -> list[Component] | None:
    """A view in full; None if it is gone."""
    found = kept.one(int(key))
    if found is None:
        return None
    given = shares.of(current_user, Resource.VIEW, found.id)
    return shown.panel(
        _row(found), [(subject(share, name), str(share.level).capitalize()) for share, name in given]
    )


def _row(view: Kept) -> dict[str, Any]:
    moments = {name: moment(getattr(view, name)) for name in ("created", "changed")}
    return asdict(view) | {"id": str(view.id)} | moments


def _view(key: str) -> Kept:
    found = kept.one(int(key))
    if found is None:
        raise LookupError("There is no such saved view any longer.")
    return found


def ask_owner(key: str) -> Question:
    words = (
        "The owner changes and deletes a view, and says with whom it is shared."
        " Which rows they see in it depends on what is shared with them of its dataset."
    )
    fields = [who("New owner"), html.P(words, className="dx-weak")]
    return Question(f"Give {_view(key).name} another owner", fields, "Change the owner")


def change_owner(by: Principal, key: str, answers: Answers) -> Done:
    found, name = _view(key), str(answers["person"] or "").strip()
    owners.hand_over(by, Resource.VIEW, found.id, user_listing.named(name))
    return Done(f"{found.name} belongs to {name} now.")


ACTS = {"view-owner": Act(change_owner, ask_owner)}
