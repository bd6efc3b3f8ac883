"""The callbacks of the dead letters of a feed: list, retry, discard."""

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
"""The number of characters of a row in the table; the panel shows all."""


def register_callbacks() -> None:
    """Register the callbacks of the table of one feed's dead letters."""
    grid_data.register_grid(ids.DEAD_LETTERS, load_letters, "dead letter", "dead letters", Permission.PRESENT)
    grid_data.register_panel(ids.DEAD_LETTERS, render_letter_panel, Permission.PRESENT)
    callback(
        Output(ids.LETTERS_BREADCRUMB, "children"), Input(ids.filter_field(ids.DEAD_LETTERS, "feed"), "value")
    )(render_breadcrumb)


@requires(Permission.PRESENT)
def render_breadcrumb(key: str) -> list[Component]:
    """Return the breadcrumb with the name of the feed."""
    try:
        found = actions.find_feed(current_user, key)
    except UnknownFeedError as error:
        return shown.feed_not_found(str(error))
    return shown.letters_breadcrumb(found.feed.name, found.dataset)


def load_letters(filters: grid_data.GridFilters, window: PageOptions) -> grid_data.GridPage:
    """Return the dead letters in the window of the table."""
    key = str(filters.get("feed") or "")
    try:
        found, total = dead_letters.list_letters(current_user, key, window)
    except UnknownFeedError:
        return [], 0
    return [_to_row(key, each) for each in found], total


def render_letter_panel(key: str) -> list[Component] | None:
    """Return the panel of a dead letter; None if it no longer exists."""
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
    """Return the key of the feed and the number of the dead letter."""
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
        return Confirmation("Retry all", [html.P("There are no dead letters.")], "")
    words = f"Rows that fit now are added, each once. The others stay, with the reason. Waiting: {waiting:,}."
    return Confirmation("Retry all dead letters?", [html.P(words)], "Retry")


def replay_letters(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    return ActionResult(_describe_replay(dead_letters.replay_letters(by, key)))


def confirm_discard_letter(_key: str) -> Confirmation:
    return Confirmation("Discard this dead letter?", [html.P("This permanently deletes the row.")], "Discard")


def discard_letter(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    feed, number = _parse_key(key)
    dead_letters.discard_letters(by, feed, [number])
    return ActionResult("Dead letter discarded.")


def confirm_discard_all(key: str) -> Confirmation:
    count = actions.find_feed(current_user, key).dead_letter_count
    words = f"This permanently deletes the rows of {count:,} dead letters."
    return Confirmation("Discard all dead letters?", [html.P(words)], "Discard")


def discard_letters(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    dead_letters.discard_letters(by, key)
    return ActionResult("Dead letters discarded.")


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
