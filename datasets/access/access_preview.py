"""A preview of what a person sees of a dataset, in words, for those who decide about it."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.principals import Principal
from datasets import catalogue, shares
from datasets.access import effective_access
from datasets.access.condition_text import describe_conditions
from datasets.access.effective_access import EffectiveAccess
from datasets.catalogue import UnknownDatasetError
from datasets.cubes.engine_pool import EnginePool
from datasets.description import Description
from db.engine import transaction
from db.tables import Dataset, Resource


@dataclass(frozen=True)
class AccessPreview:
    """The access of a person to the newest version, the rows they see in words, and the hidden columns."""

    description: Description
    access: EffectiveAccess
    rows_text: str

    @property
    def hidden_columns(self) -> tuple[str, ...]:
        return tuple(
            column.label for column in self.description.columns if column.name in self.access.masked_columns
        )


def get_preview(person: Principal, slug: str) -> AccessPreview | None:
    """Return what a person sees of a dataset; None if it doesn't exist for them."""
    try:
        dataset, row = catalogue.find_version(slug, None, shares.visible_condition(person, Resource.DATASET))
    except UnknownDatasetError:
        return None
    whole = catalogue.build_description(dataset, row)
    access = effective_access.compute_access(person, dataset, whole)
    return AccessPreview(
        whole, access, "all rows" if access.row_rights is None else _describe_rows(person, dataset, whole)
    )


def list_previews(person: Principal) -> list[AccessPreview]:
    """Return the previews of all datasets that exist for a person."""
    entries = catalogue.list_datasets(shares.visible_condition(person, Resource.DATASET))
    return [found for entry in entries if (found := get_preview(person, entry.slug))]


def count_visible_rows(preview: AccessPreview, engines: EnginePool) -> int:
    """Return how many rows the person sees."""
    if preview.access.row_rights is None:
        return preview.description.rows
    engine = engines.get_engine(preview.description.slug, preview.description.version)
    return int(engine.compute_mask([preview.access.row_rights], range(preview.description.rows)).sum())


def _describe_rows(person: Principal, dataset: Dataset, whole: Description) -> str:
    with transaction() as work:
        found = shares.list_applicable_shares(work, person, Resource.DATASET, dataset.id or 0)
    grants = effective_access.maximal_grants(
        effective_access.grant_from_share(share, whole) for share in found
    )
    return "rows where " + ", or ".join(
        describe_conditions(grant.conditions or (), whole) for grant in grants
    )
