"""What can this person see: asked of one dataset, and of all of them."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import current_app

from accounts import user_listing
from accounts.principals import Principal
from callbacks.admin.formatting import who
from callbacks.confirm_actions import Act, Answers, Done, Question
from components.admin import access_summary
from datasets import admin_listing
from datasets.access import access_preview
from datasets.access.access_preview import Preview


def ask_see(key: str) -> Question:
    """``key`` is of a dataset."""
    name = _name(key)
    return Question(f"See {name} as somebody else", [who("Person")], "Show what they see")


def see(_by: Principal, key: str, answers: Answers) -> Done:
    name = str(answers["person"] or "").strip()
    found = admin_listing.one(int(key))
    seen = (
        access_preview.of(user_listing.acting(user_listing.named(name)), found.slug)
        if found and found.versions
        else None
    )
    return Done("", show=[html.P(f"{name} sees of {_name(key)}:"), *_shown(seen)])


def ask_sees(key: str) -> Question:
    """``key`` is of a person."""
    person = user_listing.acting(int(key))
    return Question(
        f"What {person.name} sees",
        [access_summary.each([_row(each) for each in access_preview.all_of(person)])],
        "",
    )


def _shown(seen: Preview | None) -> list[Component]:
    if seen is None:
        return [html.P("Nothing: for them there is no such dataset.", className="dx-weak")]
    counted = {
        "visible": access_preview.count(seen, current_app.extensions["engines"]),
        "total": seen.whole.rows,
    }
    return [access_summary.one(_row(seen) | counted)]


def _row(seen: Preview) -> dict[str, Any]:
    level = str(seen.reach.level).capitalize()
    return {"name": seen.whole.name, "level": level, "rows": seen.rows, "hidden": seen.hidden}


def _name(key: str) -> str:
    found = admin_listing.one(int(key))
    if found is None:
        raise LookupError("There is no such dataset any longer.")
    return found.name


ACTS = {"see": Act(see, ask_see), "sees": Act(ask=ask_sees)}
