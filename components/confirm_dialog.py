"""The confirmation dialog, and the buttons that open it or run an action."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from components.controls import Dialog


def confirm_dialog() -> list[Component]:
    """Return the dialog and the place for notices; put them after the page's content."""
    buttons = html.Div(
        html.Button("Confirm", id=ids.DIALOG_SUBMIT, type="button", className="dx-button"),
        className="dx-dialog-buttons",
    )
    problem = html.P(id=ids.DIALOG_ERROR, className="dx-field-error", role="alert")
    question = html.Div(id=ids.DIALOG_BODY, className="dx-question")
    return [
        Dialog(ids.CONFIRM_DIALOG, children=[question, problem, buttons]),
        dcc.Store(id=ids.PENDING_ACTION),
        html.Div(id=ids.NOTICE, className="dx-notices", role="status"),
    ]


def confirm_button(
    label: str, verb: str, key: object = "", *, danger: bool = False, primary: bool = False
) -> Component:
    """Return a button that opens the dialog."""
    kind = "dx-button" if primary else f"dx-quiet-button{' dx-danger' if danger else ''}"
    return html.Button(label, id=ids.confirm_button(verb, str(key)), type="button", className=kind)


def action_button(label: str, verb: str, key: object = "") -> Component:
    """Return a button that runs its action immediately."""
    return html.Button(
        label, id=ids.action_button(verb, str(key)), type="button", className="dx-quiet-button"
    )
