"""Reading the log: a page of it for people, all of it as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from accounts.audit.chain import written
from db.engine import engine, session
from db.tables import AuditEntry

BATCH = 5000


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Entries that fulfil all that is given, each exactly; their moments from ``since`` up to ``until``."""

    actor: str = ""
    action: str = ""
    resource_kind: str = ""
    resource_key: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        exact = ("actor", "action", "resource_kind", "resource_key", "outcome")
        wanted = [col(getattr(AuditEntry, name)) == value for name in exact if (value := getattr(self, name))]
        moment = col(AuditEntry.moment)
        after = [] if self.since is None else [moment >= self.since]
        return wanted + after + ([] if self.until is None else [moment < self.until])


ALL = Filter()


def page(chosen: Filter = ALL, offset: int = 0, limit: int = 100) -> tuple[list[AuditEntry], int]:
    """``limit`` entries from the ``offset``-th newest on, and how many there are in all."""
    wanted = chosen.conditions()
    with session() as work:
        total = work.scalar(sa.select(sa.func.count()).select_from(AuditEntry).where(*wanted))
        newest = select(AuditEntry).where(*wanted).order_by(col(AuditEntry.number).desc())
        rows = work.exec(newest.offset(offset).limit(limit)).all()
    return list(rows), total or 0


def entry(number: int) -> AuditEntry | None:
    with session() as work:
        return work.get(AuditEntry, number)


def lines(chosen: Filter = ALL) -> Iterator[str]:
    """Each entry as a line of JSON, oldest first; a batch of them in memory at a time."""
    after = 0
    while batch := _batch(chosen, after):
        yield from map(_line, batch)
        after = batch[-1]["number"]


def _batch(chosen: Filter, after: int) -> list[dict[str, Any]]:
    number = col(AuditEntry.number)
    following = sa.select(AuditEntry).where(number > after, *chosen.conditions())
    with engine().connect() as connection:
        return [row._asdict() for row in connection.execute(following.order_by(number).limit(BATCH))]


def _line(entry: dict[str, Any]) -> str:
    return json.dumps({**entry, "moment": written(entry["moment"])}) + "\n"
