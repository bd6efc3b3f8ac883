"""Appending to the log: entries wait until their transaction commits, then are chained to the newest one.

The row of the head is locked last, and only until the commit. So no two transactions wait for each
other, an action and its entry are committed together or not at all, and all processes share one chain.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import sqlalchemy as sa
import structlog
from flask import has_request_context, request
from sqlmodel import Session, col

from accounts.audit import chain
from accounts.audit.actions import AuditAction, Outcome
from accounts.principals import Principal, PrincipalKind
from db.engine import transaction
from db.tables import AuditEntry, AuditHead, utc_now

PENDING_KEY = "audit"
BROKEN_HASH = "broken"
"""The hash to chain an entry to if the head was tampered with. Verification always stops there."""

log = structlog.get_logger(__name__)


class ChainHead(NamedTuple):
    """The newest entry: its number and its hash."""

    number: int
    hash: str


def record_event(
    action: AuditAction,
    *,
    actor: Principal | None = None,
    resource: tuple[str, str] = ("", ""),
    outcome: Outcome = Outcome.DONE,
    work: Session | None = None,
    **details: object,
) -> None:
    """Append an entry, with the IP address of the request if there is one.

    Args:
        actor: None for the service itself and for failed sign-ins. For a program's token or a guest's
            link, the details name it as ``through``.
        resource: kind and key of the thing acted on, such as ``("dataset", "flights")``.
        work: the transaction of the action: both are committed, or neither is. Pass it if you are within
            one that has written: SQLite has one writer at a time, so a second transaction would deadlock.
        details: JSON values; others are written with ``str``.

    Raises:
        ValueError: a detail is NaN or infinite.
    """
    if actor and actor.kind is not PrincipalKind.PERSON:
        details["through"] = actor.kind
    entry = {
        "moment": utc_now(),
        "actor_id": actor.id if actor else None,
        "actor": clean_text(actor.name if actor else "", 80),
        "action": action.value,
        "resource_kind": clean_text(resource[0], 40),
        "resource_key": clean_text(resource[1], 200),
        "outcome": outcome.value,
        "address": clean_text(request.remote_addr or "", 45) if has_request_context() else "",
        "details": json.loads(json.dumps(details, default=str, allow_nan=False)),
    }
    if work is not None:
        work.info.setdefault(PENDING_KEY, []).append(entry)
        return
    with transaction() as own:
        own.info[PENDING_KEY] = [entry]


def clean_text(value: str, max_length: int) -> str:
    """Return text that any database stores: no NUL, no lone surrogate, at most ``max_length`` characters."""
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")[:max_length]


@sa.event.listens_for(Session, "before_commit")
def _append_pending(work: Session) -> None:
    if not work.in_nested_transaction() and (entries := work.info.pop(PENDING_KEY, None)):
        work.flush()
        _append_entries(work.connection(), entries)


@sa.event.listens_for(Session, "after_soft_rollback")
def _discard_pending(work: Session, undone: sa.orm.SessionTransaction) -> None:
    if undone.parent is None:
        work.info.pop(PENDING_KEY, None)


def _append_entries(connection: sa.Connection, entries: list[dict[str, Any]]) -> None:
    secret = chain.get_chain_key()
    head = lock_head(connection, secret, advance_by=len(entries))
    for entry in entries:
        number = head.number + 1
        entry["number"] = number
        entry["hash"] = chain.compute_entry_hash(secret, head.hash, entry)
        head = ChainHead(number, entry["hash"])
    connection.execute(sa.insert(AuditEntry), entries)
    connection.execute(sa.update(AuditHead).values(hash=head.hash, seal=compute_head_seal(secret, head)))


def lock_head(connection: sa.Connection, secret: bytes, advance_by: int = 0) -> ChainHead:
    """Lock the head until the end of this transaction, advance its number, and return it as it was.

    Write before reading: that locks the row on PostgreSQL and the file on SQLite, where a transaction that
    has read first can't write after another one has.
    """
    columns = (col(AuditHead.number), col(AuditHead.hash), col(AuditHead.seal))
    moved = sa.update(AuditHead).values(number=columns[0] + advance_by).returning(*columns)
    number, newest, seal = connection.execute(moved).one()
    head = ChainHead(number - advance_by, newest)
    if is_valid_head(secret, head, seal):
        return head
    log.error("the head of the audit log was tampered with", number=head.number)
    return head._replace(hash=BROKEN_HASH)


def compute_head_seal(secret: bytes, head: ChainHead) -> str:
    return chain.compute_seal(secret, "head", *head)


def is_valid_head(secret: bytes, head: ChainHead, seal: str) -> bool:
    """Return whether the seal of a head is valid. An empty log's head has no seal."""
    if head == (0, chain.GENESIS_HASH) and not seal:
        return True
    return chain.is_equal(seal, compute_head_seal(secret, head))
