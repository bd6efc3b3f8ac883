"""The page Sessions and tokens: active sessions, tokens, guest links and live sessions."""

from __future__ import annotations

from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import admin_page, page_tabs
from components.admin.table import data_grid, grid_column
from components.controls import Field
from pages.current_account import get_current_account

TABS = {"sessions": "Sessions", "tokens": "API tokens", "guests": "Guest links", "live": "Live"}
EMPTY = {
    "sessions": "No sessions match.",
    "tokens": "No tokens match. People create them for programs, on their account page.",
    "guests": "No guest links match. People create them in the share dialog of a saved view.",
    "live": "No live sessions match.",
}
GRID_IDS = {
    "sessions": ids.SESSIONS,
    "tokens": ids.TOKENS,
    "guests": ids.GUEST_LINKS,
    "live": ids.LIVE_SESSIONS,
}
COLUMNS = {
    "sessions": [
        grid_column("owner", "Who", sortable=True),
        grid_column("browser", "Browser"),
        grid_column("address", "IP address", width=144),
        grid_column("method", "Sign-in method", width=136),
        grid_column("created", "Created", "Moment", sortable=True, width=176),
        grid_column("rotated", "Last seen", "Moment", sortable=True, width=176),
    ],
    "tokens": [
        grid_column("owner", "Owner", sortable=True),
        grid_column("name", "Name", sortable=True),
        grid_column("scopes", "Scopes", "List", width=168),
        grid_column("created", "Created", "Moment", sortable=True, width=176),
        grid_column("used", "Last used", "Moment", sortable=True, width=176),
        grid_column("expires", "Expires", "Moment", sortable=True, width=176),
    ],
    "guests": [
        grid_column("view", "Saved view"),
        grid_column("owner", "Same access as", sortable=True),
        grid_column("label", "Label"),
        grid_column("created", "Created", "Moment", sortable=True, width=176),
        grid_column("opened", "Last opened", "Moment", width=176),
        grid_column("expires", "Expires", "Moment", sortable=True, width=176),
    ],
    "live": [
        grid_column("name", "Live session"),
        grid_column("dataset", "Dataset", width=176),
        grid_column("owner", "Started by"),
        grid_column("presenter", "Presenter"),
        grid_column("started", "Started", "Moment", width=176),
    ],
}


def layout(show: str = "sessions", **_query: str) -> Component:
    """Return the table of the tab ``show``, a key of ``TABS``; the selected row can be ended or revoked."""
    part = show if show in TABS else "sessions"
    text = ids.filter_field(GRID_IDS[part], "text")
    find = Field(
        text, "Find by person", "search", value="", placeholder="Find by person", quiet=True, wait=200
    )
    shown = data_grid(GRID_IDS[part], COLUMNS[part], [find], EMPTY[part])
    return admin_page(get_current_account(), "sessions", page_tabs("sessions", part, TABS), shown)
