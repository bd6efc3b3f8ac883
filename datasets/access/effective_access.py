"""What a person may see of a dataset: which rows, and which columns.

A cell is visible only if a single share shows it. A share that restricts columns shows only those that it
names, so what an import renames or adds stays hidden. Shares that are covered by another one are dropped
first. Of the remaining shares, the visible rows are united, and so are the hidden columns.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from accounts.principals import Principal, PrincipalKind
from datasets import catalogue, shares
from datasets.access import row_conditions
from datasets.access.row_conditions import Condition
from datasets.description import Description
from db.engine import transaction
from db.keys.column_encryption import keyed_digest
from db.tables import Dataset, Level, Resource, SavedView, Share
from gpu.cubes import AnyOf

ALL_RIGHTS = "all"
"""The key of the rights to see every cell."""
KEY_LENGTH = 32


@dataclass(frozen=True)
class EffectiveAccess:
    """What a person may do with a dataset, the rows they see (None: all) and the columns they don't see.

    People with the same ``rights_key`` see the same, so they can share cubes; the key reveals nothing else.
    ``row_rights_key`` is the same for the rows alone.
    """

    level: Level
    row_rights: AnyOf | None
    masked_columns: frozenset[str]
    rights_key: str
    row_rights_key: str


@dataclass(frozen=True)
class ShareGrant:
    """What one share shows of a version: the rows that meet its conditions (None: all), no masked column."""

    conditions: tuple[Condition, ...] | None
    masked: frozenset[str]

    @property
    def rows_key(self) -> str:
        """A key that is equal if the visible rows are."""
        return ALL_RIGHTS if self.conditions is None else row_conditions.hash_conditions(self.conditions)

    def is_superset_of(self, other: ShareGrant) -> bool:
        """Return whether this grant shows every cell that the other one shows."""
        return self.rows_key in (ALL_RIGHTS, other.rows_key) and self.masked <= other.masked


FULL_GRANT = ShareGrant(None, frozenset())


def get_access(person: Principal, slug: str, version: str | None = None) -> EffectiveAccess:
    """Return what a person may see of a version of a dataset; None is the newest version.

    Raises:
        UnknownDatasetError: the dataset or version doesn't exist for them.
    """
    dataset, row = catalogue.find_version(slug, version, shares.visible_condition(person, Resource.DATASET))
    return compute_access(person, dataset, catalogue.build_description(dataset, row))


def compute_access(person: Principal, dataset: Dataset, whole: Description) -> EffectiveAccess:
    """Return what a person may see of a version that exists for them; ``whole`` describes all of it."""
    columns = frozenset(column.name for column in whole.columns)
    with transaction() as work:
        found = shares.list_applicable_shares(work, person, Resource.DATASET, dataset.id or 0)
        hidden = columns - _columns_of_view(work, person) if person.view_id is not None else frozenset()
    level = shares.highest_level(person, dataset.owner_id, found)
    own = maximal_grants(grant_from_share(share, whole) for share in found)
    grants = [FULL_GRANT] if level is Level.MANAGE else own
    return _build_access(Level.VIEW if person.kind is PrincipalKind.GUEST else level, grants, hidden, whole)


def grant_from_share(share: Share, whole: Description) -> ShareGrant:
    """Return what a share shows of a version: of its columns those that the share names, if it names any."""
    masked = frozenset[str]()
    if share.masked or share.shown is not None:
        masked = frozenset(column.name for column in whole.columns).difference(share.shown or ())
    return ShareGrant(row_conditions.load_conditions(share.conditions), masked)


def access_from_grant(grant: ShareGrant, whole: Description) -> EffectiveAccess:
    """Return what a person sees who has only this grant."""
    return _build_access(Level.VIEW, [grant], frozenset(), whole)


def maximal_grants(grants: Iterable[ShareGrant]) -> list[ShareGrant]:
    """Return the grants that no other grant covers; of equal ones, one."""
    kept: list[ShareGrant] = []
    for grant in grants:
        if not any(other.is_superset_of(grant) for other in kept):
            kept = [other for other in kept if not grant.is_superset_of(other)] + [grant]
    return kept


def _build_access(
    level: Level, grants: Sequence[ShareGrant], hidden: frozenset[str], whole: Description
) -> EffectiveAccess:
    rows = row_conditions.compile_row_rights((grant.conditions for grant in grants), whole)
    sees_all_rows = () in rows.alternatives
    columns = frozenset(column.name for column in whole.columns)
    masked = columns & hidden.union(*(grant.masked for grant in grants))
    rows_keys = None if sees_all_rows else sorted({grant.rows_key for grant in grants})
    rows_key = ALL_RIGHTS if sees_all_rows else _hash_rights(whole, {"rows": rows_keys})
    sees_all = sees_all_rows and not masked
    key = ALL_RIGHTS if sees_all else _hash_rights(whole, {"rows": rows_keys, "masked": sorted(masked)})
    return EffectiveAccess(level, None if sees_all_rows else rows, masked, key, rows_key)


def _hash_rights(whole: Description, content: dict[str, Any]) -> str:
    return keyed_digest(json.dumps({"dataset": whole.slug} | content, sort_keys=True), "rights")[:KEY_LENGTH]


def _columns_of_view(work: Session, person: Principal) -> frozenset[str]:
    """Return the columns that a guest's saved view shows."""
    query = select(SavedView.exploration).where(col(SavedView.id) == person.view_id)
    views = work.exec(query).one()["views"]
    measured = {view["measure"]["column"] for view in views} - {None}
    return frozenset(measured.union(*(view["columns"] for view in views)))
