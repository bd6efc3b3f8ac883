"""Queries of the audit log: one page of it, or all of it as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from accounts.audit.chain import format_moment
from db.engine import get_engine, transaction
from db.tables import AuditEntry

BATCH = 5000


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """A filter for entries that match all given values exactly, from ``since`` up to ``until``."""

    actor: str = ""
    action: str = ""
    resource_kind: str = ""
    resource_key: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def where_clauses(self) -> list[sa.ColumnElement[bool]]:
        exact = ("actor", "action", "resource_kind", "resource_key", "outcome")
        wanted = [col(getattr(AuditEntry, name)) == value for name in exact if (value := getattr(self, name))]
        moment = col(AuditEntry.moment)
        after = [] if self.since is None else [moment >= self.since]
        return wanted + after + ([] if self.until is None else [moment < self.until])


ALL_ENTRIES = AuditFilter()


def list_entries(
    chosen: AuditFilter = ALL_ENTRIES, offset: int = 0, limit: int = 100
) -> tuple[list[AuditEntry], int]:
    """Return ``limit`` entries from the ``offset``-th newest on, and their total number."""
    wanted = chosen.where_clauses()
    with transaction() as work:
        total = work.scalar(sa.select(sa.func.count()).select_from(AuditEntry).where(*wanted))
        newest = select(AuditEntry).where(*wanted).order_by(col(AuditEntry.number).desc())
        rows = work.exec(newest.offset(offset).limit(limit)).all()
    return list(rows), total or 0


def get_entry(number: int) -> AuditEntry | None:
    with transaction() as work:
        return work.get(AuditEntry, number)


def export_lines(chosen: AuditFilter = ALL_ENTRIES) -> Iterator[str]:
    """Yield each entry as a line of JSON, oldest first, with one batch in memory at a time."""
    after = 0
    while batch := _read_batch(chosen, after):
        yield from map(_format_line, batch)
        after = batch[-1]["number"]


def _read_batch(chosen: AuditFilter, after: int) -> list[dict[str, Any]]:
    number = col(AuditEntry.number)
    following = sa.select(AuditEntry).where(number > after, *chosen.where_clauses())
    with get_engine().connect() as connection:
        return [row._asdict() for row in connection.execute(following.order_by(number).limit(BATCH))]


def _format_line(entry: dict[str, Any]) -> str:
    return json.dumps({**entry, "moment": format_moment(entry["moment"])}) + "\n"
