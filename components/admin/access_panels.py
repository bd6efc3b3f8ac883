"""A session, token, guest link or live session in full, as the panel beside the table shows it."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from components.confirm_dialog import confirm_button
from components.controls import Formatted, fact_list

Row = dict[str, Any]


def session_panel(row: Row, mine: bool) -> list[Component]:
    """One browser in which somebody has signed in; ``mine`` is the one this is seen in."""
    acts = [] if mine else [confirm_button("End…", "end-session", row["id"], danger=True)]
    acts.append(confirm_button("Sign this person out everywhere…", "sign-out", row["user"]))
    known = [
        ("Browser", row["browser"]),
        ("From", row["address"] or "Unknown"),
        ("Signed in by", row["method"]),
        ("Since", Formatted(row["created"], "moment")),
        ("Last seen", Formatted(row["rotated"], "moment")),
        ("Confirmed", Formatted(row["confirmed"], "moment")),
        ("Ends", Formatted(row["expires"], "moment")),
    ]
    if mine:
        known.insert(0, ("This session", "The one you are in"))
    return _access_panel(row["owner"], acts, known)


def token_panel(row: Row) -> list[Component]:
    """What lets a program act for its owner."""
    known = [
        ("Whose", row["owner"]),
        ("May", ", ".join(row["scopes"])),
        ("Since", Formatted(row["created"], "moment")),
        ("Last use", Formatted(row["used"], "moment", "Never")),
        ("Until", Formatted(row["expires"], "moment")),
    ]
    return _access_panel(
        row["name"], [confirm_button("Revoke…", "revoke-token", row["id"], danger=True)], known
    )


def guest_link_panel(row: Row) -> list[Component]:
    """A link by which anyone sees one saved view."""
    known = [
        ("With the rights of", row["owner"]),
        ("Label", row["label"] or "None"),
        ("Since", Formatted(row["created"], "moment")),
        ("Last opened", Formatted(row["opened"], "moment", "Never")),
        ("Until", Formatted(row["expires"], "moment")),
    ]
    return _access_panel(
        row["view"], [confirm_button("Revoke…", "revoke-guest", row["id"], danger=True)], known
    )


def live_session_panel(row: Row) -> list[Component]:
    """What somebody presents to an audience."""
    known = [
        ("Dataset", row["dataset"]),
        ("Started by", row["owner"]),
        ("Presents", row["presenter"]),
        ("Since", Formatted(row["started"], "moment")),
    ]
    acts = [html.A("Follow", href=f"/live/{row['id']}", className="dx-quiet-button")]
    return _access_panel(
        row["name"], [*acts, confirm_button("End…", "end-live", row["id"], danger=True)], known
    )


def _access_panel(title: str, acts: list[Component], known: list[tuple[str, Any]]) -> list[Component]:
    head = html.Div(html.H2(title), className="dx-panel-head")
    return [head, html.Div(acts, className="dx-acts"), fact_list(*known)]
