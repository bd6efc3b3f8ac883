"""The page Datasets and rights: each dataset with its shares, and the acts that change them."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import current_app
from flask_login import current_user

from accounts import groups, user_listing
from accounts.paging import PageOptions
from accounts.principals import Principal
from callbacks.admin import grid_data
from callbacks.admin.formatting import format_subject, format_time, person_field
from callbacks.confirm_actions import Action, ActionResult, Confirmation, FormValues
from components import ids as shared
from components.admin import dataset as shown
from components.admin import ids
from components.controls import Field
from datasets import admin_listing, shares
from datasets.access import condition_text, owners, row_conditions
from datasets.admin_listing import DatasetRow
from datasets.description import Description
from datasets.shares import ShareTarget, ShareTerms
from db.tables import Level, Resource, Share

PERSON, EVERYONE, GROUP = "person", "everyone", "group:"


def register_callbacks() -> None:
    """Wire the page."""
    grid_data.register_grid(ids.DATASETS, load_datasets, "dataset", "datasets")
    grid_data.register_panel(ids.DATASETS, render_dataset_panel)


def load_datasets(filters: grid_data.GridFilters, window: PageOptions) -> grid_data.GridPage:
    """The datasets that the table shows."""
    found, total = admin_listing.list_dataset_rows(filters.get("text") or "", window)
    return [_to_row(each) for each in found], total


def render_dataset_panel(key: str) -> list[Component] | None:
    """A dataset in full; None if it is gone."""
    found = admin_listing.get_dataset_row(int(key))
    if found is None:
        return None
    given = shares.list_shares(current_user, Resource.DATASET, found.id)
    description = _get_description(found)
    return shown.dataset_panel(
        _to_row(found), [_to_share_row(share, name, description) for share, name in given]
    )


def _to_row(found: DatasetRow) -> dict[str, Any]:
    own = {
        name: getattr(found, name)
        for name in ("slug", "name", "owner", "versions", "rows", "nbytes", "shares")
    }
    encrypted = "Yes" if found.encrypted else "No"
    return {"id": str(found.id), **own, "encrypted": encrypted, "created": format_time(found.created)}


def _to_share_row(share: Share, name: str, description: Description | None) -> dict[str, Any]:
    parts = [str(share.level).capitalize(), _describe_rows(share, description)]
    if share.masked:
        parts.append(f"without {', '.join(_get_label(each, description) for each in share.masked)}")
    return {
        "id": f"{share.resource_id}:{share.id}",
        "with": format_subject(share, name),
        "words": " · ".join(parts),
    }


def _describe_rows(share: Share, description: Description | None) -> str:
    if share.conditions is None:
        return "every row"
    met = row_conditions.conditions_adapter.validate_python(share.conditions)
    return (
        f"rows where {condition_text.describe_conditions(met, description)}" if description else "some rows"
    )


def _get_label(name: str, description: Description | None) -> str:
    labels = {column.name: column.label for column in description.columns} if description else {}
    return labels.get(name, name)


def _get_dataset(key: str) -> DatasetRow:
    found = admin_listing.get_dataset_row(int(key))
    if found is None:
        raise LookupError("There is no such dataset any longer.")
    return found


def _get_description(found: DatasetRow) -> Description | None:
    """The newest version as an admin sees it: all of it. None while there is none."""
    if not found.versions:
        return None
    whole: Description = current_app.extensions["gateway"].open_version(current_user, found.slug).description
    return whole


def _list_columns(found: DatasetRow) -> list[dict[str, Any]]:
    """What the conditions are built of: the columns of the newest version."""
    whole = _get_description(found)
    return [
        {
            "name": column.name,
            "label": column.label,
            "kind": column.profile.kind,
            "values": list(column.profile.values),
        }
        for column in (whole.columns if whole else ())
    ]


def confirm_share_dataset(key: str) -> Confirmation:
    found = _get_dataset(key)
    known = [(f"{GROUP}{id_}", f"Group {name}") for id_, name in groups.list_group_names()]
    subjects = [(PERSON, "A person"), *known, (EVERYONE, "Everyone signed in")]
    fields = [
        Field(shared.form_field("with"), "With", "choice", value=PERSON, options=subjects),
        person_field("Their name, if it is a person"),
    ]
    terms = shown.share_fields(_list_columns(found), Level.VIEW.value, [], [])
    return Confirmation(f"Share {found.name}", [*fields, *terms], "Share")


def share_dataset(by: Principal, key: str, answers: FormValues) -> ActionResult:
    found = _get_dataset(key)
    terms = _build_terms(answers, found)
    chosen = str(answers["with"])
    if chosen == PERSON:
        whom = ShareTarget(user_id=user_listing.require_user_id(str(answers["person"] or "").strip()))
    else:
        whom = ShareTarget(group_id=int(chosen.removeprefix(GROUP))) if chosen != EVERYONE else ShareTarget()
    made = shares.grant_share(by, Resource.DATASET, found.id, whom, terms)
    if found.versions:
        current_app.extensions["gateway"].prepare_profile(found.slug, made)
    return ActionResult(f"{found.name} is shared.")


def confirm_change_share(key: str) -> Confirmation:
    given, found = _get_share(key)
    columns, own = _list_columns(found), given.conditions or []
    terms = shown.share_fields(columns, str(given.level), own, given.masked)
    return Confirmation(f"Change how {found.name} is shared", terms, "Change")


def change_share(by: Principal, key: str, answers: FormValues) -> ActionResult:
    given, found = _get_share(key)
    shares.change_terms(by, given.id or 0, _build_terms(answers, found))
    return ActionResult(f"{found.name} is shared on other terms now.")


def confirm_stop_sharing(key: str) -> Confirmation:
    _, found = _get_share(key)
    words_ = "They lose what this share shows them at their next click. Other shares with them stay."
    return Confirmation(f"Stop sharing {found.name}?", [html.P(words_)], "Stop sharing")


def stop_sharing(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    given, found = _get_share(key)
    shares.revoke_share(by, given.id or 0)
    return ActionResult(f"{found.name} is shared with them no longer.")


def confirm_change_owner(key: str) -> Confirmation:
    found = _get_dataset(key)
    note = html.P(
        "The owner manages a dataset: shares it, and decides who sees which rows.", className="dx-weak"
    )
    return Confirmation(
        f"Give {found.name} another owner", [person_field("New owner"), note], "Change the owner"
    )


def change_owner(by: Principal, key: str, answers: FormValues) -> ActionResult:
    found, name = _get_dataset(key), str(answers["person"] or "").strip()
    owners.transfer_one(by, Resource.DATASET, found.id, user_listing.require_user_id(name))
    return ActionResult(f"{found.name} belongs to {name} now.")


def _build_terms(answers: FormValues, found: DatasetRow) -> ShareTerms:
    whole, given = _get_description(found), answers.get("conditions") or None
    if given is not None and whole:
        row_conditions.compile_conditions(row_conditions.conditions_adapter.validate_python(given), whole)
    return ShareTerms(Level(answers["level"]), given, tuple(answers.get("masked") or ()))


def _get_share(key: str) -> tuple[Share, DatasetRow]:
    """The share, and its dataset, that a key names: both ids."""
    dataset, _, id_ = key.partition(":")
    found = _get_dataset(dataset)
    for given, _ in shares.list_shares(current_user, Resource.DATASET, found.id):
        if given.id == int(id_):
            return given, found
    raise LookupError("It is shared with them no longer.")


ACTIONS = {
    "share": Action(share_dataset, confirm_share_dataset),
    "change-share": Action(change_share, confirm_change_share),
    "stop-share": Action(stop_sharing, confirm_stop_sharing),
    "owner": Action(change_owner, confirm_change_owner),
}
