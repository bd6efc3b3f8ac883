"""Acts: a button asks, a dialog says what will happen, and only then it happens."""

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

from accounts.guard import demand, demand_fresh, requires
from accounts.permissions import Permission
from accounts.principals import Principal
from components import ids
from components.confirm_dialog import do as undo_button

REFUSALS = (ValueError, LookupError, PermissionError)
"""What an act raises when it can't be done; its words are for the person."""
Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """What a dialog asks; ``yes`` is on its button, and without one it only tells."""

    title: str
    body: list[Component] = field(default_factory=list)
    yes: str = "Confirm"


@dataclass(frozen=True)
class Done:
    """What was done, in words; ``undo``: verb and key that take it back; ``show``: what the dialog says."""

    words: str
    undo: tuple[str, str] | None = None
    show: list[Component] | None = None


@dataclass(frozen=True)
class Act:
    """What is done to what has a key, and what is asked before; some only tell, some only do.

    It takes the ``permission``; to do it, one has just proved who one is, if it must be ``fresh``.
    """

    do: Callable[[Principal, str, Answers], Done] | None = None
    ask: Callable[[str], Question] | None = None
    permission: Permission = Permission.ADMINISTER
    fresh: bool = True


class Acts:
    """The acts of all pages, by their verbs."""

    def __init__(self, known: Mapping[str, Act]) -> None:
        self._known = known

    def register(self) -> None:
        """Wire the buttons and the dialog of every page."""
        callback(
            Output(ids.ASKING, "title"),
            Output(ids.QUESTION, "children"),
            Output(ids.CONFIRM, "children"),
            Output(ids.CONFIRM, "hidden"),
            Output(ids.PROBLEM, "children"),
            Output(ids.PENDING, "data"),
            Output(ids.ASKING, "open"),
            Input(ids.ask(), "n_clicks"),
            prevent_initial_call=True,
        )(requires(Permission.ACCOUNT)(self.ask))
        callback(
            Output(ids.PROBLEM, "children", allow_duplicate=True),
            Output(ids.NOTICE, "children"),
            Output(ids.changed(), "data"),
            Output(ids.ASKING, "open", allow_duplicate=True),
            Output(ids.QUESTION, "children", allow_duplicate=True),
            Output(ids.CONFIRM, "hidden", allow_duplicate=True),
            Input(ids.CONFIRM, "n_clicks"),
            State(ids.PENDING, "data"),
            State(ids.answer(), "value"),
            State(ids.answer(), "id"),
            prevent_initial_call=True,
        )(requires(Permission.ACCOUNT)(self.confirm))
        callback(
            Output(ids.NOTICE, "children", allow_duplicate=True),
            Output(ids.changed(), "data", allow_duplicate=True),
            Input(ids.do(), "n_clicks"),
            prevent_initial_call=True,
        )(requires(Permission.ACCOUNT)(self.at_once))

    def ask(self, _clicks: list[int | None]) -> tuple[Any, ...]:
        """The question of the button that was clicked."""
        pressed = _pressed()
        act = self._act(pressed)
        if act.ask is None:
            raise PreventUpdate
        try:
            asked = act.ask(pressed["key"])
        except REFUSALS as error:
            return "Not possible", [], "", True, str(error), None, True
        return asked.title, asked.body, asked.yes, not asked.yes, "", pressed, True

    def confirm(
        self, clicks: int | None, pending: dict[str, str], values: list[Any], names: list[dict[str, str]]
    ) -> tuple[Any, ...]:
        """Do what was asked; what refuses stays in the dialog with its reason."""
        if not clicks:
            raise PreventUpdate
        answers = {each["name"]: value for each, value in zip(names, values, strict=True)}
        try:
            done = self._do(pending, answers)
        except REFUSALS as error:
            return _words(error), no_update, _all(no_update), True, no_update, no_update
        if done.show:
            return "", no_update, _all(time_ns()), True, done.show, True
        return "", _notice(done), _all(time_ns()), False, no_update, no_update

    def at_once(self, _clicks: list[int | None]) -> tuple[Any, Any]:
        """Do what needs no question, such as taking back what was just done."""
        pressed = _pressed()
        try:
            done = self._do(pressed, {})
        except REFUSALS as error:
            return _notice(Done(_words(error))), _all(no_update)
        return _notice(done), _all(time_ns())

    def _do(self, what: Mapping[str, str], answers: Answers) -> Done:
        act = self._act(what)
        if act.do is None:
            raise PreventUpdate
        if act.fresh:
            demand_fresh()
        return act.do(current_user, what["key"], answers)

    def _act(self, what: Mapping[str, str]) -> Act:
        """The act of this verb, whose permission the person has; an unknown one is nobody's."""
        verb = what["verb"] if what["verb"] in self._known else "unknown"
        act = self._known.get(verb, Act())
        demand(act.permission, f"act {verb}")
        return act


def _pressed() -> dict[str, str]:
    """The id of the button that was clicked; a button that has just appeared was not."""
    if not ctx.triggered_id or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    return dict(ctx.triggered_id)


def _all(value: Any) -> list[Any]:  # noqa: ANN401
    """The value for each table of the page: what has changed is asked for again."""
    outputs = next(each for each in ctx.outputs_list if isinstance(each, list))
    return [value] * len(outputs)


def _words(error: Exception) -> str:
    return (
        "It is no longer there."
        if isinstance(error, NoResultFound)
        else str(error.args[0] if error.args else error)
    )


def _notice(done: Done) -> Component:
    button = [undo_button("Undo", *done.undo)] if done.undo else []
    return html.Div([html.P(done.words), *button], className="dx-notice", key=str(time_ns()))
