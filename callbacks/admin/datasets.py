"""The page Datasets and rights: each dataset with its shares, and the acts that change them."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import current_app
from flask_login import current_user

from accounts import groups, user_listing
from accounts.paging import Window
from accounts.principals import Principal
from callbacks.admin import grid_data
from callbacks.admin.formatting import moment, subject, who
from callbacks.confirm_actions import Act, Answers, Done, Question
from components import ids as shared
from components.admin import dataset as shown
from components.admin import ids
from components.controls import Field
from datasets import admin_listing, shares
from datasets.access import condition_text, owners, row_conditions
from datasets.admin_listing import Listed
from datasets.description import Description
from datasets.shares import Subject, Terms
from db.tables import Level, Resource, Share

PERSON, EVERYONE, GROUP = "person", "everyone", "group:"


def register() -> None:
    """Wire the page."""
    grid_data.register(ids.DATASETS, page, "dataset", "datasets")
    grid_data.register_panel(ids.DATASETS, panel)


def page(filters: grid_data.Filters, window: Window) -> grid_data.Page:
    """The datasets that the table shows."""
    found, total = admin_listing.page(filters.get("text") or "", window)
    return [_row(each) for each in found], total


def panel(key: str) -> list[Component] | None:
    """A dataset in full; None if it is gone."""
    found = admin_listing.one(int(key))
    if found is None:
        return None
    given = shares.of(current_user, Resource.DATASET, found.id)
    description = _whole(found)
    return shown.panel(_row(found), [_share(share, name, description) for share, name in given])


def _row(found: Listed) -> dict[str, Any]:
    own = {
        name: getattr(found, name)
        for name in ("slug", "name", "owner", "versions", "rows", "nbytes", "shares")
    }
    encrypted = "Yes" if found.encrypted else "No"
    return {"id": str(found.id), **own, "encrypted": encrypted, "created": moment(found.created)}


def _share(share: Share, name: str, description: Description | None) -> dict[str, Any]:
    parts = [str(share.level).capitalize(), _rows(share, description)]
    if share.masked:
        parts.append(f"without {', '.join(_label(each, description) for each in share.masked)}")
    return {
        "id": f"{share.resource_id}:{share.id}",
        "with": subject(share, name),
        "words": " · ".join(parts),
    }


def _rows(share: Share, description: Description | None) -> str:
    if share.conditions is None:
        return "every row"
    met = row_conditions.stored.validate_python(share.conditions)
    return f"rows where {condition_text.words(met, description)}" if description else "some rows"


def _label(name: str, description: Description | None) -> str:
    labels = {column.name: column.label for column in description.columns} if description else {}
    return labels.get(name, name)


def _dataset(key: str) -> Listed:
    found = admin_listing.one(int(key))
    if found is None:
        raise LookupError("There is no such dataset any longer.")
    return found


def _whole(found: Listed) -> Description | None:
    """The newest version as an admin sees it: all of it. None while there is none."""
    if not found.versions:
        return None
    whole: Description = current_app.extensions["door"].open(current_user, found.slug).description
    return whole


def _columns(found: Listed) -> list[dict[str, Any]]:
    """What the conditions are built of: the columns of the newest version."""
    whole = _whole(found)
    return [
        {
            "name": column.name,
            "label": column.label,
            "kind": column.profile.kind,
            "values": list(column.profile.values),
        }
        for column in (whole.columns if whole else ())
    ]


def ask_share(key: str) -> Question:
    found = _dataset(key)
    known = [(f"{GROUP}{id_}", f"Group {name}") for id_, name in groups.names()]
    subjects = [(PERSON, "A person"), *known, (EVERYONE, "Everyone signed in")]
    fields = [
        Field(shared.answer("with"), "With", "choice", value=PERSON, options=subjects),
        who("Their name, if it is a person"),
    ]
    terms = shown.terms(_columns(found), Level.VIEW.value, [], [])
    return Question(f"Share {found.name}", [*fields, *terms], "Share")


def share(by: Principal, key: str, answers: Answers) -> Done:
    found = _dataset(key)
    terms = _terms(answers, found)
    chosen = str(answers["with"])
    if chosen == PERSON:
        whom = Subject(user_id=user_listing.named(str(answers["person"] or "").strip()))
    else:
        whom = Subject(group_id=int(chosen.removeprefix(GROUP))) if chosen != EVERYONE else Subject()
    made = shares.give(by, Resource.DATASET, found.id, whom, terms)
    if found.versions:
        current_app.extensions["door"].prepare(found.slug, made)
    return Done(f"{found.name} is shared.")


def ask_change(key: str) -> Question:
    given, found = _given(key)
    columns, own = _columns(found), given.conditions or []
    terms = shown.terms(columns, str(given.level), own, given.masked)
    return Question(f"Change how {found.name} is shared", terms, "Change")


def change(by: Principal, key: str, answers: Answers) -> Done:
    given, found = _given(key)
    shares.change(by, given.id or 0, _terms(answers, found))
    return Done(f"{found.name} is shared on other terms now.")


def ask_stop(key: str) -> Question:
    _, found = _given(key)
    words_ = "They lose what this share shows them at their next click. Other shares with them stay."
    return Question(f"Stop sharing {found.name}?", [html.P(words_)], "Stop sharing")


def stop(by: Principal, key: str, _answers: Answers) -> Done:
    given, found = _given(key)
    shares.take(by, given.id or 0)
    return Done(f"{found.name} is shared with them no longer.")


def ask_owner(key: str) -> Question:
    found = _dataset(key)
    note = html.P(
        "The owner manages a dataset: shares it, and decides who sees which rows.", className="dx-weak"
    )
    return Question(f"Give {found.name} another owner", [who("New owner"), note], "Change the owner")


def change_owner(by: Principal, key: str, answers: Answers) -> Done:
    found, name = _dataset(key), str(answers["person"] or "").strip()
    owners.hand_over(by, Resource.DATASET, found.id, user_listing.named(name))
    return Done(f"{found.name} belongs to {name} now.")


def _terms(answers: Answers, found: Listed) -> Terms:
    whole, given = _whole(found), answers.get("conditions") or None
    if given is not None and whole:
        row_conditions.compiled(row_conditions.stored.validate_python(given), whole)
    return Terms(Level(answers["level"]), given, tuple(answers.get("masked") or ()))


def _given(key: str) -> tuple[Share, Listed]:
    """The share, and its dataset, that a key names: both ids."""
    dataset, _, id_ = key.partition(":")
    found = _dataset(dataset)
    for given, _ in shares.of(current_user, Resource.DATASET, found.id):
        if given.id == int(id_):
            return given, found
    raise LookupError("It is shared with them no longer.")


ACTS = {
    "share": Act(share, ask_share),
    "change-share": Act(change, ask_change),
    "stop-share": Act(stop, ask_stop),
    "owner": Act(change_owner, ask_owner),
}
