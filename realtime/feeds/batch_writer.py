"""Taking messages in: what fits is appended, what does not is kept as dead letters, in one transaction.

The same transaction moves the feed on, so that a kill at any moment leaves all of a batch or nothing of it,
and two services that read one feed never take the same batch both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
import sqlalchemy as sa
from sqlmodel import Session, col

from datasets.append.appending import append
from datasets.append.row_validation import fit
from datasets.storage.appended_files import Origin
from db.tables import DeadLetter, Feed, now
from realtime.channel_messages import Message
from realtime.feeds import queries
from realtime.feeds.decode import Odd, Rows, read
from realtime.feeds.queries import Current

MOST_LETTERS = 10_000
"""So many dead letters pause a feed: until somebody has looked, its messages wait in the history."""

MOST_ROWS = 1 << 20
"""Rows that a batch has at most, but for those of its last message."""


class OvertakenError(RuntimeError):
    """The feed was paused or deleted meanwhile, or somebody else has taken messages of it."""


@dataclass(frozen=True)
class Taken:
    """So many rows were ``added`` to a version, which makes ``rows``."""

    slug: str
    version: str
    rows: int
    added: int


@dataclass(frozen=True)
class Sorted:
    """Rows that fit, in their order and the types of the dataset, and what does not."""

    rows: pa.Table
    odd: Sequence[Odd]


class Taker:
    """Takes in the messages of one feed. For one thread at a time."""

    def __init__(self, feed_id: int) -> None:
        self._feed_id = feed_id
        self._taken: dict[str, None] = {}
        self._batches = -1

    def take(self, messages: Sequence[Message]) -> Taken | None:
        """Take in messages, each once, or the first of them if they are many; None if there is nothing new.

        Raises:
            OvertakenError: nothing was done: look again what is new.
            UnknownFeedError, UnknownDatasetError: it is gone.
            UnreadableError: the key of the dataset is lost.
        """
        feed = queries.current(self._feed_id)
        self._look(feed)
        new = {message.id: message for message in messages if message.id not in self._taken}
        if not new:
            return None
        taken, found = _until_full(new.values(), queries.schema(feed))
        newest = max(message.at for message in taken)

        def move_on(work: Session, _: object) -> None:
            _advance(work, feed.row, newest, found.rows.num_rows)
            keep(work, self._feed_id, found.odd)

        names = [message.id for message in taken]
        done = append(feed.slug, feed.version, found.rows, Origin(feed.row.key, names), move_on)
        self._remember(feed.row.batches + 1, names)
        return Taken(feed.slug, feed.version, done.rows, done.added)

    def _look(self, feed: Current) -> None:
        """Know what was taken last, by whichever service."""
        if self._batches != feed.row.batches:
            self._taken = dict.fromkeys(queries.consumed(feed))
            self._batches = feed.row.batches

    def _remember(self, batches: int, new: Iterable[str]) -> None:
        self._batches = batches
        self._taken |= dict.fromkeys(new)
        for name in list(islice(self._taken, max(0, len(self._taken) - queries.MOST))):
            del self._taken[name]


def _until_full(messages: Iterable[Message], schema: pa.Schema) -> tuple[list[Message], Sorted]:
    """The first of these messages, up to the one with which it is enough for memory, or for the feed."""
    taken, tables, odd, rows = [], [schema.empty_table()], list[Odd](), 0
    for message in messages:
        found = sort(read(message), schema)
        taken.append(message)
        tables.append(found.rows)
        odd += found.odd
        rows += found.rows.num_rows
        if len(odd) >= MOST_LETTERS or rows >= MOST_ROWS:
            break
    return taken, Sorted(pa.concat_tables(tables), odd)


def sort(parts: Iterable[Rows | Odd], schema: pa.Schema) -> Sorted:
    """What fits a schema, and what does not."""
    tables, odd = [schema.empty_table()], []
    for part in parts:
        if isinstance(part, Odd):
            odd.append(part)
            continue
        fitted = fit(part.table, schema)
        tables.append(fitted.rows)
        odd += [Odd(part.content[refusal.row], refusal.reason) for refusal in fitted.refused]
    return Sorted(pa.concat_tables(tables), odd)


def _advance(work: Session, feed: Feed, newest: int, rows: int) -> None:
    """Move a feed on, from where it was when its messages were looked at."""
    unmoved = (
        col(Feed.id) == feed.id,
        col(Feed.batches) == feed.batches,
        col(Feed.paused).is_(False),
    )
    change = {
        "batches": feed.batches + 1,
        "cursor": max(feed.cursor, newest),
        "rows": col(Feed.rows) + rows,
        "last": now(),
    }
    if not work.execute(sa.update(Feed).where(*unmoved).values(change)).rowcount:  # type: ignore[attr-defined]
        raise OvertakenError


def keep(work: Session, feed_id: int, odd: Sequence[Odd]) -> None:
    """Keep what did not fit; too much of it pauses the feed."""
    if not odd:
        return
    work.add_all(DeadLetter(feed_id=feed_id, reason=each.reason, content=each.content) for each in odd)
    work.flush()
    count = sa.select(sa.func.count()).where(col(DeadLetter.feed_id) == feed_id)
    if (work.scalar(count) or 0) >= MOST_LETTERS:
        work.execute(sa.update(Feed).where(col(Feed.id) == feed_id).values(paused=True))
