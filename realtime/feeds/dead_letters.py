"""Dead letters: what could not be added, looked at, corrected and played again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts.audit import Action
from accounts.paging import Window
from accounts.principals import Principal
from datasets.append.appending import append
from datasets.storage.appended_files import Origin
from db.engine import session
from db.tables import DeadLetter, Feed
from realtime.feeds import actions, batch_writer, queries
from realtime.feeds.decode import Odd, of_json

MOST = 10_000
"""Dead letters that are played at once."""


class GoneError(LookupError):
    """What is to be played again or discarded is there no longer."""

    def __init__(self) -> None:
        super().__init__("Somebody else has played or discarded this meanwhile.")


@dataclass(frozen=True)
class Replayed:
    """How many rows were added, and how many still do not fit."""

    added: int
    left: int


def page(by: Principal, key: str, window: Window) -> tuple[list[DeadLetter], int]:
    """Dead letters of a feed, oldest first, and how many there are.

    Raises:
        UnknownFeedError: there is no such feed for them.
    """
    feed = actions.find(by, key)
    query = select(DeadLetter).where(DeadLetter.feed_id == feed.feed.id).order_by(col(DeadLetter.id))
    with session() as work:
        found = work.exec(query.offset(window.start).limit(window.size)).all()
    return list(found), feed.letters


def one(by: Principal, key: str, id_: int) -> DeadLetter:
    """A dead letter of a feed.

    Raises:
        UnknownFeedError: there is no such feed for them.
        GoneError: there is no such dead letter any longer.
    """
    feed = actions.find(by, key).feed
    with session() as work:
        found = work.get(DeadLetter, id_)
    if found is None or found.feed_id != feed.id:
        raise GoneError
    return found


def replay(by: Principal, key: str, corrected: Mapping[int, Any] | None = None) -> Replayed:
    """Add what fits by now: of these, by number and with their new content, or of all as they are.

    What still does not fit stays, with its new reason. Each counts once, as every row does.

    Raises:
        UnknownFeedError: there is no such feed for them.
        GoneError: one of them is there no longer; nothing was done.
    """
    feed = actions.find(by, key).feed
    if corrected is None:
        corrected = _oldest(feed)
    now = queries.current(feed.id or 0)
    found = batch_writer.sort(
        (part for content in corrected.values() for part in of_json(content)), queries.schema(now)
    )
    done = partial(_replace, by, feed, list(corrected), found.odd)
    added = append(now.slug, now.version, found.rows, Origin(feed.key), lambda work, _: done(work)).added
    return Replayed(added, len(found.odd))


def discard(by: Principal, key: str, ids: Sequence[int] | None = None) -> None:
    """Remove these dead letters for good, or all; raises what ``replay`` does."""
    feed = actions.find(by, key).feed
    if ids is None:
        ids = list(_oldest(feed))
    with session() as work:
        _remove(work, feed, ids)
        actions.record(Action.FEED_DISCARDED, by, feed, work, letters=len(ids))


def _oldest(feed: Feed) -> dict[int, Any]:
    query = select(DeadLetter).where(DeadLetter.feed_id == feed.id).order_by(col(DeadLetter.id)).limit(MOST)
    with session() as work:
        return {letter.id or 0: letter.content for letter in work.exec(query)}


def _replace(by: Principal, feed: Feed, ids: Sequence[int], odd: Sequence[Odd], work: Session) -> None:
    _remove(work, feed, ids)
    batch_writer.keep(work, feed.id or 0, odd)
    actions.record(Action.FEED_REPLAYED, by, feed, work, letters=len(ids), left=len(odd))


def _remove(work: Session, feed: Feed, ids: Sequence[int]) -> None:
    gone = sa.delete(DeadLetter).where(col(DeadLetter.id).in_(ids), col(DeadLetter.feed_id) == feed.id)
    if work.execute(gone).rowcount != len(ids):  # type: ignore[attr-defined]
        raise GoneError
