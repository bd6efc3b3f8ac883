"""Recordings: what was said in live sessions, kept sealed, and read with the reader's own rights."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from config import settings
from datasets import shares
from datasets.description import Description
from db.engine import session
from db.tables import LiveRecord, LiveSession, Resource, now
from realtime.live.visibility_filter import Glass, Line

PAGE = 60
"""Records, of about a second each, that are read at once."""


@dataclass(frozen=True)
class Latest:
    """What was committed last: an exploration, its number, and as of which mark it is shown."""

    state: dict[str, Any]
    seq: int
    mark: int | None


@dataclass(frozen=True)
class Batch:
    """What is to be recorded of a live session, and how far that goes."""

    live_id: int
    lines: list[Line]
    latest: Latest
    cursor: str


def latest(live: LiveSession) -> Latest:
    """What was written last."""
    return Latest(live.state, live.seq, live.mark)


def write(batches: list[Batch]) -> None:
    """Record all of it, or nothing. A live session that was deleted meanwhile is passed over."""
    with session() as work:
        for batch in batches:
            change = asdict(batch.latest) | {"cursor": batch.cursor}
            own = col(LiveSession.id) == batch.live_id
            known = work.execute(sa.update(LiveSession).where(own).values(change)).rowcount  # type: ignore[attr-defined]
            if known and batch.lines:
                work.add(
                    LiveRecord(live_id=batch.live_id, number=_next(work, batch.live_id), content=batch.lines)
                )
                work.flush()


def read(live_id: int, after: int, description: Description) -> tuple[list[Line], int]:
    """A page of what was said after a record, as far as it fits what the reader sees; its last record."""
    query = select(LiveRecord).where(LiveRecord.live_id == live_id, LiveRecord.number > after)
    with session() as work:
        records = work.exec(query.order_by(col(LiveRecord.number)).limit(PAGE)).all()
        glass = Glass(description, _state_before(work, live_id, after))
    lines = [seen for record in records for line in record.content if (seen := glass.seen(line))]
    return lines, records[-1].number if records else after


def forget() -> None:
    """Remove the live sessions that ended longer ago than they are to be kept, with what was recorded."""
    before = now() - settings().live_retention
    with session() as work:
        old = sa.delete(LiveSession).where(col(LiveSession.ended) < before).returning(col(LiveSession.id))
        for id_ in work.scalars(old).all():
            shares.forget(work, Resource.LIVE, id_ or 0)


def first(live: LiveSession) -> LiveRecord:
    """The first record: the state that a live session begins with."""
    at = int(live.started.timestamp() * 1000)
    line = [at, "state", {"seq": 0, "exploration": live.state, "at": at, "rights": ""}]
    return LiveRecord(live_id=live.id or 0, number=1, content=[line])


def _next(work: Session, live_id: int) -> int:
    query = select(sa.func.coalesce(sa.func.max(LiveRecord.number), 0)).where(LiveRecord.live_id == live_id)
    return work.exec(query).one() + 1


def _state_before(work: Session, live_id: int, number: int) -> Line | None:
    """The line with the state that was shown when this record had been made."""
    query = select(LiveRecord).where(LiveRecord.live_id == live_id, LiveRecord.number <= number)
    for record in work.exec(query.order_by(col(LiveRecord.number).desc()).execution_options(yield_per=20)):
        for line in reversed(record.content):
            if line[1] == "state":
                return list(line)
    return None
