"""Ranks the categories of views by their measure, over the rows that a person sees."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from datasets import catalogue
from datasets.access.gateway import VisibleVersion
from datasets.cubes.cache import CubeCache
from datasets.cubes.engine_pool import EnginePool
from datasets.cubes.in_flight import RowScope
from datasets.exploration import Dashboard, RankedView, View
from datasets.query.category_ranking import (
    Numbers,
    compute_amounts,
    find_ranked_profile,
    rank_view,
    ranking_spec,
)
from gpu.column_profile import ColumnProfile
from gpu.scales.base import MAX_LEVELS

DashboardT = TypeVar("DashboardT", bound=Dashboard)


class CategoryRanker:
    """Chooses the bars of views whose ``order`` needs all categories to be compared. Thread-safe.

    The imported rows decide, as they do for everything that is known of a column: the bars of a growing
    dataset stay the same, so that new rows can be added to the cubes that a page has.
    """

    def __init__(self, cubes: CubeCache, engines: EnginePool) -> None:
        self._cubes = cubes
        self._engines = engines

    def rank_views(self, asked: DashboardT, seen: VisibleVersion) -> DashboardT:
        """Return the request with ``RankedView`` in place of each view whose categories must be ranked.

        Raises:
            IncompatibleRequestError: such a view doesn't fit the dataset.
        """
        views = tuple(self._rank_view(view, seen) or view for view in asked.views)
        return asked if views == asked.views else asked.model_copy(update={"views": views})

    def _rank_view(self, view: View, seen: VisibleVersion) -> RankedView | None:
        profile = find_ranked_profile(view, seen.description)
        if profile is None:
            return None
        values = _list_categories(seen, view.columns[0], profile)
        amounts = self._compute_amounts(view, seen, values)
        return rank_view(view, seen.description, values, amounts)

    def _compute_amounts(self, view: View, seen: VisibleVersion, values: tuple[str, ...]) -> Numbers:
        slug, version = seen.description.slug, seen.description.version
        rows = range(seen.snapshots.version.rows)
        spec = ranking_spec(view, seen.description, values, seen.access.row_rights)
        scope = RowScope(f"{slug}/{version}", seen.access.rights_key, rows)
        (cube,) = self._cubes.get_cubes(self._engines.get_engine(slug, version, rows.stop), scope, [spec])
        amounts = compute_amounts(view.measure.aggregate, cube.count, cube.sum, cube.low, cube.high)
        return amounts.reshape(-1)[: len(values)]


def _list_categories(seen: VisibleVersion, column: str, profile: ColumnProfile) -> tuple[str, ...]:
    """Return all categories that may get a bar, or the most frequent ones if they are too many for a scale.

    Of somebody who sees only some rows these are the listed ones: the names of others must not be read.
    """
    if seen.description.partial or not len(profile.values) < profile.distinct <= MAX_LEVELS:
        return profile.values
    return _read_categories(seen.description.slug, seen.description.version, column, profile)


@lru_cache(maxsize=32)
def _read_categories(slug: str, version: str, column: str, profile: ColumnProfile) -> tuple[str, ...]:
    """Return the listed categories, followed by all others in the order of their names."""
    found: set[str] = set()
    for values in catalogue.open_imported_store(slug, version).read_column(column):
        found.update(pc.unique(values).cast(pa.string()).drop_null().to_pylist())
    rest = sorted(found - set(profile.values))
    return (*profile.values, *rest)[:MAX_LEVELS]
