"""What a person does to their own sessions and API tokens, and what is asked before."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from dash import html
from flask_login import current_user

from accounts import access_listing, api_tokens
from accounts.permissions import Permission
from accounts.principals import Principal
from callbacks.confirm_actions import Act, Answers, Done, Question
from components import account, ids
from components.controls import Field
from db.tables import now

USUAL = timedelta(days=90)
"""How long a token is offered to last."""


def ask_end(_key: str) -> Question:
    words = "That browser asks to sign in again at its next click."
    return Question("End this session?", [html.P(words)], "End")


def end(me: Principal, key: str, _answers: Answers) -> Done:
    access_listing.end_own_session(me, key)
    return Done("The session has ended.")


def ask_end_others(_key: str) -> Question:
    return Question("Sign out everywhere else?", [html.P("Only this browser stays signed in.")], "Sign out")


def end_others(me: Principal, _key: str, _answers: Answers) -> Done:
    access_listing.end_sessions(me, me.id)
    return Done("You are signed out everywhere else.")


def ask_token(_key: str) -> Question:
    scopes = [(str(scope), account.SCOPES[scope]) for scope in api_tokens.SCOPES if current_user.may(scope)]
    fields = [
        Field(ids.answer("name"), "What it is for"),
        Field(
            ids.answer("scopes"), "What it may do", "many", value=[str(Permission.EXPLORE)], options=scopes
        ),
        Field(ids.answer("expires"), "Good until", "date", value=(now() + USUAL).date().isoformat()),
    ]
    return Question("Make an API token", fields, "Make the token")


def token(me: Principal, _key: str, answers: Answers) -> Done:
    scopes = [Permission(each) for each in answers.get("scopes") or []]
    made = api_tokens.create(me, str(answers.get("name") or ""), scopes, _end_of(answers.get("expires")))
    words = "Give this to the program. It is not shown again: make another one if it is lost."
    return Done("", show=account.once(words, made))


def ask_revoke(_key: str) -> Question:
    words = "Programs that use it are refused from now on. This can't be undone."
    return Question("Revoke this token?", [html.P(words)], "Revoke")


def revoke(me: Principal, key: str, _answers: Answers) -> Done:
    access_listing.revoke_own_token(me, key)
    return Done("The token is revoked.")


def _end_of(day: str | None) -> datetime:
    """The last moment of this day (ISO 8601), as UTC has it.

    Raises:
        ValueError: it is no day.
    """
    try:
        return datetime.combine(datetime.fromisoformat(day or ""), time.max, UTC)
    except ValueError as error:
        raise ValueError("Choose the day on which the token ends.") from error


ACTS = {
    "end-own-session": Act(end, ask_end, Permission.ACCOUNT),
    "end-others": Act(end_others, ask_end_others, Permission.ACCOUNT),
    "new-token": Act(token, ask_token, Permission.ACCOUNT),
    "revoke-own-token": Act(revoke, ask_revoke, Permission.ACCOUNT),
}
