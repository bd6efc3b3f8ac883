"""What people do with feeds: create, pause, resume and delete them; each action is checked and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from time import time
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts import audit
from accounts.audit import AuditAction
from accounts.permissions import Permission
from accounts.principals import Principal, PrincipalKind
from datasets import catalogue, shares
from datasets.access import effective_access
from datasets.shares import NotAllowedError
from datasets.storage import appended_files
from db.engine import transaction
from db.tables import Dataset, DeadLetter, Feed, Level, Resource
from errors import InvalidError
from realtime.feeds.queries import UnknownFeedError

MAX_NAME_LENGTH = 200
"""The number of characters that the name of a feed has at most."""


class BadFeedError(InvalidError):
    """The input is not valid; ``where`` is the field that is wrong."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


@dataclass(frozen=True)
class FeedInfo:
    """A feed with the slug of its dataset and the number of its dead letters."""

    feed: Feed
    dataset: str
    dead_letter_count: int


def list_feeds(person: Principal) -> list[FeedInfo]:
    """Return the feeds that a person may manage, ordered by name."""
    letter_count = sa.select(sa.func.count()).where(col(DeadLetter.feed_id) == Feed.id).scalar_subquery()
    query = (
        select(Feed, Dataset.slug, letter_count)
        .join(Dataset)
        .where(shares.visible_condition(person, Resource.DATASET))
    )
    with transaction() as work:
        feeds = [FeedInfo(*row) for row in work.exec(query.order_by(col(Feed.name), col(Feed.id))).all()]
    return [info for info in feeds if can_manage(person, info.dataset)]


def find_feed(person: Principal, key: str) -> FeedInfo:
    """Return a feed that a person may manage.

    Raises:
        UnknownFeedError: they manage no such feed.
    """
    feed = next((info for info in list_feeds(person) if info.feed.key == key), None)
    if feed is None:
        raise UnknownFeedError
    return feed


def can_manage(person: Principal, slug: str) -> bool:
    """Return whether a person may add rows to a dataset: they may present, edit it, and see all of it."""
    try:
        _require_may_append(person, slug)
    except (LookupError, NotAllowedError):
        return False
    return True


def sees_all_rows(person: Principal, slug: str) -> bool:
    """Return whether a person sees all rows of a dataset, and so may know that rows were added.

    Raises:
        UnknownDatasetError: the dataset doesn't exist for them.
    """
    return effective_access.get_access(person, slug).row_rights is None


def may_use_channel(person: Principal, channel: str) -> bool:
    """Return whether a person may publish to a feed's channel, or listen to a dataset's growth channel."""
    kind, _, key = channel.partition(":")
    try:
        if kind == "feed":
            find_feed(person, key)
            return True
        return sees_all_rows(person, key)
    except LookupError:
        return False


def create_feed(by: Principal, slug: str, name: str) -> str:
    """Create a feed whose messages become rows of a dataset from now on; return its key.

    Raises:
        UnknownDatasetError: the dataset doesn't exist for them.
        NotAllowedError: they may not add rows to it.
        BadFeedError: the name is not valid.
    """
    dataset_id = _require_may_append(by, slug)
    if not 1 <= len(name.strip()) <= MAX_NAME_LENGTH or not name.isprintable():
        raise BadFeedError("name", f"The name must have 1 to {MAX_NAME_LENGTH} printable characters.")
    appended_files.mark_growing(catalogue.find_version(slug, None)[1].id or 0)
    feed = Feed(name=name.strip(), dataset_id=dataset_id, owner_id=by.id, cursor=int(time() * 1000))
    with transaction() as work:
        work.add(feed)
        work.flush()
        audit_action(AuditAction.FEED_CREATED, by, feed, work, dataset=slug, name=feed.name)
    return feed.key


def pause_feed(by: Principal, key: str) -> None:
    """Pause a feed; what is published meanwhile waits in the history of its channel.

    Raises:
        UnknownFeedError: they manage no such feed.
    """
    _set_paused(by, find_feed(by, key).feed, AuditAction.FEED_PAUSED, paused=True)


def resume_feed(by: Principal, key: str) -> None:
    """Resume a feed where it paused.

    Raises:
        UnknownFeedError: they manage no such feed.
    """
    _set_paused(by, find_feed(by, key).feed, AuditAction.FEED_RESUMED, paused=False)


def delete_feed(by: Principal, key: str) -> None:
    """Delete a feed with its dead letters; the rows that it added stay.

    Raises:
        UnknownFeedError: they manage no such feed.
    """
    feed = find_feed(by, key).feed
    with transaction() as work:
        work.execute(sa.delete(Feed).where(col(Feed.id) == feed.id))
        audit_action(AuditAction.FEED_DELETED, by, feed, work, name=feed.name)


def audit_action(action: AuditAction, by: Principal, feed: Feed, work: Session, **details: Any) -> None:  # noqa: ANN401
    """Record an action on a feed in the audit log."""
    audit.record_event(action, actor=by, resource=("feed", feed.key), work=work, **details)


def _set_paused(by: Principal, feed: Feed, action: AuditAction, *, paused: bool) -> None:
    with transaction() as work:
        work.execute(sa.update(Feed).where(col(Feed.id) == feed.id).values(paused=paused))
        audit_action(action, by, feed, work)


def _require_may_append(person: Principal, slug: str) -> int:
    """Return the id of a dataset that a person may add rows to.

    Raises:
        UnknownDatasetError: the dataset doesn't exist for them.
        NotAllowedError: they may not add rows to it.
    """
    access = effective_access.get_access(person, slug)
    dataset_id = catalogue.find_version(slug, None)[0].id or 0
    if person.kind is PrincipalKind.GUEST or not person.has_permission(Permission.PRESENT):
        raise NotAllowedError("Your role doesn't allow managing feeds.")
    shares.require_level(person, Resource.DATASET, dataset_id, Level.EDIT)
    if access.row_rights is not None or access.masked_columns:
        raise NotAllowedError("You can only add rows to a dataset if you see all its rows and columns.")
    return dataset_id
