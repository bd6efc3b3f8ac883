"""The page of live sessions: what a person may follow or watch again, and what owners do to theirs."""

from __future__ import annotations

from dash import Input, Output, callback, html
from dash.development.base_component import Component
from flask import current_app
from flask_login import current_user

from accounts.guard import requires
from accounts.permissions import Permission
from accounts.principals import Principal
from callbacks.confirm_actions import Action, ActionResult, Confirmation, FormValues
from components import ids
from components.controls import Field
from components.live_sessions import session_lists as build_lists
from datasets.access.gateway import list_visible_datasets
from realtime.live import sessions as live_sessions
from realtime.live.actions import LiveSessionActions
from realtime.service import Realtime


def register_callbacks() -> None:
    """Register the callbacks of the page."""
    callback(Output(ids.LIVE_SESSIONS, "children"), Input(ids.change_signal(ids.LIVE_SESSIONS), "data"))(
        render_sessions
    )


@requires(Permission.ACCOUNT)
def render_sessions(_changed: int | None) -> list[Component]:
    """Return the lists of the page."""
    names = {entry.slug: entry.name for entry in list_visible_datasets(current_user)}
    told = [found.to_json(current_user) for found in live_sessions.list_sessions(current_user)]
    rows = [each | {"title": names[each["dataset"]]} for each in told]
    return build_lists(rows, may_present=current_user.has_permission(Permission.PRESENT))


def confirm_rename(key: str) -> Confirmation:
    name = Field(
        ids.form_field("name"), "Name", value=live_sessions.find_session(current_user, key).live.name
    )
    return Confirmation("Rename live session", [name], "Rename")


def rename_session(by: Principal, key: str, answers: FormValues) -> ActionResult:
    _get_session_actions().rename_session(by, key, str(answers.get("name") or ""))
    return ActionResult("Live session renamed.")


def confirm_end(_key: str) -> Confirmation:
    return Confirmation(
        "End this live session?", [html.P("It ends for everyone. The recording is kept.")], "End"
    )


def end_session(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    _get_session_actions().end_session(by, key)
    return ActionResult("Live session ended.")


def confirm_delete(_key: str) -> Confirmation:
    words = "This also deletes the recording, and its link stops working. This can't be undone."
    return Confirmation("Delete this live session?", [html.P(words)], "Delete")


def delete_session(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    _get_session_actions().delete_session(by, key)
    return ActionResult("Live session deleted.")


def _get_session_actions() -> LiveSessionActions:
    realtime: Realtime = current_app.extensions["realtime"]
    return realtime.live_actions


ACTIONS = {
    "rename-live": Action(rename_session, confirm_rename, Permission.PRESENT, fresh=False),
    "end-own-live": Action(end_session, confirm_end, Permission.PRESENT, fresh=False),
    "delete-live": Action(delete_session, confirm_delete, Permission.PRESENT, fresh=False),
}
