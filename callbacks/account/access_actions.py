"""What a person does to their own sessions and API tokens, and what is asked before."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from dash import html
from flask_login import current_user

from accounts import access_listing, api_tokens
from accounts.permissions import Permission
from accounts.principals import Principal
from callbacks.confirm_actions import Action, ActionResult, Confirmation, FormValues
from components import account, ids
from components.controls import Field
from db.tables import utc_now

DEFAULT_TOKEN_LIFETIME = timedelta(days=90)
"""How long a token is offered to last."""


def confirm_end_session(_key: str) -> Confirmation:
    words = "That browser asks to sign in again at its next click."
    return Confirmation("End this session?", [html.P(words)], "End")


def end_session(me: Principal, key: str, _answers: FormValues) -> ActionResult:
    access_listing.end_own_session(me, key)
    return ActionResult("The session has ended.")


def confirm_end_others(_key: str) -> Confirmation:
    return Confirmation(
        "Sign out everywhere else?", [html.P("Only this browser stays signed in.")], "Sign out"
    )


def end_other_sessions(me: Principal, _key: str, _answers: FormValues) -> ActionResult:
    access_listing.end_user_sessions(me, me.id)
    return ActionResult("You are signed out everywhere else.")


def confirm_create_token(_key: str) -> Confirmation:
    scopes = [
        (str(scope), account.SCOPE_LABELS[scope])
        for scope in api_tokens.SCOPES
        if current_user.has_permission(scope)
    ]
    fields = [
        Field(ids.form_field("name"), "What it is for"),
        Field(
            ids.form_field("scopes"),
            "What it may do",
            "many",
            value=[str(Permission.EXPLORE)],
            options=scopes,
        ),
        Field(
            ids.form_field("expires"),
            "Good until",
            "date",
            value=(utc_now() + DEFAULT_TOKEN_LIFETIME).date().isoformat(),
        ),
    ]
    return Confirmation("Make an API token", fields, "Make the token")


def create_token(me: Principal, _key: str, answers: FormValues) -> ActionResult:
    scopes = [Permission(each) for each in answers.get("scopes") or []]
    made = api_tokens.create_token(
        me, str(answers.get("name") or ""), scopes, _get_end_of_day(answers.get("expires"))
    )
    words = "Give this to the program. It is not shown again: make another one if it is lost."
    return ActionResult("", dialog_content=account.one_time_secret(words, made))


def confirm_revoke_token(_key: str) -> Confirmation:
    words = "Programs that use it are refused from now on. This can't be undone."
    return Confirmation("Revoke this token?", [html.P(words)], "Revoke")


def revoke_token(me: Principal, key: str, _answers: FormValues) -> ActionResult:
    access_listing.revoke_own_token(me, key)
    return ActionResult("The token is revoked.")


def _get_end_of_day(day: str | None) -> datetime:
    """The last moment of this day (ISO 8601), as UTC has it.

    Raises:
        ValueError: it is no day.
    """
    try:
        return datetime.combine(datetime.fromisoformat(day or ""), time.max, UTC)
    except ValueError as error:
        raise ValueError("Choose the day on which the token ends.") from error


ACTIONS = {
    "end-own-session": Action(end_session, confirm_end_session, Permission.ACCOUNT),
    "end-others": Action(end_other_sessions, confirm_end_others, Permission.ACCOUNT),
    "new-token": Action(create_token, confirm_create_token, Permission.ACCOUNT),
    "revoke-own-token": Action(revoke_token, confirm_revoke_token, Permission.ACCOUNT),
}
