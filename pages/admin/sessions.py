"""Sessions and tokens: every way in that is open now, and what is presented."""

from __future__ import annotations

from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import admin_page, page_tabs
from components.admin.table import data_grid, grid_column
from components.controls import Field
from pages.current_account import get_current_account

TABS = {"sessions": "Sessions", "tokens": "API tokens", "guests": "Guest links", "live": "Live"}
EMPTY = {
    "sessions": "Nobody who fits is signed in.",
    "tokens": "No token fits. People make them on their account page, for programs.",
    "guests": "No guest link fits. They are made of saved views, for people without an account.",
    "live": "Nothing that fits is presented now.",
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
        grid_column("address", "From", width=144),
        grid_column("method", "Signed in by", width=136),
        grid_column("created", "Since", "Moment", sortable=True, width=176),
        grid_column("rotated", "Last seen", "Moment", sortable=True, width=176),
    ],
    "tokens": [
        grid_column("owner", "Whose", sortable=True),
        grid_column("name", "Name", sortable=True),
        grid_column("scopes", "May", "List", width=168),
        grid_column("created", "Since", "Moment", sortable=True, width=176),
        grid_column("used", "Last use", "Moment", sortable=True, width=176),
        grid_column("expires", "Until", "Moment", sortable=True, width=176),
    ],
    "guests": [
        grid_column("view", "Saved view"),
        grid_column("owner", "With the rights of", sortable=True),
        grid_column("label", "Label"),
        grid_column("created", "Since", "Moment", sortable=True, width=176),
        grid_column("opened", "Last opened", "Moment", width=176),
        grid_column("expires", "Until", "Moment", sortable=True, width=176),
    ],
    "live": [
        grid_column("name", "Live session"),
        grid_column("dataset", "Dataset", width=176),
        grid_column("owner", "Started by"),
        grid_column("presenter", "Presents"),
        grid_column("started", "Since", "Moment", width=176),
    ],
}


def layout(show: str = "sessions", **_query: str) -> Component:
    """A table of what ``show`` names, a key of ``TABS``; what is chosen can be ended."""
    part = show if show in TABS else "sessions"
    text = ids.filter_field(GRID_IDS[part], "text")
    find = Field(
        text, "Find by person", "search", value="", placeholder="Find by person", quiet=True, wait=200
    )
    shown = data_grid(GRID_IDS[part], COLUMNS[part], [find], EMPTY[part])
    return admin_page(get_current_account(), "sessions", page_tabs("sessions", part, TABS), shown)
