"""The Feeds page: each with its pace, watched live, and what people do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, html
from dash.development.base_component import Component
from flask import current_app, request
from flask_login import current_user

from accounts.guard import requires
from accounts.paging import Window
from accounts.permissions import Permission
from accounts.principals import Principal
from callbacks.admin import grid_data, snippets
from callbacks.admin.formatting import moment
from callbacks.confirm_actions import Act, Answers, Done, Question
from components import ids as shared
from components.admin import feed as shown
from components.admin import ids
from components.controls import Field
from config import settings
from datasets.access import gateway
from datasets.access.gateway import Seen
from realtime.feeds import actions
from realtime.feeds.actions import Listed
from realtime.feeds.batch_writer import MOST_LETTERS
from realtime.feeds.queries import UnknownFeedError
from realtime.feeds.supervisor import Feeds
from realtime.live import tokens

if TYPE_CHECKING:
    from realtime.feeds.consumer import Pace

SORTED = ("name", "dataset", "rows", "letters")
NO_DATASET = (
    "There is no dataset that you may add rows to: you need the right to edit one, and see all of it."
)


def register() -> None:
    """Wire the page; the browser looks again at each beat."""
    grid_data.register(ids.FEEDS, page, "feed", "feeds", Permission.PRESENT)
    grid_data.register_panel(ids.FEEDS, panel, Permission.PRESENT)
    beat = Input(ids.BEAT, "n_intervals")
    clientside_callback(
        ClientsideFunction("tables", "refreshRows"), beat, State(ids.FEEDS, "id"), prevent_initial_call=True
    )
    callback(Output(ids.pace(), "children"), beat, State(ids.pace(), "id"), prevent_initial_call=True)(paces)


def page(filters: grid_data.Filters, window: Window) -> grid_data.Page:
    """The feeds that the table shows."""
    text = (filters.get("text") or "").casefold()
    found = [_row(each) for each in actions.listed(current_user)]
    found = [row for row in found if text in f"{row['name']}\n{row['dataset']}".casefold()]
    if window.sort in SORTED:
        found.sort(key=lambda row: row[window.sort], reverse=window.descending)
    return found[window.start : window.start + window.size], len(found)


def panel(key: str) -> list[Component] | None:
    """A feed in full; None if it is gone."""
    try:
        return shown.panel(_row(found := actions.find(current_user, key)), _ways(found.dataset, key))
    except UnknownFeedError:
        return None


@requires(Permission.PRESENT)
def paces(_beat: int | None, open_: list[dict[str, str]]) -> list[Component]:
    """How fast the feed is that the panel shows."""
    found = {each.feed.key: each for each in actions.listed(current_user)} if open_ else {}
    return [shown.pace(_row(found[each["key"]])) if each["key"] in found else [] for each in open_]


def _row(each: Listed) -> dict[str, Any]:
    own = each.feed
    pace = _feeds().pace(own.id or 0)
    state, problem = _state(each, pace)
    return {
        "id": own.key,
        "name": own.name,
        "dataset": each.dataset,
        "channel": tokens.feed(own.key),
        "paused": own.paused,
        "state": state,
        "problem": problem,
        "lag": pace.lag if pace and own.last else None,
        "rate": pace.rate if pace else None,
        "rows": own.rows,
        "letters": each.letters,
        "last": moment(own.last),
        "created": moment(own.created),
    }


def _state(each: Listed, pace: Pace | None) -> tuple[str, str]:
    """How a feed is, and what is wrong with it."""
    if each.feed.paused:
        full = each.letters >= MOST_LETTERS
        return "Paused", f"{MOST_LETTERS:,} dead letters have paused it" if full else ""
    if pace is None:
        return "Starting", ""
    return ("Stuck" if pace.problem else "Running"), pace.problem


def _ways(slug: str, key: str) -> list[tuple[str, str]]:
    """What to paste, with the address at which the person has found the service."""
    service = settings().public_url or request.host_url.rstrip("/")
    seen: Seen = current_app.extensions["door"].open(current_user, slug)
    return snippets.ways(service, key, seen.description)


def _feeds() -> Feeds:
    found: Feeds = current_app.extensions["realtime"].feeds
    return found


def ask_new(_key: str) -> Question:
    mine = [(each.slug, each.name) for each in gateway.entries(current_user)]
    offered = [(slug, name) for slug, name in mine if actions.manages(current_user, slug)]
    if not offered:
        return Question("New feed", [html.P(NO_DATASET)], "")
    fields = [
        Field(shared.answer("dataset"), "Its rows go to", "choice", value=offered[0][0], options=offered),
        Field(shared.answer("name"), "Name", placeholder="Where the rows come from"),
    ]
    return Question("New feed", fields, "Create")


def new(by: Principal, _key: str, answers: Answers) -> Done:
    slug = str(answers.get("dataset") or "")
    key = actions.create(by, slug, str(answers.get("name") or ""))
    _feeds().soon()
    told = html.P(["Publish to the channel ", html.Code(tokens.feed(key)), "."])
    return Done("", show=[told, *shown.publishing(_ways(slug, key))])


def pause(by: Principal, key: str, _answers: Answers) -> Done:
    actions.pause(by, key)
    _feeds().soon()
    return Done("The feed is paused. What is published waits in the history of its channel.")


def resume(by: Principal, key: str, _answers: Answers) -> Done:
    actions.resume(by, key)
    _feeds().soon()
    return Done("The feed goes on where it was.")


def ask_delete(key: str) -> Question:
    found = actions.find(current_user, key)
    words = "The rows that it brought stay. Nothing more is taken in, and its dead letters are gone for good."
    return Question(f"Delete the feed {found.feed.name}?", [html.P(words)], "Delete")


def delete(by: Principal, key: str, _answers: Answers) -> Done:
    actions.delete(by, key)
    _feeds().soon()
    return Done("The feed is deleted.")


ACTS = {
    "new-feed": Act(new, ask_new, Permission.PRESENT, fresh=False),
    "pause-feed": Act(pause, permission=Permission.PRESENT, fresh=False),
    "resume-feed": Act(resume, permission=Permission.PRESENT, fresh=False),
    "delete-feed": Act(delete, ask_delete, Permission.PRESENT, fresh=False),
}
