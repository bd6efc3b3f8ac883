"""Appending: entries wait until their transaction commits, and are then chained behind the newest one.

The row of the head is locked last of all and until the commit only. So no two transactions wait for each
other, an act and its entry are there both or not at all, and entries of many processes form one chain.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import sqlalchemy as sa
import structlog
from flask import has_request_context, request
from sqlmodel import Session, col

from accounts.audit import chain
from accounts.audit.actions import Action, Outcome
from accounts.principals import Kind, Principal
from db.engine import session
from db.tables import AuditEntry, AuditHead, now

WAITING = "audit"
BROKEN = "broken"
"""What an entry is chained to when the head was tampered with: verifying then stops there for good."""

log = structlog.get_logger(__name__)


class Head(NamedTuple):
    """The newest entry: its number and its hash."""

    number: int
    hash: str


def record(
    action: Action,
    *,
    actor: Principal | None = None,
    resource: tuple[str, str] = ("", ""),
    outcome: Outcome = Outcome.DONE,
    work: Session | None = None,
    **details: object,
) -> None:
    """Append an entry; the address is that of the request, if there is one.

    Args:
        actor: None for the service itself, and for whoever failed to sign in. Of a program's token or a
            guest's link the details say so: ``through``.
        resource: kind and key of what is acted upon, such as ``("dataset", "flights")``.
        work: the transaction of the act: both are committed, or neither is. Give it whenever you are within
            one that has written: SQLite has one writer at a time, and this one would wait for itself.
        details: whatever JSON can say; other values are written as ``str`` does.

    Raises:
        ValueError: a detail is no number (NaN).
    """
    if actor and actor.kind is not Kind.PERSON:
        details["through"] = actor.kind
    entry = {
        "moment": now(),
        "actor_id": actor.id if actor else None,
        "actor": text(actor.name if actor else "", 80),
        "action": action.value,
        "resource_kind": text(resource[0], 40),
        "resource_key": text(resource[1], 200),
        "outcome": outcome.value,
        "address": text(request.remote_addr or "", 45) if has_request_context() else "",
        "details": json.loads(json.dumps(details, default=str, allow_nan=False)),
    }
    if work is not None:
        work.info.setdefault(WAITING, []).append(entry)
        return
    with session() as own:
        own.info[WAITING] = [entry]


def text(value: str, longest: int) -> str:
    """What every database takes as text: no NUL, no half of a character, no more than ``longest`` letters."""
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")[:longest]


@sa.event.listens_for(Session, "before_commit")
def _append_waiting(work: Session) -> None:
    if not work.in_nested_transaction() and (entries := work.info.pop(WAITING, None)):
        work.flush()
        _append(work.connection(), entries)


@sa.event.listens_for(Session, "after_soft_rollback")
def _forget_waiting(work: Session, undone: sa.orm.SessionTransaction) -> None:
    if undone.parent is None:
        work.info.pop(WAITING, None)


def _append(connection: sa.Connection, entries: list[dict[str, Any]]) -> None:
    secret = chain.key()
    head = lock(connection, secret, room=len(entries))
    for entry in entries:
        number = head.number + 1
        entry["number"] = number
        entry["hash"] = chain.entry_hash(secret, head.hash, entry)
        head = Head(number, entry["hash"])
    connection.execute(sa.insert(AuditEntry), entries)
    connection.execute(sa.update(AuditHead).values(hash=head.hash, seal=head_seal(secret, head)))


def lock(connection: sa.Connection, secret: bytes, room: int = 0) -> Head:
    """The head, nobody else's until the end of this transaction; its number is moved on by ``room``.

    Writing comes first: it locks the row on PostgreSQL and the file on SQLite, where reading before would
    not let us write after somebody else has.
    """
    columns = (col(AuditHead.number), col(AuditHead.hash), col(AuditHead.seal))
    moved = sa.update(AuditHead).values(number=columns[0] + room).returning(*columns)
    number, newest, seal = connection.execute(moved).one()
    head = Head(number - room, newest)
    if is_sealed(secret, head, seal):
        return head
    log.error("the head of the audit log was tampered with", number=head.number)
    return head._replace(hash=BROKEN)


def head_seal(secret: bytes, head: Head) -> str:
    return chain.seal(secret, "head", *head)


def is_sealed(secret: bytes, head: Head, seal: str) -> bool:
    """Whether we wrote this head; nobody seals the one of an empty log."""
    if head == (0, chain.BEGINNING) and not seal:
        return True
    return chain.same(seal, head_seal(secret, head))
