"""The callbacks of the Explore page: open what an address names, and mirror commits to a store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback
from flask import current_app
from flask_login import current_user

from accounts import user_listing
from accounts.guard import requires
from accounts.permissions import Permission
from accounts.principals import PrincipalKind
from components import ids
from config import get_settings
from datasets import audit_events, shares
from datasets.access import effective_access
from datasets.access.gateway import DatasetGateway, PreparingError, UnknownDatasetError, list_visible_datasets
from datasets.description import Description
from datasets.explorations import saved_views
from datasets.explorations.saved_views import UnknownViewError
from datasets.explorations.url import OpenedExploration, open_hash
from datasets.explorations.visible_part import restrict_to_visible
from datasets.storage.encryption import UnreadableDatasetError, require_readable
from db.tables import Level, Resource, SavedView
from realtime.live import sessions as live_sessions
from realtime.live.sessions import UnknownLiveSessionError
from realtime.service import Realtime


def register_callbacks() -> None:
    """Register the callbacks. The browser sets ``address`` when it has mounted and when the address changes.

    It increments ``attempt`` to ask again while the profile of what a person sees is being prepared.
    """
    callback(
        Output(ids.EXPLORER, "opened"),
        Input(ids.EXPLORER, "address"),
        Input(ids.EXPLORER, "attempt"),
        State(ids.EXPLORER, "dataset"),
        State(ids.EXPLORER, "view"),
        State(ids.EXPLORER, "live"),
        prevent_initial_call=True,
    )(open_dataset)
    clientside_callback(
        ClientsideFunction("dx", "mirrorExploration"),
        Output(ids.EXPLORATION_STORE, "data"),
        Input(ids.EXPLORER, "exploration"),
        prevent_initial_call=True,
    )


@requires(Permission.EXPLORE)
def open_dataset(
    hash_: str, _attempt: int | None, slug: str | None, view: str | None, key: str | None
) -> dict[str, Any]:
    """Return what the explorer shows for an address: ``Explorer.opened``."""
    try:
        return _open_live_session(hash_, key) if key is not None else _open_exploration(hash_, slug, view)
    except PreparingError as error:
        return {"preparing": str(error)}
    except UnknownDatasetError:
        return _build_error_prop(f"There is no dataset “{slug}” here." if slug else str(UnknownViewError()))
    except (UnknownViewError, UnknownLiveSessionError, UnreadableDatasetError) as error:
        return _build_error_prop(str(error))


def _open_exploration(hash_: str, slug: str | None, view: str | None) -> dict[str, Any]:
    if view is not None:
        return _open_saved_view(hash_, *saved_views.find_view(current_user, view))
    if slug is None:
        return _build_error_prop("Choose a dataset.")
    return _build_opened_prop(open_hash(slug, hash_, _get_description))


def _open_saved_view(hash_: str, view: SavedView, slug: str) -> dict[str, Any]:
    """Open a saved view as it was saved or, with a hash, as its reader has changed it since."""
    opened = open_hash(slug, hash_ or f"#v=1&x=(at:'{view.exploration['version']}')", _get_description)
    if not hash_:
        exploration, problems = saved_views.load_visible(view, opened.description)
        opened = replace(opened, exploration=exploration, problems=problems)
    level = shares.get_level(current_user, Resource.VIEW, view.id or 0)
    return _build_opened_prop(opened) | {"view": {"key": view.key, "name": view.name, "level": level}}


def _open_live_session(hash_: str, key: str) -> dict[str, Any]:
    """Open a live session in its current state, on its version; with a hash, as its reader explores alone."""
    found = live_sessions.find_session(current_user, key)
    opened = open_hash(found.dataset, hash_ or f"#v=1&x=(at:'{found.live.version}')", _get_description)
    realtime: Realtime = current_app.extensions["realtime"]
    if not hash_:
        exploration, whole = restrict_to_visible(
            realtime.get_latest_state(found.live).state, opened.description
        )
        opened = replace(
            opened, exploration=exploration, problems=() if whole else (live_sessions.HIDDEN_PARTS_MESSAGE,)
        )
    outline = realtime.describe_session(current_user, found, opened.description)
    return _build_opened_prop(opened) | {
        "live": outline | {"state": outline["state"].model_dump(mode="json")}
    }


def _build_opened_prop(opened: OpenedExploration) -> dict[str, Any]:
    slug = opened.description.slug
    require_readable(slug, opened.description.version)
    audit_events.record_opened(current_user, slug, opened.description.version)
    return {
        "description": opened.description.json_outline,
        "datasets": _list_datasets(),
        "exploration": opened.exploration.model_dump(mode="json"),
        "suggested": opened.suggested.model_dump(mode="json"),
        "problems": opened.problems,
        "view": None,
        "live": None,
        "may": {
            "list": current_user.has_permission(Permission.ACCOUNT),
            "save": current_user.has_permission(Permission.SAVE),
            "cuxfilter": current_user.kind is PrincipalKind.PERSON
            and get_settings().cuxfilter_python is not None,
            "present": current_user.has_permission(Permission.PRESENT),
            "share": current_user.has_permission(Permission.SAVE)
            and effective_access.get_access(current_user, slug).level is Level.MANAGE,
            "administer": current_user.has_permission(Permission.ADMINISTER),
        },
    }


def _get_description(slug: str, version: str | None) -> Description:
    gateway: DatasetGateway = current_app.extensions["gateway"]
    return gateway.open_version(current_user, slug, version).description


def _build_error_prop(error: str) -> dict[str, Any]:
    """Return the message and what the person can open instead or, if that is nothing, whom they can ask.

    Only people who may look up names, to share with, learn those of admins.
    """
    datasets = _list_datasets()
    admins = (
        user_listing.list_admin_names()
        if not datasets and current_user.has_permission(Permission.SAVE)
        else []
    )
    administers = current_user.has_permission(Permission.ADMINISTER)
    return {"error": error, "datasets": datasets, "administers": administers, "admins": admins}


def _list_datasets() -> list[dict[str, Any]]:
    return [entry.model_dump() for entry in list_visible_datasets(current_user)]
