"""The routes of feeds: list and create them, and get tokens to publish and subscribe."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from flask import Blueprint
from flask_login import current_user
from pydantic import ConfigDict, Field

from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import register_error_handlers
from api.field_types import Text
from api.operations import RequestBody, ResponseBody, operation
from realtime.feeds import actions
from realtime.live import tokens
from realtime.service import Realtime


class NewFeed(RequestBody):
    """The dataset and the name of a new feed."""

    dataset: Text
    name: Text


class CreatedFeed(ResponseBody):
    """The key of a new feed, and its channel."""

    key: str
    channel: str


class ListedFeed(ResponseBody):
    """A feed, with its number of rows, the time of the last ones, and its number of dead letters."""

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
    """The feeds that you can manage, by name."""

    feeds: list[ListedFeed]


class ChannelToken(ResponseBody):
    """A token for one channel, its client id, and the ``endpoint``; without one, it is this service.

    Fields are empty if there is no channel for you to subscribe to.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    token: str | None = None
    client_id: Annotated[str | None, Field(alias="clientId")] = None
    channel: str | None = None
    endpoint: str | None = None


def create_feed_routes(realtime: Realtime) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("feeds", __name__)
    register_error_handlers(routes)

    @routes.get("/api/feeds")
    @requires(Permission.PRESENT)
    @operation()
    def list_feeds() -> FeedList:
        """List the feeds of the datasets to which you can add rows."""
        return FeedList(feeds=[_to_listed_feed(each) for each in actions.list_feeds(current_user)])

    @routes.post("/api/feeds")
    @requires(Permission.PRESENT)
    @operation(status=201)
    def create_feed(body: NewFeed) -> CreatedFeed:
        """Create a feed: rows published on its channel go to a dataset."""
        key = actions.create_feed(current_user, body.dataset, body.name)
        realtime.feeds.wake()
        return CreatedFeed(key=key, channel=tokens.feed_channel(key))

    @routes.post("/api/feeds/<key>/token")
    @requires(Permission.PRESENT)
    @operation()
    def publish_to_feed(key: str) -> ChannelToken:
        """Get a token to publish rows. It is valid for ten minutes, and only as long as your rights."""
        return ChannelToken(**realtime.connect_publisher(current_user._get_current_object(), key))

    @routes.post("/api/datasets/<slug>/token")
    @requires(Permission.EXPLORE)
    @operation()
    def hear_of_rows(slug: str) -> ChannelToken:
        """Get a token to be notified when a dataset grows, if it has a feed and you see all of its rows."""
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
