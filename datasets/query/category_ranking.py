"""The categories that get a bar where a chart has room for some: the first by the chart's own measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from datasets.description import Description
from datasets.exploration import RankedView, View
from datasets.query.axes import resolve_axes, resolve_measure
from gpu.column_profile import ColumnProfile
from gpu.cubes import Aggregate, AnyOf, Axis, CubeSpec, ViewSpec
from gpu.scales import CategoryScale

Numbers = npt.NDArray[Any]


def find_ranked_profile(view: View, description: Description) -> ColumnProfile | None:
    """Return the profile of the column whose categories must be ranked; None if the view shows all of them.

    Raises:
        IncompatibleRequestError: the view doesn't fit the dataset.
    """
    if view.order is None or [spec.type for spec in view.scales] != ["category"]:
        return None
    (axis,) = resolve_axes(view, description)
    profile = description.get_column(axis.column).profile
    return profile if axis.scale.code_count - 2 < profile.distinct else None


def ranking_spec(
    view: View, description: Description, values: tuple[str, ...], rights: AnyOf | None
) -> CubeSpec:
    """Return the spec of the cube with the view's measure of each of these categories.

    Raises:
        IncompatibleRequestError: the measure doesn't fit the dataset.
    """
    axis = Axis(view.columns[0], CategoryScale(values=values))
    filters = frozenset() if rights is None else frozenset({rights})
    return CubeSpec(ViewSpec((axis,), resolve_measure(view, description)), (), filters)


def rank_view(view: View, description: Description, values: Sequence[str], amounts: Numbers) -> RankedView:
    """Return the view with the first categories by their amounts; equal ones stay in the order of ``values``.

    Args:
        amounts: the measure of each value, shape ``(len(values),)``; NaN for those without rows, which come
            last.
    """
    (axis,) = resolve_axes(view, description)
    kept = axis.scale.code_count - 2
    keys = amounts if view.order == "ascending" else -amounts
    first = np.argsort(keys, kind="stable")[:kept]
    return RankedView(**dict(view), categories=tuple(values[code] for code in first))


def compute_amounts(
    aggregate: Aggregate, count: Numbers, total: Numbers | None, low: Numbers | None, high: Numbers | None
) -> Numbers:
    """Return the measure of each cell as float64; NaN where no row has a value.

    Args:
        count: the rows with a value, of any shape, which the others share.
        total, low, high: the sum, minimum and maximum of a cube that has them.
    """
    parts = {Aggregate.SUM: total, Aggregate.MIN: low, Aggregate.MAX: high, Aggregate.MEAN: total}
    part = parts.get(aggregate)
    amounts = np.asarray(count if part is None else part, np.float64)
    divisor = count if aggregate is Aggregate.MEAN else np.ones_like(count)
    found: Numbers = np.full(amounts.shape, np.nan)
    np.divide(amounts, divisor, out=found, where=np.asarray(count) > 0)
    return found
