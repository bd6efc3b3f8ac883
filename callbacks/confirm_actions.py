"""Actions: a button opens a dialog that says what will happen; its button runs the action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import time_ns
from typing import Any

from dash import Input, Output, State, callback, ctx, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from flask_login import current_user
from sqlalchemy.exc import NoResultFound

from accounts.guard import require_permission, require_step_up, requires
from accounts.permissions import Permission
from accounts.principals import Principal
from components import ids
from components.confirm_dialog import action_button as undo_button

ACTION_ERRORS = (ValueError, LookupError, PermissionError)
"""Errors that an action raises if it can't be done; their messages are shown to the person."""
FormValues = Mapping[str, Any]
WARNED_LABEL = "Save anyway"


@dataclass(frozen=True)
class Confirmation:
    """The content of a dialog; without a ``submit_label`` it has no button and only informs."""

    title: str
    body: list[Component] = field(default_factory=list)
    submit_label: str = "Confirm"


@dataclass(frozen=True)
class ActionResult:
    """The outcome of an action.

    ``message`` says what was done; ``undo`` is the verb and key of the action that reverts it; the dialog
    shows ``dialog_content`` instead of closing, if there is any.
    """

    message: str
    undo: tuple[str, str] | None = None
    dialog_content: list[Component] | None = None


@dataclass(frozen=True)
class Action:
    """An action on whatever has a key, and its confirmation; either may be absent.

    It requires the ``permission`` and, if ``fresh``, a recent confirmation of the person's identity.
    ``list_warnings`` returns what the person may not expect of their answers. It is shown before the action
    runs, and the action runs when they submit the same answers again.
    """

    run: Callable[[Principal, str, FormValues], ActionResult] | None = None
    build_confirmation: Callable[[str], Confirmation] | None = None
    permission: Permission = Permission.ADMINISTER
    fresh: bool = True
    list_warnings: Callable[[Principal, str, FormValues], list[str]] | None = None


class ActionRegistry:
    """The actions of all pages, by their verbs."""

    def __init__(self, actions: Mapping[str, Action]) -> None:
        self._actions = actions

    def register_callbacks(self) -> None:
        """Register the callbacks of the buttons and the dialog of every page."""
        callback(
            Output(ids.CONFIRM_DIALOG, "title"),
            Output(ids.DIALOG_BODY, "children"),
            Output(ids.DIALOG_SUBMIT, "children"),
            Output(ids.DIALOG_SUBMIT, "hidden"),
            Output(ids.DIALOG_ERROR, "children"),
            Output(ids.PENDING_ACTION, "data"),
            Output(ids.CONFIRM_DIALOG, "open"),
            Input(ids.confirm_button(), "n_clicks"),
            prevent_initial_call=True,
        )(requires(Permission.ACCOUNT)(self.show_dialog))
        callback(
            Output(ids.DIALOG_ERROR, "children", allow_duplicate=True),
            Output(ids.NOTICE, "children"),
            Output(ids.change_signal(), "data"),
            Output(ids.CONFIRM_DIALOG, "open", allow_duplicate=True),
            Output(ids.DIALOG_BODY, "children", allow_duplicate=True),
            Output(ids.DIALOG_SUBMIT, "hidden", allow_duplicate=True),
            Output(ids.DIALOG_SUBMIT, "children", allow_duplicate=True),
            Output(ids.PENDING_ACTION, "data", allow_duplicate=True),
            Input(ids.DIALOG_SUBMIT, "n_clicks"),
            State(ids.PENDING_ACTION, "data"),
            State(ids.form_field(), "value"),
            State(ids.form_field(), "id"),
            prevent_initial_call=True,
        )(requires(Permission.ACCOUNT)(self.run_confirmed))
        callback(
            Output(ids.NOTICE, "children", allow_duplicate=True),
            Output(ids.change_signal(), "data", allow_duplicate=True),
            Input(ids.action_button(), "n_clicks"),
            prevent_initial_call=True,
        )(requires(Permission.ACCOUNT)(self.run_immediately))

    def show_dialog(self, _clicks: list[int | None]) -> tuple[Any, ...]:
        """Return the content of the dialog for the button that was clicked."""
        pressed = _get_clicked_button()
        act = self._get_action(pressed)
        if act.build_confirmation is None:
            raise PreventUpdate
        try:
            asked = act.build_confirmation(pressed["key"])
        except ACTION_ERRORS as error:
            return "Not possible", [], "", True, str(error), None, True
        return asked.title, asked.body, asked.submit_label, not asked.submit_label, "", pressed, True

    def run_confirmed(
        self, clicks: int | None, pending: dict[str, str], values: list[Any], names: list[dict[str, str]]
    ) -> tuple[Any, ...]:
        """Run the confirmed action; if it fails or warns, the dialog stays open with the reason."""
        if not clicks:
            raise PreventUpdate
        answers = {each["name"]: value for each, value in zip(names, values, strict=True)}
        same = (no_update, no_update)
        try:
            warning = self._build_warning(pending, answers)
            if warning and pending.get("accepted") != warning:
                accepting = (WARNED_LABEL, pending | {"accepted": warning})
                return warning, no_update, _fill_outputs(no_update), True, no_update, no_update, *accepting
            done = self._run_action(pending, answers)
        except ACTION_ERRORS as error:
            unchanged = _fill_outputs(no_update)
            return _describe_error(error), no_update, unchanged, True, no_update, no_update, *same
        if done.dialog_content:
            return "", no_update, _fill_outputs(time_ns()), True, done.dialog_content, True, *same
        return "", _build_notice(done), _fill_outputs(time_ns()), False, no_update, no_update, *same

    def run_immediately(self, _clicks: list[int | None]) -> tuple[Any, Any]:
        """Run an action that needs no confirmation, such as undo."""
        pressed = _get_clicked_button()
        try:
            done = self._run_action(pressed, {})
        except ACTION_ERRORS as error:
            return _build_notice(ActionResult(_describe_error(error))), _fill_outputs(no_update)
        return _build_notice(done), _fill_outputs(time_ns())

    def _build_warning(self, what: Mapping[str, str], answers: FormValues) -> str:
        """Return what the person may not expect of their answers; empty if there is nothing."""
        act = self._get_action(what)
        found = act.list_warnings(current_user, what["key"], answers) if act.list_warnings else []
        return "\n".join(found)

    def _run_action(self, what: Mapping[str, str], answers: FormValues) -> ActionResult:
        act = self._get_action(what)
        if act.run is None:
            raise PreventUpdate
        if act.fresh:
            require_step_up()
        return act.run(current_user, what["key"], answers)

    def _get_action(self, what: Mapping[str, str]) -> Action:
        """Return the action of a verb after checking its permission; an unknown one does nothing."""
        verb = what["verb"] if what["verb"] in self._actions else "unknown"
        act = self._actions.get(verb, Action())
        require_permission(act.permission, f"act {verb}")
        return act


def _get_clicked_button() -> dict[str, str]:
    """Return the id of the clicked button. Dash also calls back when a button appears, which is ignored."""
    if not ctx.triggered_id or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    return dict(ctx.triggered_id)


def _fill_outputs(value: Any) -> list[Any]:  # noqa: ANN401
    """Return the value once per table of the page; a new value makes the table reload."""
    outputs = next(each for each in ctx.outputs_list if isinstance(each, list))
    return [value] * len(outputs)


def _describe_error(error: Exception) -> str:
    return (
        "It no longer exists."
        if isinstance(error, NoResultFound)
        else str(error.args[0] if error.args else error)
    )


def _build_notice(done: ActionResult) -> Component:
    button = [undo_button("Undo", *done.undo)] if done.undo else []
    return html.Div([html.P(done.message), *button], className="dx-notice", key=str(time_ns()))
