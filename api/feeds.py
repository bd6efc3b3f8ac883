"""The routes of feeds: which there are, and tokens to publish rows and to hear of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from flask import Blueprint
from flask_login import current_user
from pydantic import ConfigDict, Field

from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import register_error_handlers
from api.operations import RequestBody, ResponseBody, operation
from realtime.feeds import actions
from realtime.live import tokens
from realtime.service import Realtime


class NewFeed(RequestBody):
    """Which dataset its rows go to, and what it is called."""

    dataset: str
    name: str


class CreatedFeed(ResponseBody):
    """The key of a feed, and the channel to publish to."""

    key: str
    channel: str


class ListedFeed(ResponseBody):
    """A feed: how many rows it brought, when the last ones, and how many dead letters wait."""

    key: str
    name: str
    dataset: str
    channel: str
    paused: bool
    rows: int
    letters: int
    created: datetime
    last: datetime | None


class FeedList(ResponseBody):
    """The feeds that you may manage, by name."""

    feeds: list[ListedFeed]


class ChannelToken(ResponseBody):
    """A token for one channel, as whom, and where: ``endpoint``, or (none) this service.

    All but ``channel`` and ``endpoint`` are empty where there is nothing for you to hear.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    token: str | None = None
    client_id: Annotated[str | None, Field(alias="clientId")] = None
    channel: str | None = None
    endpoint: str | None = None


def create_feed_routes(realtime: Realtime) -> Blueprint:
    """The routes."""
    routes = Blueprint("feeds", __name__)
    register_error_handlers(routes)

    @routes.get("/api/feeds")
    @requires(Permission.PRESENT)
    @operation()
    def list_feeds() -> FeedList:
        """The feeds of the datasets that you may add rows to."""
        return FeedList(feeds=[_to_listed_feed(each) for each in actions.list_feeds(current_user)])

    @routes.post("/api/feeds")
    @requires(Permission.PRESENT)
    @operation(status=201)
    def create_feed(body: NewFeed) -> CreatedFeed:
        """Let rows that are published on a new channel go to a dataset."""
        key = actions.create_feed(current_user, body.dataset, body.name)
        realtime.feeds.wake()
        return CreatedFeed(key=key, channel=tokens.feed_channel(key))

    @routes.post("/api/feeds/<key>/token")
    @requires(Permission.PRESENT)
    @operation()
    def publish_to_feed(key: str) -> ChannelToken:
        """A token to publish rows with: good for ten minutes, and as long as your rights."""
        return ChannelToken(**realtime.connect_publisher(current_user._get_current_object(), key))

    @routes.post("/api/datasets/<slug>/token")
    @requires(Permission.EXPLORE)
    @operation()
    def hear_of_rows(slug: str) -> ChannelToken:
        """A token to hear that a dataset has grown, where it has a feed and you see all of its rows."""
        found = realtime.connect_growth_listener(current_user._get_current_object(), slug)
        return ChannelToken(**(found or {}))

    return routes


def _to_listed_feed(each: actions.FeedInfo) -> ListedFeed:
    own = each.feed
    return ListedFeed(
        key=own.key,
        name=own.name,
        dataset=each.dataset,
        channel=tokens.feed_channel(own.key),
        paused=own.paused,
        rows=own.rows,
        letters=each.dead_letter_count,
        created=own.created,
        last=own.last,
    )
