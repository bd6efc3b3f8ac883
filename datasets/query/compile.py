"""From what a browser asks to the cubes an engine computes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from datasets.description import Description
from datasets.exploration import CubeRequest, Dashboard, Filter, View
from datasets.measures import measure
from datasets.query.axes import MisfitError, axes
from datasets.query.predicates import predicates
from gpu import cubes
from gpu.cubes import AnyOf, Axis, CubeSpec
from gpu.scales import Boolean, Category, OrderedScale, Scale

Conditions = frozenset[cubes.Filter | AnyOf]

COARSE_ROWS = 50
GRID = 16
LEAST_GRID = 6


def answered(request: CubeRequest) -> list[View]:
    """The views that ``specs`` answers, in its order: all or, for exactness, those that were coarse."""
    return [view for view in request.views if request.detail == "coarse" or _is_coarse(view, request)]


def specs(request: CubeRequest, description: Description, rights: AnyOf | None = None) -> list[CubeSpec]:
    """One spec for every view of ``answered(request)``, in that order, over the rows that the rights show.

    Raises:
        MisfitError: a view or filter does not fit the dataset.
    """
    active = None if request.active is None else request.view(request.active)
    filters = {id_: _compiled(request.view(id_), each, description) for id_, each in request.filters.items()}
    found = [_spec(view, active, filters, request.detail, description) for view in answered(request)]
    return found if rights is None else [replace(spec, filters=spec.filters | {rights}) for spec in found]


def conditions(asked: Dashboard, description: Description, rights: AnyOf | None = None) -> Conditions:
    """What a row passes that all filters let through, and that the rights show; empty where every row does.

    Raises:
        MisfitError: a filter does not fit the dataset.
    """
    compiled = [_compiled(asked.view(id_), each, description) for id_, each in asked.filters.items()]
    return frozenset(filter(None, compiled)) | (frozenset() if rights is None else {rights})


def _compiled(view: View, filter_: Filter, description: Description) -> cubes.Filter:
    try:
        return predicates(view, filter_, description)
    except MisfitError:
        raise
    except ValueError as error:
        raise MisfitError(f"filters.{view.id}", str(error)) from error


def _spec(
    view: View,
    active: View | None,
    filters: dict[str, cubes.Filter],
    detail: str,
    description: Description,
) -> CubeSpec:
    shown = cubes.View(axes(view, description), measure(view, description))
    left_out = {view.id} | ({active.id} if active else set())
    kept = frozenset(each for id_, each in filters.items() if each and id_ not in left_out)
    rows = () if active is None or active.id == view.id else _active_axes(active, view, detail, description)
    return CubeSpec(shown, rows, kept)


def _is_coarse(view: View, request: CubeRequest) -> bool:
    """Whether a first, coarse answer has an exact one to follow: a density while a 1-D view is brushed."""
    if request.active is None or view.id == request.active:
        return False
    return len(view.columns) == 2 and len(request.view(request.active).columns) == 1


def _active_axes(active: View, view: View, detail: str, description: Description) -> tuple[Axis, ...]:
    found = axes(active, description)
    if len(found) == 1:
        (axis,) = found
        coarse = len(view.columns) == 2 and detail == "coarse"
        return (Axis(axis.column, axis.scale, _coarse_rows(axis.scale) if coarse else None),)
    return tuple(map(_grid_axis, found)) if len(view.columns) == 2 else found


def _coarse_rows(scale: Scale) -> int | None:
    if isinstance(scale, Category | Boolean):
        return None
    fitting = [count for count in scale.choices() if count <= COARSE_ROWS]
    return max(fitting, default=min(COARSE_ROWS, _levels(scale)))


def _levels(scale: OrderedScale) -> int:
    return scale.codes - 3


def _grid_axis(axis: Axis) -> Axis:
    """The axis in some 16 groups of its bins; in more of them where its bins don't make up so few."""
    if isinstance(axis.scale, Category | Boolean):
        return axis
    own = axis.bins or _levels(axis.scale)
    fitting = [count for count in range(LEAST_GRID, own) if _is_made_of(axis, count)]
    count = max((n for n in fitting if n <= GRID), default=min((n for n in fitting if n > GRID), default=own))
    return Axis(axis.column, axis.scale, count)


@lru_cache(maxsize=4096)
def _is_made_of(axis: Axis, count: int) -> bool:
    """Whether each of ``count`` bins is made of whole bins of the axis."""
    coarse = axis.scale.coarsen(count).astype(np.int64)
    pairs = np.unique(axis.lookup * (int(coarse.max()) + 1) + coarse)
    return pairs.size == axis.cells
