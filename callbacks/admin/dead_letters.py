"""The dead letters of a feed: looked at, played again, discarded."""

from __future__ import annotations

import json
from typing import Any

from dash import Input, Output, callback, html
from dash.development.base_component import Component
from flask_login import current_user

from accounts.guard import requires
from accounts.paging import PageOptions
from accounts.permissions import Permission
from accounts.principals import Principal
from callbacks.admin import grid_data
from callbacks.admin.formatting import format_time
from callbacks.confirm_actions import Action, ActionResult, Confirmation, FormValues
from components.admin import feed as shown
from components.admin import ids
from db.tables import DeadLetter
from realtime.feeds import actions, dead_letters
from realtime.feeds.dead_letters import DeadLetterGoneError, ReplayResult
from realtime.feeds.queries import UnknownFeedError

PREVIEW_LENGTH = 300
"""Characters of a row that the table shows; the panel shows all."""


def register_callbacks() -> None:
    """Wire the table of one feed's dead letters."""
    grid_data.register_grid(ids.DEAD_LETTERS, load_letters, "dead letter", "dead letters", Permission.PRESENT)
    grid_data.register_panel(ids.DEAD_LETTERS, render_letter_panel, Permission.PRESENT)
    callback(
        Output(ids.LETTERS_BREADCRUMB, "children"), Input(ids.filter_field(ids.DEAD_LETTERS, "feed"), "value")
    )(render_breadcrumb)


@requires(Permission.PRESENT)
def render_breadcrumb(key: str) -> list[Component]:
    """Whose dead letters these are."""
    try:
        found = actions.find_feed(current_user, key)
    except UnknownFeedError as error:
        return shown.feed_not_found(str(error))
    return shown.letters_breadcrumb(found.feed.name, found.dataset)


def load_letters(filters: grid_data.GridFilters, window: PageOptions) -> grid_data.GridPage:
    """The dead letters that the table shows."""
    key = str(filters.get("feed") or "")
    try:
        found, total = dead_letters.list_letters(current_user, key, window)
    except UnknownFeedError:
        return [], 0
    return [_to_row(key, each) for each in found], total


def render_letter_panel(key: str) -> list[Component] | None:
    """A dead letter in full; None if it is gone."""
    feed, number = _parse_key(key)
    try:
        own = dead_letters.get_letter(current_user, feed, number)
    except (UnknownFeedError, DeadLetterGoneError):
        return None
    full = json.dumps(own.content, indent=1, ensure_ascii=False)
    return shown.letter_panel(_to_row(feed, own) | {"full": full})


def _to_row(key: str, own: DeadLetter) -> dict[str, Any]:
    content = json.dumps(own.content, ensure_ascii=False)[:PREVIEW_LENGTH]
    return {"id": f"{key}:{own.id}", "at": format_time(own.at), "reason": own.reason, "content": content}


def _parse_key(key: str) -> tuple[str, int]:
    """The key of a feed, and the number of its dead letter."""
    feed, _, number = key.rpartition(":")
    return feed, int(number)


def replay_letter(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    feed, number = _parse_key(key)
    return ActionResult(
        _describe_replay(
            dead_letters.replay_letters(by, feed, {number: dead_letters.get_letter(by, feed, number).content})
        )
    )


def confirm_replay_all(key: str) -> Confirmation:
    waiting = actions.find_feed(current_user, key).dead_letter_count
    if not waiting:
        return Confirmation("Play all again", [html.P("There is no dead letter.")], "")
    words = (
        f"What fits by now is added, each row once; what does not stays with its reason. {waiting:,} wait."
    )
    return Confirmation("Play all dead letters again?", [html.P(words)], "Play again")


def replay_letters(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    return ActionResult(_describe_replay(dead_letters.replay_letters(by, key)))


def confirm_discard_letter(_key: str) -> Confirmation:
    return Confirmation("Discard this dead letter?", [html.P("Its row is lost for good.")], "Discard")


def discard_letter(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    feed, number = _parse_key(key)
    dead_letters.discard_letters(by, feed, [number])
    return ActionResult("The dead letter is discarded.")


def confirm_discard_all(key: str) -> Confirmation:
    words = f"{actions.find_feed(current_user, key).dead_letter_count:,} rows are lost for good."
    return Confirmation("Discard all dead letters?", [html.P(words)], "Discard")


def discard_letters(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    dead_letters.discard_letters(by, key)
    return ActionResult("The dead letters are discarded.")


def _describe_replay(done: ReplayResult) -> str:
    added = f"{done.added:,} row{' was' if done.added == 1 else 's were'} added"
    return (
        f"{added}; {done.remaining:,} still {'does' if done.remaining == 1 else 'do'} not fit."
        if done.remaining
        else f"{added}."
    )


ACTIONS = {
    "replay-letter": Action(replay_letter, permission=Permission.PRESENT, fresh=False),
    "replay-letters": Action(replay_letters, confirm_replay_all, Permission.PRESENT, fresh=False),
    "discard-letter": Action(discard_letter, confirm_discard_letter, Permission.PRESENT, fresh=False),
    "discard-letters": Action(discard_letters, confirm_discard_all, Permission.PRESENT, fresh=False),
}
