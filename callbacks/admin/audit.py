"""The callbacks of the Audit page: filter the log, show an entry, verify the log."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from dash import Input, Output, State, callback, html
from dash.development.base_component import Component

from accounts import audit
from accounts.audit import AuditAction
from accounts.audit.filters import parse_filter
from accounts.guard import requires
from accounts.paging import PageOptions
from accounts.permissions import Permission
from callbacks.admin import grid_data
from callbacks.admin.formatting import format_time
from components.admin import ids
from components.blocks import fact_list
from components.controls import Formatted
from db.tables import AuditEntry


def register_callbacks() -> None:
    """Register the callbacks of the page."""
    grid_data.register_grid(ids.AUDIT, load_entries, "entry", "entries")
    grid_data.register_panel(ids.AUDIT, render_entry_panel)
    filters = (Input(ids.filter_field(ids.AUDIT), "value"), State(ids.filter_field(ids.AUDIT), "id"))
    callback(Output(ids.EXPORT_AUDIT, "href"), *filters, prevent_initial_call=True)(build_export_url)
    callback(Output(ids.filter_field(ids.AUDIT, "action"), "options"), Input(ids.AUDIT, "id"))(
        list_action_options
    )
    callback(
        Output(ids.AUDIT_VERDICT, "children"),
        Input(ids.VERIFY_AUDIT, "n_clicks"),
        running=[(Output(ids.VERIFY_AUDIT, "children"), "Verifying…", "Verify now")],
        prevent_initial_call=True,
    )(verify_log)


def load_entries(filters: grid_data.GridFilters, window: PageOptions) -> grid_data.GridPage:
    """Return the entries in the window of the table."""
    found, total = audit.list_entries(parse_filter(filters), window.start, window.size)
    return [to_entry_row(each) for each in found], total


def to_entry_row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": str(entry.number),
        "number": entry.number,
        "moment": format_time(entry.moment),
        "actor": entry.actor,
        "action": entry.action,
        "resource": f"{entry.resource_kind} {entry.resource_key}".strip(),
        "outcome": entry.outcome,
        "address": entry.address,
    }


def render_entry_panel(key: str) -> list[Component] | None:
    """Return all facts of an entry; None if retention has removed it."""
    found = audit.get_entry(int(key))
    if found is None:
        return None
    shown = to_entry_row(found)
    details = json.dumps(found.details, indent=1, ensure_ascii=False)
    return [
        html.Div(html.H2(f"{found.action}"), className="dx-panel-head"),
        fact_list(
            ("Entry", Formatted(found.number, "number")),
            ("When", Formatted(shown["moment"], "moment")),
            ("Who", found.actor or "Not signed in"),
            ("Target", shown["resource"] or "None"),
            ("Outcome", found.outcome),
            ("IP address", found.address or "None"),
            ("Hash", html.Code(found.hash)),
        ),
        html.Pre(details, className="dx-details", tabIndex="0", **{"aria-label": "Details"}),
    ]


@requires(Permission.ADMINISTER)
def list_action_options(_table: str) -> list[dict[str, str]]:
    """Return the actions to filter by."""
    return [
        {"value": "", "label": "All actions"},
        *({"value": each.value, "label": each.value} for each in AuditAction),
    ]


@requires(Permission.ADMINISTER)
def build_export_url(values: list[str | None], names: list[dict[str, str]]) -> str:
    """Return the URL that exports the entries that match the filters."""
    chosen = {each["name"]: value for each, value in zip(names, values, strict=True) if value}
    return "/api/admin/audit.jsonl" + (f"?{urlencode(chosen)}" if chosen else "")


@requires(Permission.ADMINISTER)
def verify_log(_clicks: int | None) -> list[str | Component]:
    """Return whether every entry is unchanged."""
    report = audit.verify_log()
    if report.fault:
        return [html.Span("Tampered with", className="dx-badge dx-badge-bad"), f" {report.fault}"]
    if report.last < report.first:
        return ["The log is empty."]
    first, last = Formatted(report.first, "number"), Formatted(report.last, "number")
    return [
        "Verified: entries ",
        first,
        " to ",
        last,
        " are unchanged. Last hash ",
        html.Code(report.hash[:16]),
    ]
