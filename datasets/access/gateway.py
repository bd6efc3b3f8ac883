"""The only way for people to datasets: it shows each person what they may see, as if nothing else existed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from accounts.principals import Principal
from datasets import catalogue, shares
from datasets.access.effective_access import (
    EffectiveAccess,
    access_from_grant,
    compute_access,
    grant_from_share,
)
from datasets.access.visible_profiles import PreparingError, VisibleProfiles
from datasets.append.column_extent import compute_extent
from datasets.append.snapshots import Snapshots
from datasets.append.visible_row_index import VisibleRowIndex
from datasets.catalogue import DatasetEntry, UnknownDatasetError
from datasets.cubes.engine_pool import EnginePool
from datasets.description import Description
from datasets.storage import appended_files
from db.tables import Resource, Share

__all__ = [
    "DatasetEntry",
    "DatasetGateway",
    "PreparingError",
    "UnknownDatasetError",
    "VisibleVersion",
    "get_dataset_id",
    "list_visible_datasets",
]

PROFILE_TIMEOUT = 5.0  # seconds


@dataclass(frozen=True)
class VisibleVersion:
    """A version as a person sees it now, with their access, and the states of it that they may ask for."""

    description: Description
    access: EffectiveAccess
    snapshots: Snapshots


def list_visible_datasets(person: Principal) -> list[DatasetEntry]:
    """Return the datasets that exist for a person, oldest first."""
    return catalogue.list_datasets(shares.visible_condition(person, Resource.DATASET))


def get_dataset_id(person: Principal, slug: str) -> int:
    """Return the database id of a dataset that exists for a person.

    Raises:
        UnknownDatasetError: it doesn't exist for them.
    """
    return catalogue.find_version(slug, None, shares.visible_condition(person, Resource.DATASET))[0].id or 0


class DatasetGateway:
    """Opens versions for people. Thread-safe."""

    def __init__(self, engines: EnginePool) -> None:
        self._engines = engines
        self._profiles = VisibleProfiles(engines)
        self._row_indexes: dict[tuple[str, str, str], VisibleRowIndex] = {}

    def open_version(self, person: Principal, slug: str, version: str | None = None) -> VisibleVersion:
        """Return a version of a dataset as a person sees it; None is the newest version.

        Raises:
            UnknownDatasetError: it doesn't exist, or doesn't exist for them.
            PreparingError: what they see is being counted for the first time.
        """
        dataset, row = catalogue.find_version(
            slug, version, shares.visible_condition(person, Resource.DATASET)
        )
        whole = catalogue.build_description(dataset, row)
        access = compute_access(person, dataset, whole)
        columns, visible = whole.columns, whole.rows
        if access.row_rights is not None:
            found = self._profiles.get_profile(whole, access, PROFILE_TIMEOUT)
            columns, visible = found.columns, found.rows
        snapshots = Snapshots(
            row, appended_files.count_rows(row), visible, self._get_row_index(whole, access, visible)
        )
        shown = tuple(column for column in columns if column.name not in access.masked_columns)
        partial = access.row_rights is not None
        update = {
            "rows": snapshots.visible_now,
            "columns": shown,
            "rights": access.rights_key,
            "partial": partial,
        }
        return VisibleVersion(whole.model_copy(update=update), access, snapshots)

    def get_extent(self, seen: VisibleVersion, column: str) -> list[float]:
        """Return the minimum and maximum that a person sees in a column by now; empty if there is no value.

        Raises:
            UnknownColumnError: there is no such column for them.
            NoExtentError: the column contains neither numbers nor times.
        """
        found, slug, version = (
            seen.description.get_column(column),
            seen.description.slug,
            seen.description.version,
        )
        rows = range(seen.snapshots.version.rows, seen.snapshots.total_rows)
        engine = self._engines.get_engine(slug, version, rows.stop)
        return compute_extent(
            found, catalogue.open_store(slug, version), engine, rows, seen.access.row_rights
        )

    def prepare_profile(self, slug: str, share: Share) -> None:
        """Start counting what a person sees who has only this share, so that they don't have to wait."""
        whole = catalogue.get_description(slug)
        access = access_from_grant(grant_from_share(share, whole), whole)
        if access.row_rights is not None:
            self._profiles.prepare_profile(whole, access)

    def wait_idle(self) -> None:
        """Wait until no profile is being prepared."""
        self._profiles.wait_idle()

    def _get_row_index(
        self, whole: Description, access: EffectiveAccess, visible: int
    ) -> VisibleRowIndex | None:
        if access.row_rights is None:
            return None
        engine = partial(self._engines.get_engine, whole.slug, whole.version)
        key = (whole.slug, whole.version, access.row_rights_key)
        return self._row_indexes.setdefault(
            key, VisibleRowIndex(engine, access.row_rights, whole.rows, visible)
        )
