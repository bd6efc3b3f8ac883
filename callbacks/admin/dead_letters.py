"""The dead letters of a feed: looked at, played again, discarded."""

from __future__ import annotations

import json
from typing import Any

from dash import Input, Output, callback, html
from dash.development.base_component import Component
from flask_login import current_user

from accounts.guard import requires
from accounts.paging import Window
from accounts.permissions import Permission
from accounts.principals import Principal
from callbacks.admin import grid_data
from callbacks.admin.formatting import moment
from callbacks.confirm_actions import Act, Answers, Done, Question
from components.admin import feed as shown
from components.admin import ids
from db.tables import DeadLetter
from realtime.feeds import actions, dead_letters
from realtime.feeds.dead_letters import GoneError, Replayed
from realtime.feeds.queries import UnknownFeedError

LONGEST = 300
"""Characters of a row that the table shows; the panel shows all."""


def register() -> None:
    """Wire the table of one feed's dead letters."""
    grid_data.register(ids.LETTERS, page, "dead letter", "dead letters", Permission.PRESENT)
    grid_data.register_panel(ids.LETTERS, panel, Permission.PRESENT)
    callback(Output(ids.LETTERS_OF, "children"), Input(ids.filter_(ids.LETTERS, "feed"), "value"))(trail)


@requires(Permission.PRESENT)
def trail(key: str) -> list[Component]:
    """Whose dead letters these are."""
    try:
        found = actions.find(current_user, key)
    except UnknownFeedError as error:
        return shown.nowhere(str(error))
    return shown.trail(found.feed.name, found.dataset)


def page(filters: grid_data.Filters, window: Window) -> grid_data.Page:
    """The dead letters that the table shows."""
    key = str(filters.get("feed") or "")
    try:
        found, total = dead_letters.page(current_user, key, window)
    except UnknownFeedError:
        return [], 0
    return [_row(key, each) for each in found], total


def panel(key: str) -> list[Component] | None:
    """A dead letter in full; None if it is gone."""
    feed, number = _parts(key)
    try:
        own = dead_letters.one(current_user, feed, number)
    except (UnknownFeedError, GoneError):
        return None
    full = json.dumps(own.content, indent=1, ensure_ascii=False)
    return shown.letter(_row(feed, own) | {"full": full})


def _row(key: str, own: DeadLetter) -> dict[str, Any]:
    content = json.dumps(own.content, ensure_ascii=False)[:LONGEST]
    return {"id": f"{key}:{own.id}", "at": moment(own.at), "reason": own.reason, "content": content}


def _parts(key: str) -> tuple[str, int]:
    """The key of a feed, and the number of its dead letter."""
    feed, _, number = key.rpartition(":")
    return feed, int(number)


def replay(by: Principal, key: str, _answers: Answers) -> Done:
    feed, number = _parts(key)
    return Done(_words(dead_letters.replay(by, feed, {number: dead_letters.one(by, feed, number).content})))


def ask_replay_all(key: str) -> Question:
    waiting = actions.find(current_user, key).letters
    if not waiting:
        return Question("Play all again", [html.P("There is no dead letter.")], "")
    words = (
        f"What fits by now is added, each row once; what does not stays with its reason. {waiting:,} wait."
    )
    return Question("Play all dead letters again?", [html.P(words)], "Play again")


def replay_all(by: Principal, key: str, _answers: Answers) -> Done:
    return Done(_words(dead_letters.replay(by, key)))


def ask_discard(_key: str) -> Question:
    return Question("Discard this dead letter?", [html.P("Its row is lost for good.")], "Discard")


def discard(by: Principal, key: str, _answers: Answers) -> Done:
    feed, number = _parts(key)
    dead_letters.discard(by, feed, [number])
    return Done("The dead letter is discarded.")


def ask_discard_all(key: str) -> Question:
    words = f"{actions.find(current_user, key).letters:,} rows are lost for good."
    return Question("Discard all dead letters?", [html.P(words)], "Discard")


def discard_all(by: Principal, key: str, _answers: Answers) -> Done:
    dead_letters.discard(by, key)
    return Done("The dead letters are discarded.")


def _words(done: Replayed) -> str:
    added = f"{done.added:,} row{' was' if done.added == 1 else 's were'} added"
    return (
        f"{added}; {done.left:,} still {'does' if done.left == 1 else 'do'} not fit."
        if done.left
        else f"{added}."
    )


ACTS = {
    "replay-letter": Act(replay, permission=Permission.PRESENT, fresh=False),
    "replay-letters": Act(replay_all, ask_replay_all, Permission.PRESENT, fresh=False),
    "discard-letter": Act(discard, ask_discard, Permission.PRESENT, fresh=False),
    "discard-letters": Act(discard_all, ask_discard_all, Permission.PRESENT, fresh=False),
}
