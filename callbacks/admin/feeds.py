"""The callbacks of the Feeds page: the feeds with their throughput, and actions on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, html
from dash.development.base_component import Component
from flask import current_app, request
from flask_login import current_user

from accounts.guard import requires
from accounts.paging import PageOptions
from accounts.permissions import Permission
from accounts.principals import Principal
from callbacks.admin import grid_data, snippets
from callbacks.admin.formatting import format_time
from callbacks.confirm_actions import Action, ActionResult, Confirmation, FormValues
from components import ids as shared
from components.admin import feed as shown
from components.admin import ids
from components.controls import Field
from config import get_settings
from datasets.access import gateway
from datasets.access.gateway import VisibleVersion
from realtime.feeds import actions
from realtime.feeds.actions import FeedInfo
from realtime.feeds.batch_writer import MAX_DEAD_LETTERS
from realtime.feeds.queries import UnknownFeedError
from realtime.feeds.supervisor import FeedSupervisor
from realtime.live import tokens

if TYPE_CHECKING:
    from realtime.feeds.consumer import FeedMetrics

SORTABLE_COLUMNS = ("name", "dataset", "rows", "letters")
NO_DATASET = (
    "There is no dataset to which you can add rows. Ask the owner of a dataset, or an admin, to share all of"
    " it with you with the level “Can edit”."
)


def register_callbacks() -> None:
    """Register the callbacks of the page; the browser refreshes at each interval."""
    grid_data.register_grid(ids.FEEDS, load_feeds, "feed", "feeds", Permission.PRESENT)
    grid_data.register_panel(ids.FEEDS, render_feed_panel, Permission.PRESENT)
    beat = Input(ids.REFRESH_TIMER, "n_intervals")
    clientside_callback(
        ClientsideFunction("tables", "refreshRows"), beat, State(ids.FEEDS, "id"), prevent_initial_call=True
    )
    callback(
        Output(ids.feed_metrics(), "children"),
        beat,
        State(ids.feed_metrics(), "id"),
        prevent_initial_call=True,
    )(render_feed_metrics)


def load_feeds(filters: grid_data.GridFilters, window: PageOptions) -> grid_data.GridPage:
    """Return the feeds in the window of the table."""
    text = (filters.get("text") or "").casefold()
    found = [_to_row(each) for each in actions.list_feeds(current_user)]
    found = [row for row in found if text in f"{row['name']}\n{row['dataset']}".casefold()]
    if window.sort in SORTABLE_COLUMNS:
        found.sort(key=lambda row: row[window.sort], reverse=window.descending)
    return found[window.start : window.start + window.size], len(found)


def render_feed_panel(key: str) -> list[Component] | None:
    """Return the panel of a feed; None if it no longer exists."""
    try:
        return shown.feed_panel(
            _to_row(found := actions.find_feed(current_user, key)), _build_snippets(found.dataset, key)
        )
    except UnknownFeedError:
        return None


@requires(Permission.PRESENT)
def render_feed_metrics(_beat: int | None, open_: list[dict[str, str]]) -> list[Component]:
    """Return the metrics of the feed in the panel."""
    found = {each.feed.key: each for each in actions.list_feeds(current_user)} if open_ else {}
    return [shown.feed_metrics(_to_row(found[each["key"]])) if each["key"] in found else [] for each in open_]


def _to_row(each: FeedInfo) -> dict[str, Any]:
    own = each.feed
    pace = _get_supervisor().get_metrics(own.id or 0)
    state, problem = _describe_state(each, pace)
    return {
        "id": own.key,
        "name": own.name,
        "dataset": each.dataset,
        "channel": tokens.feed_channel(own.key),
        "paused": own.paused,
        "state": state,
        "problem": problem,
        "lag": pace.lag if pace and own.last else None,
        "rate": pace.rate if pace else None,
        "rows": own.rows,
        "letters": each.dead_letter_count,
        "last": format_time(own.last),
        "created": format_time(own.created),
    }


def _describe_state(each: FeedInfo, pace: FeedMetrics | None) -> tuple[str, str]:
    """Return the state of a feed and its last error."""
    if each.feed.paused:
        full = each.dead_letter_count >= MAX_DEAD_LETTERS
        return "Paused", f"Paused by {MAX_DEAD_LETTERS:,} dead letters" if full else ""
    if pace is None:
        return "Starting", ""
    return ("Failing" if pace.problem else "Running"), pace.problem


def _build_snippets(slug: str, key: str) -> list[tuple[str, str]]:
    """Return code to paste, with the address at which the person uses the service."""
    service = get_settings().public_url or request.host_url.rstrip("/")
    seen: VisibleVersion = current_app.extensions["gateway"].open_version(current_user, slug)
    return snippets.build_snippets(service, key, seen.description)


def _get_supervisor() -> FeedSupervisor:
    found: FeedSupervisor = current_app.extensions["realtime"].feeds
    return found


def confirm_create_feed(_key: str) -> Confirmation:
    mine = [(each.slug, each.name) for each in gateway.list_visible_datasets(current_user)]
    offered = [(slug, name) for slug, name in mine if actions.can_manage(current_user, slug)]
    if not offered:
        return Confirmation("New feed", [html.P(NO_DATASET)], "")
    fields = [
        Field(shared.form_field("dataset"), "Dataset", "choice", value=offered[0][0], options=offered),
        Field(shared.form_field("name"), "Name", placeholder="Where the rows come from"),
    ]
    return Confirmation("New feed", fields, "Create")


def create_feed(by: Principal, _key: str, answers: FormValues) -> ActionResult:
    slug = str(answers.get("dataset") or "")
    key = actions.create_feed(by, slug, str(answers.get("name") or ""))
    _get_supervisor().wake()
    told = html.P(["Publish to the channel ", html.Code(tokens.feed_channel(key)), "."])
    return ActionResult("", dialog_content=[told, *shown.publish_instructions(_build_snippets(slug, key))])


def pause_feed(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    actions.pause_feed(by, key)
    _get_supervisor().wake()
    return ActionResult("Feed paused. Messages published now wait in the history of its channel.")


def resume_feed(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    actions.resume_feed(by, key)
    _get_supervisor().wake()
    return ActionResult("Feed resumed.")


def confirm_delete_feed(key: str) -> Confirmation:
    found = actions.find_feed(current_user, key)
    words = "Rows already added stay. No more rows are added, and its dead letters are permanently deleted."
    return Confirmation(f"Delete the feed {found.feed.name}?", [html.P(words)], "Delete")


def delete_feed(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    actions.delete_feed(by, key)
    _get_supervisor().wake()
    return ActionResult("Feed deleted.")


ACTIONS = {
    "new-feed": Action(create_feed, confirm_create_feed, Permission.PRESENT, fresh=False),
    "pause-feed": Action(pause_feed, permission=Permission.PRESENT, fresh=False),
    "resume-feed": Action(resume_feed, permission=Permission.PRESENT, fresh=False),
    "delete-feed": Action(delete_feed, confirm_delete_feed, Permission.PRESENT, fresh=False),
}
