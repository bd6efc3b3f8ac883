"""The page of live sessions: what a person may follow or watch again, and what owners do to theirs."""

from __future__ import annotations

from dash import Input, Output, callback, html
from dash.development.base_component import Component
from flask import current_app
from flask_login import current_user

from accounts.guard import requires
from accounts.permissions import Permission
from accounts.principals import Principal
from callbacks.confirm_actions import Act, Answers, Done, Question
from components import ids
from components.controls import Field
from components.live_sessions import lists as build_lists
from datasets.access.gateway import entries
from realtime.live import sessions as live_sessions
from realtime.live.actions import Stage
from realtime.service import Realtime


def register() -> None:
    """Wire the page."""
    callback(Output(ids.LIVES, "children"), Input(ids.changed(ids.LIVES), "data"))(lists)


@requires(Permission.ACCOUNT)
def lists(_changed: int | None) -> list[Component]:
    """Everything on the page."""
    names = {entry.slug: entry.name for entry in entries(current_user)}
    told = [found.told(current_user) for found in live_sessions.listed(current_user)]
    return build_lists([each | {"title": names[each["dataset"]]} for each in told])


def ask_rename(key: str) -> Question:
    name = Field(ids.answer("name"), "Name", value=live_sessions.find(current_user, key).live.name)
    return Question("Rename the live session", [name], "Rename")


def rename(by: Principal, key: str, answers: Answers) -> Done:
    _stage().rename(by, key, str(answers.get("name") or ""))
    return Done("The live session is renamed.")


def ask_end(_key: str) -> Question:
    return Question(
        "End this live session?", [html.P("It ends for everybody in it. The recording stays.")], "End"
    )


def end(by: Principal, key: str, _answers: Answers) -> Done:
    _stage().end(by, key)
    return Done("The live session has ended.")


def ask_delete(_key: str) -> Question:
    words = "Nobody can watch it again, and its link leads nowhere. This can't be undone."
    return Question("Delete this live session?", [html.P(words)], "Delete")


def delete(by: Principal, key: str, _answers: Answers) -> Done:
    _stage().delete(by, key)
    return Done("The live session is deleted.")


def _stage() -> Stage:
    realtime: Realtime = current_app.extensions["realtime"]
    return realtime.stage


ACTS = {
    "rename-live": Act(rename, ask_rename, Permission.PRESENT, fresh=False),
    "end-own-live": Act(end, ask_end, Permission.PRESENT, fresh=False),
    "delete-live": Act(delete, ask_delete, Permission.PRESENT, fresh=False),
}
