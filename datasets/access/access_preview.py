"""What a person may see of a dataset, in words: for those who decide about it."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.principals import Principal
from datasets import catalogue, shares
from datasets.access import effective_access
from datasets.access.condition_text import words
from datasets.access.effective_access import Reach
from datasets.catalogue import UnknownDatasetError
from datasets.cubes.engine_pool import Engines
from datasets.description import Description
from db.engine import session
from db.tables import Dataset, Resource


@dataclass(frozen=True)
class Preview:
    """What they may do with the newest version, the rows they see in words, and the columns they don't."""

    whole: Description
    reach: Reach
    rows: str

    @property
    def hidden(self) -> tuple[str, ...]:
        return tuple(column.label for column in self.whole.columns if column.name in self.reach.masked)


def of(person: Principal, slug: str) -> Preview | None:
    """What a person sees of a dataset; None: for them it does not exist."""
    try:
        dataset, row = catalogue.find(slug, None, shares.visible(person, Resource.DATASET))
    except UnknownDatasetError:
        return None
    whole = catalogue.describe(dataset, row)
    found = effective_access.on(person, dataset, whole)
    return Preview(whole, found, "every row" if found.rows is None else _rows(person, dataset, whole))


def all_of(person: Principal) -> list[Preview]:
    """The same of every dataset that exists for a person."""
    entries = catalogue.entries(shares.visible(person, Resource.DATASET))
    return [found for entry in entries if (found := of(person, entry.slug))]


def count(preview: Preview, engines: Engines) -> int:
    """How many rows they see."""
    if preview.reach.rows is None:
        return preview.whole.rows
    engine = engines.of(preview.whole.slug, preview.whole.version)
    return int(engine.mask([preview.reach.rows], range(preview.whole.rows)).sum())


def _rows(person: Principal, dataset: Dataset, whole: Description) -> str:
    with session() as work:
        given = shares.applying(work, person, Resource.DATASET, dataset.id or 0)
    grants = effective_access.undominated(map(effective_access.grant, given))
    return "rows where " + ", or ".join(words(each.conditions or (), whole) for each in grants)
