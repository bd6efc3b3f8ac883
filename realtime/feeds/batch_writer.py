"""Writes messages of a feed: valid rows are appended, others are stored as dead letters, in one transaction.

The same transaction advances the feed. So a kill at any moment leaves all of a batch or nothing of it, and
two services that read the same feed never both write the same batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
import sqlalchemy as sa
from sqlmodel import Session, col

from datasets.append.appending import append_coerced
from datasets.append.row_validation import coerce_rows
from datasets.storage.appended_files import RowOrigin
from db.tables import DeadLetter, Feed, utc_now
from realtime.channel_messages import ChannelMessage
from realtime.feeds import queries
from realtime.feeds.decode import DecodedRows, RejectedItem, decode_message, to_json
from realtime.feeds.queries import CurrentFeed

MAX_DEAD_LETTERS = 10_000
"""The number of dead letters that pauses a feed; its messages wait in the history until it is resumed."""

MAX_BATCH_ROWS = 1 << 20
"""The number of rows of a batch at most, except for the rows of its last message."""


class FeedMovedError(RuntimeError):
    """The feed was paused or deleted meanwhile, or another service has taken messages from it."""


@dataclass(frozen=True)
class AppendedBatch:
    """The number of rows ``added`` to a version, and the number of ``rows`` that it has now."""

    slug: str
    version: str
    rows: int
    added: int


@dataclass(frozen=True)
class ValidatedBatch:
    """The valid rows, in order and with the types of the dataset, and the rejected items."""

    rows: pa.Table
    rejected: Sequence[RejectedItem]


class BatchWriter:
    """Writes the messages of one feed. For one thread at a time."""

    def __init__(self, feed_id: int) -> None:
        self._feed_id = feed_id
        self._consumed: dict[str, None] = {}
        self._batches = -1

    def write_batch(self, messages: Sequence[ChannelMessage]) -> AppendedBatch | None:
        """Write new messages, each once; of many messages only the first. Return None if nothing is new.

        Raises:
            FeedMovedError: nothing was written; check again what is new.
            UnknownFeedError, UnknownDatasetError: the feed or the dataset was deleted.
            UnreadableDatasetError: the key of the dataset is lost.
        """
        feed = queries.get_current(self._feed_id)
        self._refresh_consumed(feed)
        new = {message.id: message for message in messages if message.id not in self._consumed}
        if not new:
            return None
        taken, batch = _take_until_full(new.values(), queries.get_schema(feed))
        newest = max(message.published_at for message in taken)

        def advance_feed(work: Session) -> None:
            _advance_feed(work, feed.row, newest, batch.rows.num_rows)
            store_dead_letters(work, self._feed_id, batch.rejected)

        ids = [message.id for message in taken]
        origin = RowOrigin(feed.row.key, ids)
        total = append_coerced(feed.slug, feed.version, batch.rows, origin, advance_feed)
        self._remember_consumed(feed.row.batches + 1, ids)
        return AppendedBatch(feed.slug, feed.version, total, batch.rows.num_rows)

    def _refresh_consumed(self, feed: CurrentFeed) -> None:
        """Load the ids of the messages written last if another service has written since."""
        if self._batches != feed.row.batches:
            self._consumed = dict.fromkeys(queries.list_consumed(feed))
            self._batches = feed.row.batches

    def _remember_consumed(self, batches: int, new: Iterable[str]) -> None:
        self._batches = batches
        self._consumed |= dict.fromkeys(new)
        for message_id in list(islice(self._consumed, max(0, len(self._consumed) - queries.MAX_CONSUMED))):
            del self._consumed[message_id]


def _take_until_full(
    messages: Iterable[ChannelMessage], schema: pa.Schema
) -> tuple[list[ChannelMessage], ValidatedBatch]:
    """Return the first messages, up to the one that reaches a limit of the batch, and their content."""
    taken, tables, rejected, row_count = [], [schema.empty_table()], list[RejectedItem](), 0
    for message in messages:
        batch = validate_rows(decode_message(message), schema)
        taken.append(message)
        tables.append(batch.rows)
        rejected += batch.rejected
        row_count += batch.rows.num_rows
        if len(rejected) >= MAX_DEAD_LETTERS or row_count >= MAX_BATCH_ROWS:
            break
    return taken, ValidatedBatch(pa.concat_tables(tables), rejected)


def validate_rows(parts: Iterable[DecodedRows | RejectedItem], schema: pa.Schema) -> ValidatedBatch:
    """Return the rows that fit a schema, and the items that do not."""
    tables, rejected = [schema.empty_table()], []
    for part in parts:
        if isinstance(part, RejectedItem):
            rejected.append(part)
            continue
        coerced = coerce_rows(part.table, schema)
        tables.append(coerced.rows)
        rejected += [RejectedItem(part.source_rows[row.row], row.reason) for row in coerced.rejected]
    return ValidatedBatch(pa.concat_tables(tables), rejected)


def _advance_feed(work: Session, feed: Feed, newest: int, row_count: int) -> None:
    """Advance a feed, unless it has changed since its messages were read."""
    unmoved = (
        col(Feed.id) == feed.id,
        col(Feed.batches) == feed.batches,
        col(Feed.paused).is_(False),
    )
    change = {
        "batches": feed.batches + 1,
        "cursor": max(feed.cursor, newest),
        "rows": col(Feed.rows) + row_count,
        "last": utc_now(),
    }
    if not work.execute(sa.update(Feed).where(*unmoved).values(change)).rowcount:  # type: ignore[attr-defined]
        raise FeedMovedError


def store_dead_letters(work: Session, feed_id: int, rejected: Sequence[RejectedItem]) -> None:
    """Store rejected items as dead letters, and pause the feed if it has too many."""
    if not rejected:
        return
    work.add_all(
        DeadLetter(feed_id=feed_id, reason=item.reason, content=to_json(item.content)) for item in rejected
    )
    work.flush()
    count = sa.select(sa.func.count()).where(col(DeadLetter.feed_id) == feed_id)
    if (work.scalar(count) or 0) >= MAX_DEAD_LETTERS:
        work.execute(sa.update(Feed).where(col(Feed.id) == feed_id).values(paused=True))
