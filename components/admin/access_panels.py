"""A session, token, guest link or live session in full, as the panel beside the table shows it."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from components.confirm_dialog import ask
from components.controls import Formatted, facts

Row = dict[str, Any]


def session(row: Row, mine: bool) -> list[Component]:
    """One browser in which somebody has signed in; ``mine`` is the one this is seen in."""
    acts = [] if mine else [ask("End…", "end-session", row["id"], danger=True)]
    acts.append(ask("Sign this person out everywhere…", "sign-out", row["user"]))
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
    return _panel(row["owner"], acts, known)


def token(row: Row) -> list[Component]:
    """What lets a program act for its owner."""
    known = [
        ("Whose", row["owner"]),
        ("May", ", ".join(row["scopes"])),
        ("Since", Formatted(row["created"], "moment")),
        ("Last use", Formatted(row["used"], "moment", "Never")),
        ("Until", Formatted(row["expires"], "moment")),
    ]
    return _panel(row["name"], [ask("Revoke…", "revoke-token", row["id"], danger=True)], known)


def guest(row: Row) -> list[Component]:
    """A link by which anyone sees one saved view."""
    known = [
        ("With the rights of", row["owner"]),
        ("Label", row["label"] or "None"),
        ("Since", Formatted(row["created"], "moment")),
        ("Last opened", Formatted(row["opened"], "moment", "Never")),
        ("Until", Formatted(row["expires"], "moment")),
    ]
    return _panel(row["view"], [ask("Revoke…", "revoke-guest", row["id"], danger=True)], known)


def live(row: Row) -> list[Component]:
    """What somebody presents to an audience."""
    known = [
        ("Dataset", row["dataset"]),
        ("Started by", row["owner"]),
        ("Presents", row["presenter"]),
        ("Since", Formatted(row["started"], "moment")),
    ]
    acts = [html.A("Follow", href=f"/live/{row['id']}", className="dx-quiet-button")]
    return _panel(row["name"], [*acts, ask("End…", "end-live", row["id"], danger=True)], known)


def _panel(title: str, acts: list[Component], known: list[tuple[str, Any]]) -> list[Component]:
    head = html.Div(html.H2(title), className="dx-panel-head")
    return [head, html.Div(acts, className="dx-acts"), facts(*known)]
