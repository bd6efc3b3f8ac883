"""Which feeds there are, where their rows go, and how far they have come: for the service itself."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from sqlmodel import col, select

from datasets import catalogue
from datasets.storage import appended_files
from db.engine import transaction
from db.tables import Dataset, DatasetVersion, Feed
from errors import NotFoundError

OVERLAP = 10_000
"""The milliseconds before the newest written message from which the history is read: clocks may differ."""


MAX_CONSUMED = 10_000
"""The number of message ids that are remembered; a message that comes again after that many counts again."""


class UnknownFeedError(NotFoundError):
    """The feed doesn't exist, or not for this person."""

    def __init__(self) -> None:
        super().__init__("This feed doesn't exist, or you don't have access to it.")


@dataclass(frozen=True)
class CurrentFeed:
    """A feed as it is now, and the newest version of its dataset."""

    row: Feed
    slug: str
    version: str

    @property
    def history_start(self) -> int:
        """The moment (ms) from which there may be messages that were not written."""
        return self.row.cursor - OVERLAP


def list_running() -> dict[int, str]:
    """Return the feeds that are not paused: their keys by id."""
    with transaction() as work:
        rows = work.exec(select(Feed.id, Feed.key).where(col(Feed.paused).is_(False)))
        return {id_ or 0: key for id_, key in rows}


def has_feed(slug: str) -> bool:
    """Return whether a dataset has a feed."""
    with transaction() as work:
        return work.exec(select(Feed.id).join(Dataset).where(Dataset.slug == slug)).first() is not None


def get_current(feed_id: int) -> CurrentFeed:
    """Return a feed as it is now.

    Raises:
        UnknownFeedError: the feed was deleted.
        UnknownDatasetError: its dataset has no version.
    """
    with transaction() as work:
        row = work.exec(select(Feed, Dataset.slug).join(Dataset).where(Feed.id == feed_id)).one_or_none()
    if row is None:
        raise UnknownFeedError
    _, version = catalogue.find_version(row[1], None)
    return CurrentFeed(*row, version.key)


def get_schema(feed: CurrentFeed) -> pa.Schema:
    """Return the schema of the rows that a feed adds."""
    return catalogue.open_store(feed.slug, feed.version).schema


def list_consumed(feed: CurrentFeed) -> list[str]:
    """Return the ids of the messages written last, to the newest version and the one before; oldest first."""
    with transaction() as work:
        query = select(DatasetVersion.id).where(DatasetVersion.dataset_id == feed.row.dataset_id)
        newest = work.exec(query.order_by(col(DatasetVersion.id).desc()).limit(2)).all()
    return [
        message_id
        for id_ in reversed(newest)
        for message_id in appended_files.list_consumed_messages(id_ or 0, feed.row.key, MAX_CONSUMED)
    ]
