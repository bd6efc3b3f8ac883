"""The verification of the audit log: follow the chain in batches and report the first wrong entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from accounts.audit import chain
from accounts.audit.log import ChainHead, is_valid_head
from db.engine import get_engine
from db.keys import key_ring
from db.tables import AuditCheckpoint, AuditEntry, AuditHead

BATCH = 5000
ALTERED = "Entry {} is not what was recorded: altered, moved, or put in."


class TamperedError(Exception):
    """The log was altered. The message names the entry and what is wrong with it."""


@dataclass(frozen=True)
class VerificationReport:
    """The entries ``first`` to ``last`` are unaltered; ``fault`` is the first problem after them, if any."""

    first: int
    last: int
    hash: str
    fault: str = ""


def verify_log(head: str = "") -> VerificationReport:
    """Verify the chain from the newest checkpoint to its end, while others may append and prune.

    Args:
        head: the hash of an entry, noted earlier, that must still be in the log.
    """
    while True:
        start = get_chain_start()
        report = _verify_from(start, head)
        if not report.fault or get_chain_start() == start:
            return report


def _verify_from(start: ChainHead, head: str) -> VerificationReport:
    secret, last = chain.get_chain_key(), start
    seen = head in ("", start.hash)
    try:
        check_checkpoints(secret)
        for last in follow_chain(secret, start):
            seen = seen or last.hash == head
    except TamperedError as error:
        return VerificationReport(start.number + 1, last.number, last.hash, str(error))
    fault = f"No entry has the hash {head}: entries were cut off, or the database is an older one."
    return VerificationReport(start.number + 1, last.number, last.hash, "" if seen else fault)


def follow_chain(secret: bytes, after: ChainHead) -> Iterator[ChainHead]:
    """Verify each entry up to the end of the chain and yield its number and hash.

    Raises:
        TamperedError: an entry or the end of the chain was altered.
    """
    while True:
        end, seal = _read_head()  # before the batch: if that is empty, this must be ``after``
        batch = _read_batch(after, BATCH)
        if not batch:
            return _check_end(secret, after, end, seal)
        for entry in batch:
            after = _verify_next(secret, after, entry)
            yield after


def _verify_next(secret: bytes, after: ChainHead, entry: dict[str, Any]) -> ChainHead:
    number = after.number + 1
    if entry["number"] != number:
        to = entry["number"] - 1
        gone = f"Entry {number} is" if to == number else f"Entries {number} to {to} are"
        raise TamperedError(f"{gone} missing.")
    if not chain.is_equal(entry["hash"], chain.compute_entry_hash(secret, after.hash, entry)):
        raise TamperedError(ALTERED.format(number))
    return ChainHead(number, entry["hash"])


def _check_end(secret: bytes, last: ChainHead, end: ChainHead, seal: str) -> None:
    if end.number > last.number:
        raise TamperedError(f"Entries {last.number + 1} to {end.number} are missing: the end was cut off.")
    if end != last or not is_valid_head(secret, end, seal):
        raise TamperedError(f"The head, at entry {end.number}, was altered: newer entries may be gone.")


def check_checkpoints(secret: bytes) -> None:
    """Raise TamperedError at the first checkpoint that is not genuine, or if one is missing."""
    before = 0
    with get_engine().connect() as connection:
        rows = connection.execute(sa.select(AuditCheckpoint).order_by(col(AuditCheckpoint.number))).all()
    for point in (AuditCheckpoint(**row._asdict()) for row in rows):
        genuine = chain.is_equal(point.seal, compute_checkpoint_seal(secret, point))
        if not genuine or point.removed != point.number - before:
            raise TamperedError(f"The checkpoint at entry {point.number} was altered, or one is missing.")
        before = point.number


def compute_checkpoint_seal(secret: bytes, point: AuditCheckpoint) -> str:
    moments = chain.format_moment(point.moment), chain.format_moment(point.made)
    return chain.compute_seal(secret, "checkpoint", point.number, point.hash, point.removed, *moments)


def get_chain_start() -> ChainHead:
    """Return what the oldest entry is chained to: the newest checkpoint, or the genesis hash."""
    newest = sa.select(AuditCheckpoint).order_by(col(AuditCheckpoint.number).desc()).limit(1)
    with get_engine().connect() as connection:
        row = connection.execute(newest).one_or_none()
    return ChainHead(row.number, row.hash) if row else ChainHead(0, chain.GENESIS_HASH)


def _read_head() -> tuple[ChainHead, str]:
    with get_engine().connect() as connection:
        row = connection.execute(sa.select(AuditHead)).mappings().one_or_none()
    if row is None:
        raise TamperedError("The head was removed.")
    return ChainHead(row["number"], row["hash"]), row["seal"]


def _read_batch(after: ChainHead, size: int) -> list[dict[str, Any]]:
    """Return the next entries, but only up to one that can't be decrypted."""
    number = col(AuditEntry.number)
    following = sa.select(AuditEntry).where(number > after.number).order_by(number).limit(size)
    try:
        with get_engine().connect() as connection:
            return [row._asdict() for row in connection.execute(following)]
    except (ValueError, key_ring.LostKeyError) as error:
        if size == 1:
            raise TamperedError(ALTERED.format(after.number + 1)) from error
        return _read_batch(after, size // 2)
