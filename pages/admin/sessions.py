"""Sessions and tokens: every way in that is open now, and what is presented."""

from __future__ import annotations

from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import frame, tabs
from components.admin.table import column, table
from components.controls import Field
from pages.current_account import account

PARTS = {"sessions": "Sessions", "tokens": "API tokens", "guests": "Guest links", "live": "Live"}
EMPTY = {
    "sessions": "Nobody who fits is signed in.",
    "tokens": "No token fits. People make them on their account page, for programs.",
    "guests": "No guest link fits. They are made of saved views, for people without an account.",
    "live": "Nothing that fits is presented now.",
}
TABLES = {"sessions": ids.SESSIONS, "tokens": ids.TOKENS, "guests": ids.GUESTS, "live": ids.LIVE}
COLUMNS = {
    "sessions": [
        column("owner", "Who", sortable=True),
        column("browser", "Browser"),
        column("address", "From", width=144),
        column("method", "Signed in by", width=136),
        column("created", "Since", "Moment", sortable=True, width=176),
        column("rotated", "Last seen", "Moment", sortable=True, width=176),
    ],
    "tokens": [
        column("owner", "Whose", sortable=True),
        column("name", "Name", sortable=True),
        column("scopes", "May", "List", width=168),
        column("created", "Since", "Moment", sortable=True, width=176),
        column("used", "Last use", "Moment", sortable=True, width=176),
        column("expires", "Until", "Moment", sortable=True, width=176),
    ],
    "guests": [
        column("view", "Saved view"),
        column("owner", "With the rights of", sortable=True),
        column("label", "Label"),
        column("created", "Since", "Moment", sortable=True, width=176),
        column("opened", "Last opened", "Moment", width=176),
        column("expires", "Until", "Moment", sortable=True, width=176),
    ],
    "live": [
        column("name", "Live session"),
        column("dataset", "Dataset", width=176),
        column("owner", "Started by"),
        column("presenter", "Presents"),
        column("started", "Since", "Moment", width=176),
    ],
}


def layout(show: str = "sessions", **_query: str) -> Component:
    """A table of what ``show`` names, a key of ``PARTS``; what is chosen can be ended."""
    part = show if show in PARTS else "sessions"
    text = ids.filter_(TABLES[part], "text")
    find = Field(
        text, "Find by person", "search", value="", placeholder="Find by person", quiet=True, wait=200
    )
    shown = table(TABLES[part], COLUMNS[part], [find], EMPTY[part])
    return frame(account(), "sessions", tabs("sessions", part, PARTS), shown)
