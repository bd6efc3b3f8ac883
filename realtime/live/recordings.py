"""Recordings of live sessions: stored encrypted, and read with the reader's own rights."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from config import get_settings
from datasets import shares
from datasets.description import Description
from db.engine import transaction
from db.tables import LiveRecord, LiveSession, Resource, utc_now
from realtime.live.visibility_filter import MessageLine, VisibilityFilter

PAGE_SIZE = 60
"""The number of records, of about a second each, that are read at once."""


@dataclass(frozen=True)
class LatestState:
    """The exploration that was committed last, its sequence number, and the mark as of which it is shown."""

    state: dict[str, Any]
    seq: int
    mark: int | None


@dataclass(frozen=True)
class RecordingBatch:
    """What is to be recorded of a live session, and the serial up to which it was received."""

    live_id: int
    lines: list[MessageLine]
    latest: LatestState
    cursor: str


def get_stored_state(live: LiveSession) -> LatestState:
    """Return the state that was written last."""
    return LatestState(live.state, live.seq, live.mark)


def write_batches(batches: list[RecordingBatch]) -> None:
    """Record all batches or none. A live session that was deleted meanwhile is skipped."""
    with transaction() as work:
        for batch in batches:
            change = asdict(batch.latest) | {"cursor": batch.cursor}
            is_own = col(LiveSession.id) == batch.live_id
            updated = work.execute(sa.update(LiveSession).where(is_own).values(change)).rowcount  # type: ignore[attr-defined]
            if updated and batch.lines:
                work.add(
                    LiveRecord(
                        live_id=batch.live_id, number=_next_number(work, batch.live_id), content=batch.lines
                    )
                )
                work.flush()


def read_page(live_id: int, after: int, description: Description) -> tuple[list[MessageLine], int]:
    """Return the lines after a record that the reader may see, and the number of the page's last record."""
    query = select(LiveRecord).where(LiveRecord.live_id == live_id, LiveRecord.number > after)
    with transaction() as work:
        records = work.exec(query.order_by(col(LiveRecord.number)).limit(PAGE_SIZE)).all()
        visibility = VisibilityFilter(description, _state_before(work, live_id, after))
    lines = [
        visible for record in records for line in record.content if (visible := visibility.filter_line(line))
    ]
    return lines, records[-1].number if records else after


def delete_expired() -> None:
    """Delete the live sessions that ended before the retention period, with their recordings."""
    before = utc_now() - get_settings().live_retention
    with transaction() as work:
        deleted = sa.delete(LiveSession).where(col(LiveSession.ended) < before).returning(col(LiveSession.id))
        for id_ in work.scalars(deleted).all():
            shares.delete_shares(work, Resource.LIVE, id_ or 0)


def make_first_record(live: LiveSession) -> LiveRecord:
    """Return the first record of a live session: the state that it starts with."""
    at = int(live.started.timestamp() * 1000)
    line = [at, "state", {"seq": 0, "exploration": live.state, "at": at, "rights": ""}]
    return LiveRecord(live_id=live.id or 0, number=1, content=[line])


def _next_number(work: Session, live_id: int) -> int:
    query = select(sa.func.coalesce(sa.func.max(LiveRecord.number), 0)).where(LiveRecord.live_id == live_id)
    return work.exec(query).one() + 1


def _state_before(work: Session, live_id: int, number: int) -> MessageLine | None:
    """Return the line with the state that was shown when a record had been written."""
    query = select(LiveRecord).where(LiveRecord.live_id == live_id, LiveRecord.number <= number)
    for record in work.exec(query.order_by(col(LiveRecord.number).desc()).execution_options(yield_per=20)):
        for line in reversed(record.content):
            if line[1] == "state":
                return list(line)
    return None
