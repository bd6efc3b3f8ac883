"""Retention: old entries go, and a sealed checkpoint stays, from which the chain is followed on."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from accounts.audit import chain
from accounts.audit.actions import Action
from accounts.audit.log import Head, lock, record
from accounts.audit.verify import beginning, check_checkpoints, checkpoint_seal, follow
from accounts.principals import Principal
from config import settings
from db.engine import session
from db.tables import AuditCheckpoint, AuditEntry, now

BATCH = 10_000


def prune(actor: Principal | None = None) -> int:
    """Remove the entries older than ``DATAXCHANGE_AUDIT_RETENTION``; returns how many there were.

    The checkpoint is committed first: after a kill the next call removes what is left below it.

    Raises:
        TamperedError: they are not what was recorded; nothing is removed, as that would hide it.
    """
    start = beginning()
    last = _last_before(now() - settings().audit_retention)
    removed = _seal(start, last, actor) if last > start.number else 0
    _sweep()
    return removed


def _last_before(cutoff: datetime) -> int:
    """The number of the last entry before the first that is young enough; 0 when there is none."""
    with session() as work:
        young = work.scalar(sa.select(sa.func.min(AuditEntry.number)).where(col(AuditEntry.moment) >= cutoff))
        return young - 1 if young else work.scalar(sa.select(sa.func.max(AuditEntry.number))) or 0


def _seal(start: Head, last: int, actor: Principal | None) -> int:
    """Commit the checkpoint at entry ``last``; returns how many entries it stands for."""
    secret = chain.key()
    check_checkpoints(secret)
    end = next(entry for entry in follow(secret, start) if entry.number == last)
    with session() as work:
        lock(work.connection(), secret)
        if beginning() != start:  # another process has just pruned
            return 0
        moment = work.get_one(AuditEntry, last).moment
        removed = last - start.number
        point = AuditCheckpoint(number=last, hash=end.hash, removed=removed, moment=moment, seal="")
        point.seal = checkpoint_seal(secret, point)
        work.add(point)
        record(Action.AUDIT_PRUNED, actor=actor, work=work, through=last, until=moment, removed=removed)
    return removed


def _sweep() -> None:
    """Remove what lies below the newest checkpoint, in steps that keep nobody waiting."""
    end = beginning().number
    while True:
        with session() as work:
            first = work.scalar(sa.select(sa.func.min(AuditEntry.number)))
            if first is None or first > end:
                return
            work.exec(sa.delete(AuditEntry).where(col(AuditEntry.number) < min(end + 1, first + BATCH)))
