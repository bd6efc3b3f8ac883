"""One person in full, as the panel beside the table shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.confirm_dialog import ask, do, lines, section
from components.controls import Formatted, facts

FACTORS = {"totp": "Authenticator app", "passkey": "Passkey"}
Row = dict[str, Any]


def panel(
    person: Row, groups: Sequence[tuple[str, str]], sessions: Sequence[Row], tokens: Sequence[Row]
) -> list[Component]:
    """Who they are, what is done to them, and all that is open in their name."""
    return [
        html.Div([html.H2(person["name"]), _state(person["state"])], className="dx-panel-head"),
        html.Div(_acts(person), className="dx-acts"),
        _facts(person),
        section("Groups", _groups(person, groups)),
        section("Sessions", _sessions(person, sessions)),
        section("API tokens", _tokens(tokens)),
    ]


def _state(state: str) -> Component:
    return html.Span(state, className=f"dx-badge dx-badge-{state}")


def _acts(person: Row) -> list[Component]:
    id_ = person["id"]
    reach = (
        ask("Invite again…", "invite-again", id_)
        if person["state"] == "invited"
        else ask("Reset password…", "reset", id_)
    )
    standing = (
        do("Enable", "enable", id_) if person["state"] == "disabled" else ask("Disable…", "disable", id_)
    )
    factors = [ask("Remove factors…", "factors", id_)] if person["factors"] else []
    role = ask("Change role…", "role", id_)
    sees = ask("What they see…", "sees", id_)
    return [sees, role, reach, *factors, standing, ask("Delete…", "delete", id_, danger=True)]


def _facts(person: Row) -> Component:
    return facts(
        ("Role", person["role"].capitalize()),
        ("E-mail", person["email"] or "None"),
        ("Second factors", ", ".join(FACTORS[each] for each in person["factors"]) or "None"),
        ("Last sign-in", Formatted(person["signed_in"], "moment", "Never")),
        ("Added", Formatted(person["created"], "moment")),
    )


def _groups(person: Row, groups: Sequence[tuple[str, str]]) -> Component:
    shown = [html.Li([name, do("Remove", "leave", f"{person['id']}:{id_}")]) for id_, name in groups]
    return html.Div([lines(shown, "In no group."), ask("Add to a group…", "join", person["id"])])


def _sessions(person: Row, sessions: Sequence[Row]) -> Component:
    shown = [
        html.Li(
            [
                html.Div([each["browser"], _weak(each["address"], " · ", Formatted(each["seen"], "moment"))]),
                ask("End…", "end-session", each["id"]),
            ]
        )
        for each in sessions
    ]
    everywhere = [ask("Sign out everywhere…", "sign-out", person["id"])] if sessions else []
    return html.Div([lines(shown, "Signed in nowhere."), *everywhere])


def _tokens(tokens: Sequence[Row]) -> Component:
    shown = [
        html.Li(
            [
                html.Div(
                    [
                        each["name"],
                        _weak(", ".join(each["scopes"]), " · until ", Formatted(each["expires"], "moment")),
                    ]
                ),
                ask("Revoke…", "revoke-token", each["id"]),
            ]
        )
        for each in tokens
    ]
    return lines(shown, "None.")


def _weak(*words: Any) -> Component:  # noqa: ANN401
    return html.Div(words, className="dx-weak")
