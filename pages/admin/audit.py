"""Audit: who did what, found and exported."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import frame
from components.admin.table import column, table
from components.controls import Field
from pages.current_account import account

COLUMNS = [
    column("number", "Entry", "Number", width=96),
    column("moment", "When", "Moment", width=176),
    column("actor", "Who"),
    column("action", "Did", width=160),
    column("resource", "To what"),
    column("outcome", "Outcome", width=96),
    column("address", "From", width=144),
]


def layout(**_query: str) -> Component:
    """A table of the entries, newest first, with what checks and exports them."""
    verify = html.Button("Verify now", id=ids.VERIFY, type="button", className="dx-quiet-button")
    export = html.A(
        "Export", id=ids.EXPORT, href="/api/admin/audit.jsonl", download="", className="dx-quiet-button"
    )
    verdict = html.P(id=ids.VERDICT, className="dx-verdict", role="status")
    return frame(
        account(),
        "audit",
        verdict,
        table(ids.AUDIT, COLUMNS, _filters(), "No entry fits."),
        tools=[verify, export],
    )


def _filters() -> list[Component]:
    def by(name: str) -> dict[str, str]:
        return ids.filter_(ids.AUDIT, name)

    outcomes = [("", "Every outcome"), ("done", "Done"), ("denied", "Denied"), ("failed", "Failed")]
    return [
        Field(by("actor"), "Who", "search", value="", placeholder="Who", quiet=True, wait=300),
        Field(by("action"), "Act", "choice", value="", options=[("", "Every act")], quiet=True),
        Field(
            by("kind"),
            "Kind of thing",
            "search",
            value="",
            placeholder="Kind, as dataset",
            quiet=True,
            wait=300,
        ),
        Field(by("key"), "Its name", "search", value="", placeholder="Name", quiet=True, wait=300),
        Field(by("outcome"), "Outcome", "choice", value="", options=outcomes, quiet=True),
        Field(by("since"), "From", "date", value="", wait=300),
        Field(by("until"), "To", "date", value="", wait=300),
    ]
