"""The Audit page: the audit log, with filters and export."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import admin_page
from components.admin.table import data_grid, grid_column
from components.controls import Field
from pages.current_account import get_current_account

COLUMNS = [
    grid_column("number", "Entry", "Number", width=96),
    grid_column("moment", "When", "Moment", width=176),
    grid_column("actor", "Who"),
    grid_column("action", "Action", width=160),
    grid_column("resource", "Target"),
    grid_column("outcome", "Outcome", width=96),
    grid_column("address", "IP address", width=144),
]


def layout(**_query: str) -> Component:
    """Return a table of the entries, newest first, with buttons to verify and export them."""
    verify = html.Button("Verify now", id=ids.VERIFY_AUDIT, type="button", className="dx-quiet-button")
    export = html.A(
        "Export", id=ids.EXPORT_AUDIT, href="/api/admin/audit.jsonl", download="", className="dx-quiet-button"
    )
    verdict = html.P(id=ids.AUDIT_VERDICT, className="dx-verdict", role="status")
    return admin_page(
        get_current_account(),
        "audit",
        verdict,
        data_grid(ids.AUDIT, COLUMNS, _filters(), "No entries match."),
        tools=[verify, export],
    )


def _filters() -> list[Component]:
    def filter_id(name: str) -> dict[str, str]:
        return ids.filter_field(ids.AUDIT, name)

    outcomes = [("", "All outcomes"), ("done", "Done"), ("denied", "Denied"), ("failed", "Failed")]
    return [
        Field(filter_id("actor"), "Who", "search", value="", placeholder="Who", quiet=True, wait=300),
        Field(filter_id("action"), "Action", "choice", value="", options=[("", "All actions")], quiet=True),
        Field(
            filter_id("kind"),
            "Type",
            "search",
            value="",
            placeholder="Type, such as dataset",
            quiet=True,
            wait=300,
        ),
        Field(filter_id("key"), "Name", "search", value="", placeholder="Name", quiet=True, wait=300),
        Field(filter_id("outcome"), "Outcome", "choice", value="", options=outcomes, quiet=True),
        Field(filter_id("since"), "From", "date", value="", wait=300),
        Field(filter_id("until"), "To", "date", value="", wait=300),
    ]
