"""Which feeds there are, where their rows go, and how far they have come: for the service itself."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from sqlmodel import col, select

from datasets import catalogue
from datasets.storage import appended_files
from db.engine import session
from db.tables import Dataset, DatasetVersion, Feed

OVERLAP = 10_000
"""Milliseconds before the newest message that was taken from which history is read: clocks may differ."""


MOST = 10_000
"""So many messages are known to have been taken: what comes again after them counts again."""


class UnknownFeedError(LookupError):
    """There is no such feed, or none for this person."""

    def __init__(self) -> None:
        super().__init__("There is no such feed here.")


@dataclass(frozen=True)
class Current:
    """A feed as it is now, and the newest version of its dataset."""

    row: Feed
    slug: str
    version: str

    @property
    def since(self) -> int:
        """From when on (ms) there may be messages that were not taken."""
        return self.row.cursor - OVERLAP


def running() -> dict[int, str]:
    """The feeds that are not paused: their keys by their numbers."""
    with session() as work:
        found = work.exec(select(Feed.id, Feed.key).where(col(Feed.paused).is_(False)))
        return {id_ or 0: key for id_, key in found}


def feeds(slug: str) -> bool:
    """Whether a dataset has a feed."""
    with session() as work:
        return work.exec(select(Feed.id).join(Dataset).where(Dataset.slug == slug)).first() is not None


def current(feed_id: int) -> Current:
    """A feed as it is now.

    Raises:
        UnknownFeedError: it is gone.
        UnknownDatasetError: its dataset has no version.
    """
    with session() as work:
        found = work.exec(select(Feed, Dataset.slug).join(Dataset).where(Feed.id == feed_id)).one_or_none()
    if found is None:
        raise UnknownFeedError
    _, version = catalogue.find(found[1], None)
    return Current(*found, version.key)


def schema(feed: Current) -> pa.Schema:
    return catalogue.store(feed.slug, feed.version).schema


def consumed(feed: Current) -> list[str]:
    """The messages that were taken last, of the newest version and the one before; oldest first."""
    with session() as work:
        query = select(DatasetVersion.id).where(DatasetVersion.dataset_id == feed.row.dataset_id)
        newest = work.exec(query.order_by(col(DatasetVersion.id).desc()).limit(2)).all()
    return [
        name for id_ in reversed(newest) for name in appended_files.consumed(id_ or 0, feed.row.key, MOST)
    ]
