"""The one door through which people get at datasets: it shows each what they may see, as if that were all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from accounts.principals import Principal
from datasets import catalogue, shares
from datasets.access.effective_access import Reach, grant, of_grant, on
from datasets.access.visible_profiles import PreparingError, VisibleProfiles
from datasets.append.column_extent import extent
from datasets.append.snapshots import States
from datasets.append.visible_row_index import Ranks
from datasets.catalogue import Entry, UnknownDatasetError
from datasets.cubes.engine_pool import Engines
from datasets.description import Description
from datasets.storage import appended_files
from db.tables import Resource, Share

__all__ = ["Door", "Entry", "PreparingError", "Seen", "UnknownDatasetError", "entries", "number_of"]

PATIENCE = 5.0  # seconds


@dataclass(frozen=True)
class Seen:
    """A version as a person sees it now, what lets them, and the states of it that they may ask for."""

    description: Description
    reach: Reach
    states: States


def entries(person: Principal) -> list[Entry]:
    """The datasets that exist for a person, oldest first."""
    return catalogue.entries(shares.visible(person, Resource.DATASET))


def number_of(person: Principal, slug: str) -> int:
    """The number in the database of a dataset that exists for a person.

    Raises:
        UnknownDatasetError: it does not.
    """
    return catalogue.find(slug, None, shares.visible(person, Resource.DATASET))[0].id or 0


class Door:
    """Opens versions for people. For many threads."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._profiles = VisibleProfiles(engines)
        self._ranks: dict[tuple[str, str, str], Ranks] = {}

    def open(self, person: Principal, slug: str, version: str | None = None) -> Seen:
        """A version of a dataset as a person sees it; None is the newest.

        Raises:
            UnknownDatasetError: it does not exist for them, or for anybody.
            PreparingError: what they see is being counted for the first time.
        """
        dataset, row = catalogue.find(slug, version, shares.visible(person, Resource.DATASET))
        whole = catalogue.describe(dataset, row)
        reach = on(person, dataset, whole)
        columns, visible = whole.columns, whole.rows
        if reach.rows is not None:
            found = self._profiles.of(whole, reach, PATIENCE)
            columns, visible = found.columns, found.rows
        states = States(row, appended_files.total(row), visible, self._ranks_of(whole, reach, visible))
        shown = tuple(column for column in columns if column.name not in reach.masked)
        partial = reach.rows is not None
        seen = {"rows": states.latest, "columns": shown, "rights": reach.key, "partial": partial}
        return Seen(whole.model_copy(update=seen), reach, states)

    def extent(self, seen: Seen, column: str) -> list[float]:
        """The least and greatest value that somebody sees in a column by now, none if there is no value.

        Raises:
            UnknownColumnError: there is no such column for them.
            NoExtentError: it holds neither numbers nor times.
        """
        found, slug, version = (
            seen.description.column(column),
            seen.description.slug,
            seen.description.version,
        )
        rows = range(seen.states.version.rows, seen.states.total)
        engine = self._engines.of(slug, version, rows.stop)
        return extent(found, catalogue.store(slug, version), engine, rows, seen.reach.rows)

    def prepare(self, slug: str, share: Share) -> None:
        """Begin to count what somebody sees who has this share alone, so that they need not wait."""
        whole = catalogue.open(slug)
        reach = of_grant(grant(share), whole)
        if reach.rows is not None:
            self._profiles.prepare(whole, reach)

    def settle(self) -> None:
        """Wait until nothing is being prepared."""
        self._profiles.settle()

    def _ranks_of(self, whole: Description, reach: Reach, visible: int) -> Ranks | None:
        if reach.rows is None:
            return None
        engine = partial(self._engines.of, whole.slug, whole.version)
        key = (whole.slug, whole.version, reach.rows_key)
        return self._ranks.setdefault(key, Ranks(engine, reach.rows, whole.rows, visible))
