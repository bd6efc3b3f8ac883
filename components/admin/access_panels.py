"""The panels of a session, token, guest link or live session, beside the table."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from components.blocks import RowData, fact_list
from components.confirm_dialog import confirm_button
from components.controls import Formatted


def session_panel(row: RowData, mine: bool) -> list[Component]:
    """Return the panel of a session; ``mine``: it is the current session."""
    acts = [] if mine else [confirm_button("End…", "end-session", row["id"], danger=True)]
    acts.append(confirm_button("Sign this person out everywhere…", "sign-out", row["user"]))
    known = [
        ("Browser", row["browser"]),
        ("IP address", row["address"] or "Unknown"),
        ("Sign-in method", row["method"]),
        ("Created", Formatted(row["created"], "moment")),
        ("Last seen", Formatted(row["rotated"], "moment")),
        ("Confirmed", Formatted(row["confirmed"], "moment")),
        ("Expires", Formatted(row["expires"], "moment")),
    ]
    if mine:
        known.insert(0, ("Current session", "Yes"))
    return _access_panel(row["owner"], acts, known)


def token_panel(row: RowData) -> list[Component]:
    """Return the panel of an API token."""
    known = [
        ("Owner", row["owner"]),
        ("Scopes", ", ".join(row["scopes"])),
        ("Created", Formatted(row["created"], "moment")),
        ("Last used", Formatted(row["used"], "moment", "Never")),
        ("Expires", Formatted(row["expires"], "moment")),
    ]
    return _access_panel(
        row["name"], [confirm_button("Revoke…", "revoke-token", row["id"], danger=True)], known
    )


def guest_link_panel(row: RowData) -> list[Component]:
    """Return the panel of a guest link."""
    known = [
        ("Same access as", row["owner"]),
        ("Label", row["label"] or "None"),
        ("Created", Formatted(row["created"], "moment")),
        ("Last opened", Formatted(row["opened"], "moment", "Never")),
        ("Expires", Formatted(row["expires"], "moment")),
    ]
    return _access_panel(
        row["view"], [confirm_button("Revoke…", "revoke-guest", row["id"], danger=True)], known
    )


def live_session_panel(row: RowData) -> list[Component]:
    """Return the panel of a live session."""
    known = [
        ("Dataset", row["dataset"]),
        ("Started by", row["owner"]),
        ("Presenter", row["presenter"]),
        ("Started", Formatted(row["started"], "moment")),
    ]
    acts = [html.A("Follow", href=f"/live/{row['id']}", className="dx-quiet-button")]
    return _access_panel(
        row["name"], [*acts, confirm_button("End…", "end-live", row["id"], danger=True)], known
    )


def _access_panel(title: str, acts: list[Component], known: list[tuple[str, Any]]) -> list[Component]:
    head = html.Div(html.H2(title), className="dx-panel-head")
    return [head, html.Div(acts, className="dx-acts"), fact_list(*known)]
