"""The retention of the audit log: old entries are deleted; a sealed checkpoint continues their chain."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from accounts.audit import chain
from accounts.audit.actions import AuditAction
from accounts.audit.log import ChainHead, lock_head, record_event
from accounts.audit.verify import (
    TamperedError,
    check_checkpoints,
    compute_checkpoint_seal,
    follow_chain,
    get_chain_start,
)
from accounts.principals import Principal
from config import get_settings
from db.engine import transaction
from db.tables import AuditCheckpoint, AuditEntry, utc_now

BATCH = 10_000


def prune_entries(actor: Principal | None = None) -> int:
    """Delete the entries older than ``DATAXCHANGE_AUDIT_RETENTION``; return how many there were.

    The checkpoint is committed first: after a kill, the next call deletes what is left below it.

    Raises:
        TamperedError: they were altered; nothing is deleted, as that would hide it.
    """
    start = get_chain_start()
    last = _find_last_before(utc_now() - get_settings().audit_retention)
    removed = _commit_checkpoint(start, last, actor) if last > start.number else 0
    _delete_pruned()
    return removed


def _find_last_before(cutoff: datetime) -> int:
    """Return the number of the last entry that is old enough to delete; 0 if there is none."""
    with transaction() as work:
        young = work.scalar(sa.select(sa.func.min(AuditEntry.number)).where(col(AuditEntry.moment) >= cutoff))
        return young - 1 if young else work.scalar(sa.select(sa.func.max(AuditEntry.number))) or 0


def _commit_checkpoint(start: ChainHead, last: int, actor: Principal | None) -> int:
    """Commit the checkpoint at entry ``last``; return how many entries it replaces."""
    secret = chain.get_chain_key()
    try:
        check_checkpoints(secret)
        end = next(entry for entry in follow_chain(secret, start) if entry.number == last)
    except TamperedError:
        if get_chain_start() != start:  # another process has pruned these entries meanwhile
            return 0
        raise
    with transaction() as work:
        lock_head(work.connection(), secret)
        if get_chain_start() != start:  # another process has just pruned
            return 0
        moment = work.get_one(AuditEntry, last).moment
        removed = last - start.number
        point = AuditCheckpoint(number=last, hash=end.hash, removed=removed, moment=moment, seal="")
        point.seal = compute_checkpoint_seal(secret, point)
        work.add(point)
        record_event(
            AuditAction.AUDIT_PRUNED, actor=actor, work=work, through=last, until=moment, removed=removed
        )
    return removed


def _delete_pruned() -> None:
    """Delete the entries below the newest checkpoint, in small transactions that don't block others long."""
    end = get_chain_start().number
    while True:
        with transaction() as work:
            first = work.scalar(sa.select(sa.func.min(AuditEntry.number)))
            if first is None or first > end:
                return
            work.exec(sa.delete(AuditEntry).where(col(AuditEntry.number) < min(end + 1, first + BATCH)))
