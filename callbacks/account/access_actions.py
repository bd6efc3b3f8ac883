"""The actions of people on their own sessions and API tokens, and their confirmations."""

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
"""The lifetime that is proposed for a new token."""


def confirm_end_session(_key: str) -> Confirmation:
    words = "That browser will have to sign in again."
    return Confirmation("End this session?", [html.P(words)], "End")


def end_session(me: Principal, key: str, _answers: FormValues) -> ActionResult:
    access_listing.end_own_session(me, key)
    return ActionResult("Session ended.")


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
        Field(ids.form_field("name"), "Name"),
        Field(
            ids.form_field("scopes"),
            "Scopes",
            "many",
            value=[str(Permission.EXPLORE)],
            options=scopes,
        ),
        Field(
            ids.form_field("expires"),
            "Expires",
            "date",
            value=(utc_now() + DEFAULT_TOKEN_LIFETIME).date().isoformat(),
        ),
    ]
    return Confirmation("New API token", fields, "Create token")


def create_token(me: Principal, _key: str, answers: FormValues) -> ActionResult:
    scopes = [Permission(each) for each in answers.get("scopes") or []]
    made = api_tokens.create_token(
        me, str(answers.get("name") or ""), scopes, _get_end_of_day(answers.get("expires"))
    )
    words = "Copy the token now. It won't be shown again."
    return ActionResult("", dialog_content=account.one_time_secret(words, made))


def confirm_revoke_token(_key: str) -> Confirmation:
    words = "Programs that use this token stop working. This can't be undone."
    return Confirmation("Revoke this token?", [html.P(words)], "Revoke")


def revoke_token(me: Principal, key: str, _answers: FormValues) -> ActionResult:
    access_listing.revoke_own_token(me, key)
    return ActionResult("Token revoked.")


def _get_end_of_day(day: str | None) -> datetime:
    """Return the last moment of a day (ISO 8601) in UTC.

    Raises:
        ValueError: ``day`` is not a date.
    """
    try:
        return datetime.combine(datetime.fromisoformat(day or ""), time.max, UTC)
    except ValueError as error:
        raise ValueError("Choose the day on which the token expires.") from error


ACTIONS = {
    "end-own-session": Action(end_session, confirm_end_session, Permission.ACCOUNT),
    "end-others": Action(end_other_sessions, confirm_end_others, Permission.ACCOUNT),
    "new-token": Action(create_token, confirm_create_token, Permission.ACCOUNT),
    "revoke-own-token": Action(revoke_token, confirm_revoke_token, Permission.ACCOUNT),
}
