"""The one door through which people get at datasets: it shows each what they may see, as if that were all."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.principals import Principal
from datasets import catalogue, shares
from datasets.catalogue import Entry, UnknownDatasetError
from datasets.cubes.engines import Engines
from datasets.description import Description
from datasets.profiles import PreparingError, VisibleProfiles
from datasets.reach import Reach, grant, of_grant, on
from db.tables import Resource, Share

__all__ = ["Door", "Entry", "PreparingError", "Seen", "UnknownDatasetError", "entries", "number_of"]

PATIENCE = 5.0  # seconds


@dataclass(frozen=True)
class Seen:
    """A version as a person sees it, and what lets them."""

    description: Description
    reach: Reach


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
        self._profiles = VisibleProfiles(engines)

    def open(self, person: Principal, slug: str, version: str | None = None) -> Seen:
        """A version of a dataset as a person sees it; None is the newest.

        Raises:
            UnknownDatasetError: it does not exist for them, or for anybody.
            PreparingError: what they see is being counted for the first time.
        """
        dataset, row = catalogue.find(slug, version, shares.visible(person, Resource.DATASET))
        whole = catalogue.describe(dataset, row)
        reach = on(person, dataset, whole)
        return Seen(self._as_seen(whole, reach), reach)

    def prepare(self, slug: str, share: Share) -> None:
        """Begin to count what somebody sees who has this share alone, so that they need not wait."""
        whole = catalogue.open(slug)
        reach = of_grant(grant(share), whole)
        if reach.rows is not None:
            self._profiles.prepare(whole, reach)

    def settle(self) -> None:
        """Wait until nothing is being prepared."""
        self._profiles.settle()

    def _as_seen(self, whole: Description, reach: Reach) -> Description:
        rows, columns = whole.rows, whole.columns
        if reach.rows is not None:
            visible = self._profiles.of(whole, reach, PATIENCE)
            rows, columns = visible.rows, visible.columns
        shown = tuple(column for column in columns if column.name not in reach.masked)
        return whole.model_copy(update={"rows": rows, "columns": shown, "rights": reach.key})
