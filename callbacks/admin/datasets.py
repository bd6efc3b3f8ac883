"""The callbacks of the page Datasets and rights: the datasets, their shares, and actions on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import current_app
from flask_login import current_user

from accounts import groups, user_listing
from accounts.paging import PageOptions
from accounts.principals import Principal
from callbacks.admin import grid_data
from callbacks.admin.formatting import format_level, format_subject, format_time, person_field
from callbacks.confirm_actions import Action, ActionResult, Confirmation, FormValues
from components import ids as shared
from components.admin import dataset as shown
from components.admin import ids
from components.controls import Field, FieldOptions
from datasets import admin_listing, shares
from datasets.access import (
    condition_text,
    owners,
    row_conditions,
    share_targets,
    share_terms,
    wider_shares,
)
from datasets.access.share_targets import ShareTargetKind
from datasets.admin_listing import DatasetRow
from datasets.description import Description
from datasets.share_columns import list_unconfirmed
from datasets.shares import ShareTarget, ShareTerms
from db.tables import Level, Resource, Share

PERSON, EVERYONE, GROUP = "person", "everyone", "group:"
WARNING_ADVICE = "To show them less, change or remove that share as well."


def register_callbacks() -> None:
    """Register the callbacks of the page."""
    grid_data.register_grid(ids.DATASETS, load_datasets, "dataset", "datasets")
    grid_data.register_panel(ids.DATASETS, render_dataset_panel)


def load_datasets(filters: grid_data.GridFilters, window: PageOptions) -> grid_data.GridPage:
    """Return the datasets in the window of the table."""
    found, total = admin_listing.list_dataset_rows(filters.get("text") or "", window)
    return [_to_row(each) for each in found], total


def render_dataset_panel(key: str) -> list[Component] | None:
    """Return the panel of a dataset; None if it no longer exists."""
    found = admin_listing.get_dataset_row(int(key))
    if found is None:
        return None
    given = shares.list_shares(current_user, Resource.DATASET, found.id)
    description = _get_description(found)
    labels = share_terms.list_known_columns(found.slug)
    return shown.dataset_panel(
        _to_row(found), [_to_share_row(share, name, description, labels) for share, name in given]
    )


def _to_row(found: DatasetRow) -> dict[str, Any]:
    own = {
        name: getattr(found, name)
        for name in ("slug", "name", "owner", "versions", "rows", "nbytes", "shares")
    }
    encrypted = "Yes" if found.encrypted else "No"
    return {"id": str(found.id), **own, "encrypted": encrypted, "created": format_time(found.created)}


def _to_share_row(
    share: Share, name: str, description: Description | None, labels: Mapping[str, str]
) -> dict[str, Any]:
    parts = [format_level(share.level), _describe_rows(share, description)]
    if share.masked:
        parts.append(f"hidden columns: {_list_labels(share.masked, labels)}")
    if unconfirmed := list_unconfirmed(share, labels):
        parts.append(f"new columns, hidden until you change this share: {_list_labels(unconfirmed, labels)}")
    return {
        "id": f"{share.resource_id}:{share.id}",
        "with": format_subject(share, name),
        "words": " · ".join(parts),
    }


def _describe_rows(share: Share, description: Description | None) -> str:
    met = row_conditions.load_conditions(share.conditions)
    if met is None:
        return "all rows"
    return (
        f"rows where {condition_text.describe_conditions(met, description)}" if description else "some rows"
    )


def _list_labels(names: Iterable[str], labels: Mapping[str, str]) -> str:
    return ", ".join(labels.get(name, name) for name in names)


def get_dataset(key: str) -> DatasetRow:
    """Return a dataset by its id.

    Raises:
        LookupError: it no longer exists.
    """
    found = admin_listing.get_dataset_row(int(key))
    if found is None:
        raise LookupError("This dataset no longer exists.")
    return found


def _get_description(found: DatasetRow) -> Description | None:
    """Return the newest version, all of which an admin sees; None if there is no version."""
    if not found.versions:
        return None
    whole: Description = current_app.extensions["gateway"].open_version(current_user, found.slug).description
    return whole


def _list_columns(found: DatasetRow) -> list[dict[str, Any]]:
    """Return the columns of the newest version, for the editor of conditions."""
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
    found = get_dataset(key)
    known = [(f"{GROUP}{id_}", f"{name} (group)") for id_, name in groups.list_group_names()]
    subjects = [(PERSON, "A person"), *known, (EVERYONE, "Everyone signed in")]
    fields = [
        Field(shared.form_field("with"), "Share with", "choice", value=PERSON, options=subjects),
        person_field("Name of the person"),
    ]
    columns = _list_columns(found)
    names = [(column["name"], column["label"]) for column in columns]
    terms = shown.share_fields(columns, names, Level.VIEW.value, [], [])
    return Confirmation(f"Share {found.name}", [*fields, *terms], "Share")


def _get_target(answers: FormValues) -> ShareTarget:
    chosen = str(answers["with"])
    if chosen == PERSON:
        return share_targets.resolve_target(ShareTargetKind.PERSON, str(answers["person"] or "").strip())
    return ShareTarget(group_id=int(chosen.removeprefix(GROUP))) if chosen != EVERYONE else ShareTarget()


def list_new_share_warnings(by: Principal, key: str, answers: FormValues) -> list[str]:
    found = get_dataset(key)
    terms = _build_terms(answers, found)
    return _list_share_warnings(by, found, _get_target(answers), terms)


def list_changed_share_warnings(by: Principal, key: str, answers: FormValues) -> list[str]:
    given, found = _get_share(key)
    terms = _build_terms(answers, found, given)
    return _list_share_warnings(by, found, ShareTarget(given.user_id, given.group_id), terms)


def _list_share_warnings(
    by: Principal, found: DatasetRow, target: ShareTarget, terms: ShareTerms
) -> list[str]:
    whole = _get_description(found)
    told = wider_shares.list_share_warnings(by, (Resource.DATASET, found.id), target, terms, whole)
    return [*told, WARNING_ADVICE] if told else []


def share_dataset(by: Principal, key: str, answers: FormValues) -> ActionResult:
    found = get_dataset(key)
    terms = _build_terms(answers, found)
    made = shares.grant_share(by, Resource.DATASET, found.id, _get_target(answers), terms)
    if found.versions:
        current_app.extensions["gateway"].prepare_profile(found.slug, made)
    return ActionResult(f"{found.name} is shared.")


def confirm_change_share(key: str) -> Confirmation:
    given, found = _get_share(key)
    columns, own = _list_columns(found), given.conditions or []
    names, hidden = _list_choices(given, found, columns)
    terms = shown.share_fields(columns, names, str(given.level), own, hidden)
    return Confirmation(f"Change the share of {found.name}", terms, "Save changes")


def _list_choices(
    given: Share, found: DatasetRow, columns: list[dict[str, Any]]
) -> tuple[FieldOptions, list[str]]:
    """Return the columns that a share may hide or show, with labels, and those that it hides now.

    If it restricts columns, those that only older versions have can be shown, too.
    """
    names = {column["name"]: column["label"] for column in columns}
    if given.shown is None:
        return list(names.items()), []
    known = share_terms.list_known_columns(found.slug)
    options = [(name, names.get(name) or f"{label} (older versions)") for name, label in known.items()]
    return options, [name for name in known if name not in given.shown]


def change_share(by: Principal, key: str, answers: FormValues) -> ActionResult:
    given, found = _get_share(key)
    shares.change_terms(by, given.id or 0, _build_terms(answers, found, given))
    return ActionResult(f"Share of {found.name} changed.")


def confirm_stop_sharing(key: str) -> Confirmation:
    _, found = _get_share(key)
    words_ = "They lose this access with their next request. Other shares with them remain."
    return Confirmation(f"Stop sharing {found.name}?", [html.P(words_)], "Stop sharing")


def stop_sharing(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    given, found = _get_share(key)
    shares.revoke_share(by, given.id or 0)
    return ActionResult(f"{found.name} is no longer shared with them.")


def confirm_change_owner(key: str) -> Confirmation:
    found = get_dataset(key)
    note = html.P("The owner can share the dataset, and decides who sees which rows.", className="dx-weak")
    return Confirmation(
        f"Change the owner of {found.name}", [person_field("New owner"), note], "Change owner"
    )


def change_owner(by: Principal, key: str, answers: FormValues) -> ActionResult:
    found, name = get_dataset(key), str(answers["person"] or "").strip()
    owners.transfer_one(by, Resource.DATASET, found.id, user_listing.require_user_id(name))
    return ActionResult(f"{name} now owns {found.name}.")


def _build_terms(answers: FormValues, found: DatasetRow, given: Share | None = None) -> ShareTerms:
    """Return the terms that a form asks for; of the columns that it offered, it shows what it doesn't hide.

    A share that names its columns goes on to do so, also when it hides none of them any more.
    """
    level, masked = Level(answers["level"]), tuple(answers.get("masked") or ())
    offered = answers.get("offered") or ()
    restricted = given is not None and given.shown is not None and level is not Level.MANAGE
    named = tuple(name for name in offered if name not in masked) if masked or restricted else ()
    terms = ShareTerms(level, answers.get("conditions") or None, masked, named or None)
    share_terms.require_known_terms(found.slug, terms)
    return terms


def _get_share(key: str) -> tuple[Share, DatasetRow]:
    """Return a share and its dataset; ``key`` is ``<dataset id>:<share id>``."""
    dataset, _, id_ = key.partition(":")
    found = get_dataset(dataset)
    for given, _ in shares.list_shares(current_user, Resource.DATASET, found.id):
        if given.id == int(id_):
            return given, found
    raise LookupError("This share no longer exists.")


ACTIONS = {
    "share": Action(share_dataset, confirm_share_dataset, list_warnings=list_new_share_warnings),
    "change-share": Action(change_share, confirm_change_share, list_warnings=list_changed_share_warnings),
    "stop-share": Action(stop_sharing, confirm_stop_sharing),
    "owner": Action(change_owner, confirm_change_owner),
}
