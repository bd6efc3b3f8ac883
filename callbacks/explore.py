"""The Explore page: an address comes in, what it opens goes out; commits are mirrored to a store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback
from flask import current_app
from flask_login import current_user

from accounts.guard import requires
from accounts.permissions import Permission
from accounts.principals import Kind
from components import ids
from config import settings
from datasets import audit_events, shares
from datasets.access import effective_access
from datasets.access.gateway import Door, PreparingError, UnknownDatasetError, entries
from datasets.description import Description
from datasets.explorations import saved_views
from datasets.explorations.saved_views import UnknownViewError
from datasets.explorations.url import Opened, open_address
from datasets.explorations.visible_part import fitted
from datasets.storage.encryption import UnreadableError, require_readable
from db.tables import Level, Resource, SavedView
from realtime.live import sessions as live_sessions
from realtime.live.sessions import UnknownLiveError
from realtime.service import Realtime


def register() -> None:
    """Wire the page; the browser sets ``address`` when it has mounted, and when someone types in another.

    It counts up ``attempt`` to ask again while what a person may see is being prepared.
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
        Output(ids.EXPLORATION, "data"),
        Input(ids.EXPLORER, "exploration"),
        prevent_initial_call=True,
    )


@requires(Permission.EXPLORE)
def open_dataset(
    hash_: str, _attempt: int | None, slug: str | None, view: str | None, key: str | None
) -> dict[str, Any]:
    """What the explorer shows for an address: ``Explorer.opened``."""
    try:
        return _opened_live(hash_, key) if key is not None else _opened(hash_, slug, view)
    except PreparingError as error:
        return {"preparing": str(error)}
    except UnknownDatasetError:
        return _nothing(f"There is no dataset “{slug}” here." if slug else str(UnknownViewError()))
    except (UnknownViewError, UnknownLiveError, UnreadableError) as error:
        return _nothing(str(error))


def _opened(hash_: str, slug: str | None, view: str | None) -> dict[str, Any]:
    if view is not None:
        return _opened_view(hash_, *saved_views.find(current_user, view))
    if slug is None:
        return _nothing("Choose a dataset.")
    return _answer(open_address(slug, hash_, _describe))


def _opened_view(hash_: str, view: SavedView, slug: str) -> dict[str, Any]:
    """A saved view as it was kept or, with a hash, as its reader has changed it since."""
    opened = open_address(slug, hash_ or f"#v=1&x=(at:'{view.exploration['version']}')", _describe)
    if not hash_:
        exploration, problems = saved_views.opened(view, opened.description)
        opened = replace(opened, exploration=exploration, problems=problems)
    level = shares.level(current_user, Resource.VIEW, view.id or 0)
    return _answer(opened) | {"view": {"key": view.key, "name": view.name, "level": level}}


def _opened_live(hash_: str, key: str) -> dict[str, Any]:
    """A live session as it is now, on its own version; with a hash, as its reader explores it alone."""
    found = live_sessions.find(current_user, key)
    opened = open_address(found.dataset, hash_ or f"#v=1&x=(at:'{found.live.version}')", _describe)
    realtime: Realtime = current_app.extensions["realtime"]
    if not hash_:
        exploration, whole = fitted(realtime.latest(found.live).state, opened.description)
        opened = replace(opened, exploration=exploration, problems=() if whole else (live_sessions.LEFT_OUT,))
    outline = realtime.outline(current_user, found, opened.description)
    return _answer(opened) | {"live": outline | {"state": outline["state"].model_dump(mode="json")}}


def _answer(opened: Opened) -> dict[str, Any]:
    slug = opened.description.slug
    require_readable(slug, opened.description.version)
    audit_events.opened(current_user, slug, opened.description.version)
    return {
        "description": opened.description.outline,
        "datasets": _datasets(),
        "exploration": opened.exploration.model_dump(mode="json"),
        "suggested": opened.suggested.model_dump(mode="json"),
        "problems": opened.problems,
        "view": None,
        "live": None,
        "may": {
            "list": current_user.may(Permission.ACCOUNT),
            "save": current_user.may(Permission.SAVE),
            "cuxfilter": current_user.kind is Kind.PERSON and settings().cuxfilter_python is not None,
            "present": current_user.may(Permission.PRESENT),
            "share": current_user.may(Permission.SAVE)
            and effective_access.of(current_user, slug).level is Level.MANAGE,
            "administer": current_user.may(Permission.ADMINISTER),
        },
    }


def _describe(slug: str, version: str | None) -> Description:
    door: Door = current_app.extensions["door"]
    return door.open(current_user, slug, version).description


def _nothing(error: str) -> dict[str, Any]:
    return {"error": error, "datasets": _datasets()}


def _datasets() -> list[dict[str, Any]]:
    return [entry.model_dump() for entry in entries(current_user)]
