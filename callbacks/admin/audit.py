"""The Audit page: the log, filtered; one entry in full; whether it is what was recorded."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from dash import Input, Output, State, callback, html
from dash.development.base_component import Component

from accounts import audit
from accounts.audit import Action
from accounts.audit.filters import asked
from accounts.guard import requires
from accounts.paging import Window
from accounts.permissions import Permission
from callbacks.admin import grid_data
from callbacks.admin.formatting import moment
from components.admin import ids
from components.controls import Formatted, facts
from db.tables import AuditEntry


def register() -> None:
    """Wire the page."""
    grid_data.register(ids.AUDIT, page, "entry", "entries")
    grid_data.register_panel(ids.AUDIT, panel)
    filters = (Input(ids.filter_(ids.AUDIT), "value"), State(ids.filter_(ids.AUDIT), "id"))
    callback(Output(ids.EXPORT, "href"), *filters, prevent_initial_call=True)(export_address)
    callback(Output(ids.filter_(ids.AUDIT, "action"), "options"), Input(ids.AUDIT, "id"))(acts)
    callback(
        Output(ids.VERDICT, "children"),
        Input(ids.VERIFY, "n_clicks"),
        running=[(Output(ids.VERIFY, "children"), "Verifying…", "Verify now")],
        prevent_initial_call=True,
    )(verify)


def page(filters: grid_data.Filters, window: Window) -> grid_data.Page:
    """The entries that the table shows."""
    found, total = audit.page(asked(filters), window.start, window.size)
    return [row(each) for each in found], total


def row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": str(entry.number),
        "number": entry.number,
        "moment": moment(entry.moment),
        "actor": entry.actor,
        "action": entry.action,
        "resource": f"{entry.resource_kind} {entry.resource_key}".strip(),
        "outcome": entry.outcome,
        "address": entry.address,
    }


def panel(key: str) -> list[Component] | None:
    """An entry in full; None if retention has removed it."""
    found = audit.entry(int(key))
    if found is None:
        return None
    shown = row(found)
    details = json.dumps(found.details, indent=1, ensure_ascii=False)
    return [
        html.Div(html.H2(f"{found.action}"), className="dx-panel-head"),
        facts(
            ("Entry", Formatted(found.number, "number")),
            ("When", Formatted(shown["moment"], "moment")),
            ("Who", found.actor or "Nobody who is signed in"),
            ("To what", shown["resource"] or "Nothing"),
            ("Outcome", found.outcome),
            ("From", found.address or "The machine itself"),
            ("Hash", html.Code(found.hash)),
        ),
        html.Pre(details, className="dx-details", tabIndex="0", **{"aria-label": "Details"}),
    ]


@requires(Permission.ADMINISTER)
def acts(_table: str) -> list[dict[str, str]]:
    """The acts to filter by."""
    return [
        {"value": "", "label": "Every act"},
        *({"value": each.value, "label": each.value} for each in Action),
    ]


@requires(Permission.ADMINISTER)
def export_address(values: list[str | None], names: list[dict[str, str]]) -> str:
    """Where the entries that the table shows are exported from."""
    chosen = {each["name"]: value for each, value in zip(names, values, strict=True) if value}
    return "/api/admin/audit.jsonl" + (f"?{urlencode(chosen)}" if chosen else "")


@requires(Permission.ADMINISTER)
def verify(_clicks: int | None) -> list[str | Component]:
    """Whether every entry is what was recorded."""
    report = audit.verify()
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
        " are what was recorded. Head ",
        html.Code(report.hash[:16]),
    ]
