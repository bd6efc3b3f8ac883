"""What a person may see of a dataset: which rows, in which columns.

A cell is shown only if a single share shows it. Shares that another one outdoes are dropped first; of those
that are left the rows add up, and so do the columns left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from accounts.principals import Kind, Principal
from datasets import catalogue, shares
from datasets.access import row_conditions
from datasets.access.row_conditions import Condition
from datasets.description import Description
from db.engine import session
from db.keys.column_encryption import digest
from db.tables import Dataset, Level, Resource, SavedView, Share
from gpu.cubes import AnyOf

EVERYTHING = "all"
"""The key of the rights to see every cell."""
KEY_DIGITS = 32


@dataclass(frozen=True)
class Reach:
    """What a person may do with a dataset, the rows they see (None: every row) and the columns they don't.

    Who has an equal ``key`` sees the same, so that cubes can be shared; the key tells nothing else.
    ``rows_key`` is the same of the rows alone.
    """

    level: Level
    rows: AnyOf | None
    masked: frozenset[str]
    key: str
    rows_key: str


@dataclass(frozen=True)
class Grant:
    """What one share shows: the rows that meet its conditions (None: every row), without masked columns."""

    conditions: tuple[Condition, ...] | None
    masked: frozenset[str]

    @property
    def rows(self) -> str:
        """Equal where the rows are."""
        return EVERYTHING if self.conditions is None else row_conditions.digest(self.conditions)

    def outdoes(self, other: Grant) -> bool:
        """Whether this shows every cell that the other shows."""
        return self.rows in (EVERYTHING, other.rows) and self.masked <= other.masked


ALL = Grant(None, frozenset())


def of(person: Principal, slug: str, version: str | None = None) -> Reach:
    """What a person may see of a version of a dataset; None is the newest.

    Raises:
        UnknownDatasetError: it does not exist for them.
    """
    dataset, row = catalogue.find(slug, version, shares.visible(person, Resource.DATASET))
    return on(person, dataset, catalogue.describe(dataset, row))


def on(person: Principal, dataset: Dataset, whole: Description) -> Reach:
    """What a person may see of a version of a dataset, which exists for them, described as a whole."""
    columns = frozenset(column.name for column in whole.columns)
    with session() as work:
        found = shares.applying(work, person, Resource.DATASET, dataset.id or 0)
        hidden = columns - _used(work, person) if person.view_id is not None else frozenset()
    level = shares.highest(person, dataset.owner_id, found)
    grants = [ALL] if level is Level.MANAGE else undominated(map(grant, found))
    return _reach(Level.VIEW if person.kind is Kind.GUEST else level, grants, hidden, whole)


def grant(share: Share) -> Grant:
    """What a share shows."""
    if share.conditions is None:
        return Grant(None, frozenset(share.masked))
    return Grant(row_conditions.stored.validate_python(share.conditions), frozenset(share.masked))


def of_grant(given: Grant, whole: Description) -> Reach:
    """What somebody sees who has this share alone."""
    return _reach(Level.VIEW, [given], frozenset(), whole)


def undominated(grants: Iterable[Grant]) -> list[Grant]:
    """The grants that no other one outdoes; of equal ones, one."""
    kept: list[Grant] = []
    for each in grants:
        if not any(other.outdoes(each) for other in kept):
            kept = [other for other in kept if not each.outdoes(other)] + [each]
    return kept


def _reach(level: Level, grants: Sequence[Grant], hidden: frozenset[str], whole: Description) -> Reach:
    rows = row_conditions.reach((each.conditions for each in grants), whole)
    every = () in rows.alternatives
    columns = frozenset(column.name for column in whole.columns)
    masked = columns & hidden.union(*(each.masked for each in grants))
    said = None if every else sorted({each.rows for each in grants})
    rows_key = EVERYTHING if every else _key(whole, {"rows": said})
    key = _key(whole, {"rows": said, "masked": sorted(masked)}) if masked or not every else EVERYTHING
    return Reach(level, None if every else rows, masked, key, rows_key)


def _key(whole: Description, content: dict[str, Any]) -> str:
    return digest(json.dumps({"dataset": whole.slug} | content, sort_keys=True), "rights")[:KEY_DIGITS]


def _used(work: Session, person: Principal) -> frozenset[str]:
    """The columns that a guest's saved view shows."""
    query = select(SavedView.exploration).where(col(SavedView.id) == person.view_id)
    views = work.exec(query).one()["views"]
    measured = {view["measure"]["column"] for view in views} - {None}
    return frozenset(measured.union(*(view["columns"] for view in views)))
