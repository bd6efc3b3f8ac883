"""The panel of a person beside the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.blocks import RowData, fact_list, item_list, titled_section
from components.confirm_dialog import action_button, confirm_button
from components.controls import Formatted

FACTOR_LABELS = {"totp": "Authenticator app", "passkey": "Passkey"}


def person_panel(
    person: RowData, groups: Sequence[tuple[str, str]], sessions: Sequence[RowData], tokens: Sequence[RowData]
) -> list[Component]:
    """Return the panel: facts, buttons, groups, sessions and API tokens."""
    return [
        html.Div([html.H2(person["name"]), _state_badge(person["state"])], className="dx-panel-head"),
        html.Div(_action_buttons(person), className="dx-acts"),
        _facts(person),
        titled_section("Groups", _groups(person, groups)),
        titled_section("Sessions", _sessions(person, sessions)),
        titled_section("API tokens", _tokens(tokens)),
    ]


def _state_badge(state: str) -> Component:
    return html.Span(state, className=f"dx-badge dx-badge-{state}")


def _action_buttons(person: RowData) -> list[Component]:
    id_ = person["id"]
    reach = (
        confirm_button("Invite again…", "invite-again", id_)
        if person["state"] == "invited"
        else confirm_button("Reset password…", "reset", id_)
    )
    standing = (
        action_button("Enable", "enable", id_)
        if person["state"] == "disabled"
        else confirm_button("Disable…", "disable", id_)
    )
    factors = [confirm_button("Remove second factors…", "factors", id_)] if person["factors"] else []
    edit = confirm_button("Edit name and e-mail…", "edit-person", id_)
    role = confirm_button("Change role…", "role", id_)
    sees = confirm_button("What they can see…", "sees", id_)
    delete = confirm_button("Delete…", "delete", id_, danger=True)
    return [sees, edit, role, reach, *factors, standing, delete]


def _facts(person: RowData) -> Component:
    return fact_list(
        ("Role", person["role"].capitalize()),
        ("E-mail", person["email"] or "None"),
        ("Second factors", ", ".join(FACTOR_LABELS[each] for each in person["factors"]) or "None"),
        ("Last sign-in", Formatted(person["signed_in"], "moment", "Never")),
        ("Added", Formatted(person["created"], "moment")),
    )


def _groups(person: RowData, groups: Sequence[tuple[str, str]]) -> Component:
    shown = [
        html.Li([name, action_button("Remove", "leave", f"{person['id']}:{id_}")]) for id_, name in groups
    ]
    return html.Div([item_list(shown, "No groups."), confirm_button("Add to a group…", "join", person["id"])])


def _sessions(person: RowData, sessions: Sequence[RowData]) -> Component:
    shown = [
        html.Li(
            [
                html.Div(
                    [each["browser"], _muted_text(each["address"], " · ", Formatted(each["seen"], "moment"))]
                ),
                confirm_button("End…", "end-session", each["id"]),
            ]
        )
        for each in sessions
    ]
    everywhere = [confirm_button("Sign out everywhere…", "sign-out", person["id"])] if sessions else []
    return html.Div([item_list(shown, "No active sessions."), *everywhere])


def _tokens(tokens: Sequence[RowData]) -> Component:
    shown = [
        html.Li(
            [
                html.Div(
                    [
                        each["name"],
                        _muted_text(
                            ", ".join(each["scopes"]), " · expires ", Formatted(each["expires"], "moment")
                        ),
                    ]
                ),
                confirm_button("Revoke…", "revoke-token", each["id"]),
            ]
        )
        for each in tokens
    ]
    return item_list(shown, "None.")


def _muted_text(*words: Any) -> Component:  # noqa: ANN401
    return html.Div(words, className="dx-weak")
