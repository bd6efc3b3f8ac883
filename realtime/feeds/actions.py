"""What people do with feeds: create, pause, resume, delete, publish. Each act is checked and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from time import time
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts import audit
from accounts.audit import Action
from accounts.permissions import Permission
from accounts.principals import Kind, Principal
from datasets import catalogue, shares
from datasets.access import effective_access
from datasets.shares import NotAllowedError
from datasets.storage import appended_files
from db.engine import session
from db.tables import Dataset, DeadLetter, Feed, Level, Resource
from realtime.feeds.queries import UnknownFeedError

LONGEST_NAME = 200


class BadFeedError(ValueError):
    """There can be no such feed; ``where`` is what is wrong."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


@dataclass(frozen=True)
class Listed:
    """A feed, the slug of its dataset, and how many dead letters wait."""

    feed: Feed
    dataset: str
    letters: int


def listed(person: Principal) -> list[Listed]:
    """The feeds that a person may manage, by name."""
    letters = sa.select(sa.func.count()).where(col(DeadLetter.feed_id) == Feed.id).scalar_subquery()
    query = select(Feed, Dataset.slug, letters).join(Dataset).where(shares.visible(person, Resource.DATASET))
    with session() as work:
        found = [Listed(*row) for row in work.exec(query.order_by(col(Feed.name), col(Feed.id))).all()]
    return [each for each in found if manages(person, each.dataset)]


def find(person: Principal, key: str) -> Listed:
    """A feed that a person may manage.

    Raises:
        UnknownFeedError: there is none such for them.
    """
    found = next((each for each in listed(person) if each.feed.key == key), None)
    if found is None:
        raise UnknownFeedError
    return found


def manages(person: Principal, slug: str) -> bool:
    """Whether a person may add rows to a dataset: they present, may edit it, and see all of it."""
    try:
        _require(person, slug)
    except (LookupError, NotAllowedError):
        return False
    return True


def sees_all_rows(person: Principal, slug: str) -> bool:
    """Whether a person may know that rows came, whichever.

    Raises:
        UnknownDatasetError: the dataset does not exist for them.
    """
    return effective_access.of(person, slug).rows is None


def may_use(person: Principal, channel: str) -> bool:
    """Whether a person may publish to the channel of a feed, or hear that a dataset has grown."""
    kind, _, key = channel.partition(":")
    try:
        if kind == "feed":
            find(person, key)
            return True
        return sees_all_rows(person, key)
    except LookupError:
        return False


def create(by: Principal, slug: str, name: str) -> str:
    """Let a channel's rows go to a dataset from now on; returns the feed's key.

    Raises:
        UnknownDatasetError: it does not exist for them.
        NotAllowedError: they may not add rows to it.
        BadFeedError: that is no name.
    """
    dataset = _require(by, slug)
    if not 1 <= len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        raise BadFeedError("name", f"Give the feed a name of 1 to {LONGEST_NAME} letters.")
    appended_files.begin(catalogue.find(slug, None)[1].id or 0)
    feed = Feed(name=name.strip(), dataset_id=dataset, owner_id=by.id, cursor=int(time() * 1000))
    with session() as work:
        work.add(feed)
        work.flush()
        record(Action.FEED_CREATED, by, feed, work, dataset=slug, name=feed.name)
    return feed.key


def pause(by: Principal, key: str) -> None:
    """Take nothing more in; what is published waits in the history.

    Raises:
        UnknownFeedError: there is none such for them.
    """
    _switch(by, find(by, key).feed, Action.FEED_PAUSED, paused=True)


def resume(by: Principal, key: str) -> None:
    """Go on where it paused; raises what ``pause`` does."""
    _switch(by, find(by, key).feed, Action.FEED_RESUMED, paused=False)


def delete(by: Principal, key: str) -> None:
    """Delete a feed with its dead letters; the rows that it brought stay. Raises what ``pause`` does."""
    feed = find(by, key).feed
    with session() as work:
        work.execute(sa.delete(Feed).where(col(Feed.id) == feed.id))
        record(Action.FEED_DELETED, by, feed, work, name=feed.name)


def record(action: Action, by: Principal, feed: Feed, work: Session, **details: Any) -> None:  # noqa: ANN401
    audit.record(action, actor=by, resource=("feed", feed.key), work=work, **details)


def _switch(by: Principal, feed: Feed, action: Action, *, paused: bool) -> None:
    with session() as work:
        work.execute(sa.update(Feed).where(col(Feed.id) == feed.id).values(paused=paused))
        record(action, by, feed, work)


def _require(person: Principal, slug: str) -> int:
    """The number of a dataset that a person may add rows to; raises what ``create`` does."""
    seen = effective_access.of(person, slug)
    dataset = catalogue.find(slug, None)[0].id or 0
    if person.kind is Kind.GUEST or not person.may(Permission.PRESENT):
        raise NotAllowedError("Your role does not include feeds.")
    shares.demand(person, Resource.DATASET, dataset, Level.EDIT)
    if seen.rows is not None or seen.masked:
        raise NotAllowedError("Only who sees all of a dataset can add rows to it.")
    return dataset
