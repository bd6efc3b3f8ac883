"""What is presented now, for admins: the table Live of the page of sessions, and how one is ended."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import current_app

from accounts.paging import Window
from accounts.principals import Principal
from callbacks.admin import grid_data
from callbacks.admin.formatting import moment
from callbacks.confirm_actions import Act, Answers, Done, Question
from components.admin import access_panels, ids
from realtime.live import sessions as live_sessions
from realtime.live.sessions import Found
from realtime.service import Realtime


def register() -> None:
    """Wire the table and its panel."""
    grid_data.register(ids.LIVE, page, "live session", "live sessions")
    grid_data.register_panel(ids.LIVE, panel)


def page(filters: grid_data.Filters, window: Window) -> grid_data.Page:
    """Those in progress, of whose owners or presenters the name holds what is searched for."""
    text = (filters.get("text") or "").casefold()
    found = [
        row
        for row in map(_row, live_sessions.running())
        if text in f"{row['owner']}\n{row['presenter']}".casefold()
    ]
    return found[window.start : window.start + window.size], len(found)


def panel(key: str) -> list[Component] | None:
    found = next((found for found in live_sessions.running() if found.live.key == key), None)
    return access_panels.live(_row(found)) if found else None


def ask_end(_key: str) -> Question:
    return Question(
        "End this live session?", [html.P("It ends for everybody in it. The recording stays.")], "End"
    )


def end(by: Principal, key: str, _answers: Answers) -> Done:
    realtime: Realtime = current_app.extensions["realtime"]
    realtime.stage.end(by, key)
    return Done("The live session has ended.")


def _row(found: Found) -> dict[str, Any]:
    own = found.live
    return {
        "id": own.key,
        "name": own.name,
        "dataset": found.dataset,
        "owner": found.names[own.owner_id],
        "presenter": found.roles()["presenter"]["name"],
        "started": moment(own.started),
    }


ACTS = {"end-live": Act(end, ask_end)}
