"""The callbacks of the table Live on the page Sessions and tokens: running live sessions."""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component
from flask import current_app

from accounts.paging import PageOptions
from accounts.principals import Principal
from callbacks.admin import grid_data
from callbacks.admin.formatting import format_time
from callbacks.confirm_actions import Action, ActionResult, FormValues
from callbacks.live_sessions import confirm_end
from components.admin import access_panels, ids
from realtime.live import sessions as live_sessions
from realtime.live.sessions import LiveSessionInfo
from realtime.service import Realtime


def register_callbacks() -> None:
    """Register the callbacks of the table and its panel."""
    grid_data.register_grid(ids.LIVE_SESSIONS, load_sessions, "live session", "live sessions")
    grid_data.register_panel(ids.LIVE_SESSIONS, render_session_panel)


def load_sessions(filters: grid_data.GridFilters, window: PageOptions) -> grid_data.GridPage:
    """Return the running live sessions whose owner or presenter matches the search."""
    text = (filters.get("text") or "").casefold()
    found = [
        row
        for row in map(_to_row, live_sessions.list_running())
        if text in f"{row['owner']}\n{row['presenter']}".casefold()
    ]
    return found[window.start : window.start + window.size], len(found)


def render_session_panel(key: str) -> list[Component] | None:
    found = next((found for found in live_sessions.list_running() if found.live.key == key), None)
    return access_panels.live_session_panel(_to_row(found)) if found else None


def end_session(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    realtime: Realtime = current_app.extensions["realtime"]
    realtime.live_actions.end_session(by, key)
    return ActionResult("Live session ended.")


def _to_row(found: LiveSessionInfo) -> dict[str, Any]:
    own = found.live
    return {
        "id": own.key,
        "name": own.name,
        "dataset": found.dataset,
        "owner": found.names[own.owner_id],
        "presenter": found.describe_roles()["presenter"]["name"],
        "started": format_time(own.started),
    }


ACTIONS = {"end-live": Action(end_session, confirm_end)}
