"""Dead letters: items that could not be added as rows, listed, corrected, and replayed or discarded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts.audit import AuditAction
from accounts.paging import PageOptions
from accounts.principals import Principal
from datasets.append.appending import append_coerced
from datasets.storage.appended_files import RowOrigin
from db.engine import transaction
from db.tables import DeadLetter, Feed
from realtime.feeds import actions, batch_writer, queries
from realtime.feeds.decode import RejectedItem, decode_json

MAX_REPLAYED = 10_000
"""The number of dead letters that are replayed at once."""


class DeadLetterGoneError(LookupError):
    """A dead letter to be replayed or discarded no longer exists."""

    def __init__(self) -> None:
        super().__init__("Somebody else has retried or discarded this row.")


@dataclass(frozen=True)
class ReplayResult:
    """The number of rows that were added, and of items that were rejected again."""

    added: int
    remaining: int


def list_letters(by: Principal, key: str, page: PageOptions) -> tuple[list[DeadLetter], int]:
    """Return a page of a feed's dead letters, oldest first, and their number.

    Raises:
        UnknownFeedError: they manage no such feed.
    """
    info = actions.find_feed(by, key)
    query = select(DeadLetter).where(DeadLetter.feed_id == info.feed.id).order_by(col(DeadLetter.id))
    with transaction() as work:
        letters = work.exec(query.offset(page.start).limit(page.size)).all()
    return list(letters), info.dead_letter_count


def get_letter(by: Principal, key: str, id_: int) -> DeadLetter:
    """Return a dead letter of a feed.

    Raises:
        UnknownFeedError: they manage no such feed.
        DeadLetterGoneError: the dead letter doesn't exist.
    """
    feed = actions.find_feed(by, key).feed
    with transaction() as work:
        letter = work.get(DeadLetter, id_)
    if letter is None or letter.feed_id != feed.id:
        raise DeadLetterGoneError
    return letter


def replay_letters(by: Principal, key: str, corrected: Mapping[int, Any] | None = None) -> ReplayResult:
    """Add the dead letters with these ids and corrected contents as rows, or the oldest ones as they are.

    What is rejected again stays, with its new reason. Each letter is added once.

    Raises:
        UnknownFeedError: they manage no such feed.
        DeadLetterGoneError: one of the letters no longer exists; nothing was done.
    """
    feed = actions.find_feed(by, key).feed
    if corrected is None:
        corrected = _load_oldest(feed)
    current = queries.get_current(feed.id or 0)
    batch = batch_writer.validate_rows(
        (part for content in corrected.values() for part in decode_json(content)), queries.get_schema(current)
    )
    replace = partial(_replace, by, feed, list(corrected), batch.rejected)
    append_coerced(current.slug, current.version, batch.rows, RowOrigin(feed.key), replace)
    return ReplayResult(batch.rows.num_rows, len(batch.rejected))


def discard_letters(by: Principal, key: str, ids: Sequence[int] | None = None) -> None:
    """Delete the dead letters with these ids for good, or the oldest ones.

    Raises:
        UnknownFeedError: they manage no such feed.
        DeadLetterGoneError: one of the letters no longer exists; nothing was done.
    """
    feed = actions.find_feed(by, key).feed
    if ids is None:
        ids = list(_load_oldest(feed))
    with transaction() as work:
        _remove(work, feed, ids)
        actions.audit_action(AuditAction.FEED_DISCARDED, by, feed, work, letters=len(ids))


def _load_oldest(feed: Feed) -> dict[int, Any]:
    query = (
        select(DeadLetter)
        .where(DeadLetter.feed_id == feed.id)
        .order_by(col(DeadLetter.id))
        .limit(MAX_REPLAYED)
    )
    with transaction() as work:
        return {letter.id or 0: letter.content for letter in work.exec(query)}


def _replace(
    by: Principal, feed: Feed, ids: Sequence[int], rejected: Sequence[RejectedItem], work: Session
) -> None:
    _remove(work, feed, ids)
    batch_writer.store_dead_letters(work, feed.id or 0, rejected)
    actions.audit_action(AuditAction.FEED_REPLAYED, by, feed, work, letters=len(ids), left=len(rejected))


def _remove(work: Session, feed: Feed, ids: Sequence[int]) -> None:
    deletion = sa.delete(DeadLetter).where(col(DeadLetter.id).in_(ids), col(DeadLetter.feed_id) == feed.id)
    if work.execute(deletion).rowcount != len(ids):  # type: ignore[attr-defined]
        raise DeadLetterGoneError
