"""Compilation of requests of the browser to the cubes that an engine computes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from datasets.description import Description
from datasets.exploration import CubeRequest, Dashboard, Filter, View
from datasets.query.axes import IncompatibleRequestError, resolve_axes, resolve_measure
from datasets.query.predicates import filter_predicates
from gpu import cubes
from gpu.cubes import AnyOf, Axis, CubeSpec
from gpu.scales import BooleanScale, CategoryScale, OrderedScale, Scale

RowFilters = frozenset[cubes.Filter | AnyOf]

COARSE_ROWS = 50
GRID_BINS = 16
MIN_GRID_BINS = 6


def requested_views(request: CubeRequest) -> list[View]:
    """Return the views that ``cube_specs`` answers, in its order.

    These are all views or, if the request asks for exact cubes, those whose first cubes were coarse.
    """
    return [view for view in request.views if request.detail == "coarse" or _is_coarse(view, request)]


def cube_specs(request: CubeRequest, description: Description, rights: AnyOf | None = None) -> list[CubeSpec]:
    """Return one spec for each of ``requested_views(request)``, over the rows that the rights show.

    Raises:
        IncompatibleRequestError: a view or filter doesn't fit the dataset.
    """
    active = None if request.active is None else request.get_view(request.active)
    filters = {
        id_: _compile_filter(request.get_view(id_), filter_, description)
        for id_, filter_ in request.filters.items()
    }
    found = [
        _compile_spec(view, active, filters, request.detail, description) for view in requested_views(request)
    ]
    return found if rights is None else [replace(spec, filters=spec.filters | {rights}) for spec in found]


def compile_row_filters(
    request: Dashboard, description: Description, rights: AnyOf | None = None
) -> RowFilters:
    """Return the conditions for rows that pass all filters and that the rights show; empty if all rows do.

    Raises:
        IncompatibleRequestError: a filter doesn't fit the dataset.
    """
    compiled = [
        _compile_filter(request.get_view(id_), filter_, description)
        for id_, filter_ in request.filters.items()
    ]
    return frozenset(filter(None, compiled)) | (frozenset() if rights is None else {rights})


def _compile_filter(view: View, filter_: Filter, description: Description) -> cubes.Filter:
    try:
        return filter_predicates(view, filter_, description)
    except IncompatibleRequestError:
        raise
    except ValueError as error:
        raise IncompatibleRequestError(f"filters.{view.id}", str(error)) from error


def _compile_spec(
    view: View,
    active: View | None,
    filters: dict[str, cubes.Filter],
    detail: str,
    description: Description,
) -> CubeSpec:
    spec = cubes.ViewSpec(resolve_axes(view, description), resolve_measure(view, description))
    left_out = {view.id} | ({active.id} if active else set())
    applied = frozenset(filter_ for id_, filter_ in filters.items() if filter_ and id_ not in left_out)
    rows = () if active is None or active.id == view.id else _active_axes(active, view, detail, description)
    return CubeSpec(spec, rows, applied)


def _is_coarse(view: View, request: CubeRequest) -> bool:
    """Return whether the first cube of a view is coarse: that of a density while a distribution is active."""
    if request.active is None or view.id == request.active:
        return False
    return len(view.columns) == 2 and len(request.get_view(request.active).columns) == 1


def _active_axes(active: View, view: View, detail: str, description: Description) -> tuple[Axis, ...]:
    found = resolve_axes(active, description)
    if len(found) == 1:
        (axis,) = found
        coarse = len(view.columns) == 2 and detail == "coarse"
        return (Axis(axis.column, axis.scale, _coarse_row_count(axis.scale) if coarse else None),)
    return tuple(map(_grid_axis, found)) if len(view.columns) == 2 else found


def _coarse_row_count(scale: Scale) -> int | None:
    if isinstance(scale, CategoryScale | BooleanScale):
        return None
    fitting = [count for count in scale.list_bin_counts() if count <= COARSE_ROWS]
    return max(fitting, default=min(COARSE_ROWS, _level_count(scale)))


def _level_count(scale: OrderedScale) -> int:
    return scale.code_count - 3


def _grid_axis(axis: Axis) -> Axis:
    """Return the axis grouped into about 16 groups of whole bins, or into more if so few aren't possible."""
    if isinstance(axis.scale, CategoryScale | BooleanScale):
        return axis
    own = axis.bins or _level_count(axis.scale)
    fitting = [count for count in range(MIN_GRID_BINS, own) if _is_union_of_bins(axis, count)]
    count = max(
        (n for n in fitting if n <= GRID_BINS),
        default=min((n for n in fitting if n > GRID_BINS), default=own),
    )
    return Axis(axis.column, axis.scale, count)


@lru_cache(maxsize=4096)
def _is_union_of_bins(axis: Axis, count: int) -> bool:
    """Return whether each of ``count`` bins consists of whole bins of the axis."""
    coarse = axis.scale.get_bin_lookup(count).astype(np.int64)
    pairs = np.unique(axis.bin_lookup * (int(coarse.max()) + 1) + coarse)
    return pairs.size == axis.cell_count
