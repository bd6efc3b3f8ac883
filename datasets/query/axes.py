"""The axes and the measure that an engine needs for a view."""

from __future__ import annotations

from functools import lru_cache
from math import log

from datasets.description import Description, UnknownColumnError
from datasets.exploration import RankedView, View
from errors import InvalidError
from gpu import cubes
from gpu.column_profile import ColumnProfile
from gpu.cubes import Axis
from gpu.scales import BooleanScale, CategoryScale, Scale, ScaleSpec, resolve_scale

DENSITY_BINS = 64
MAX_DENSITY_BINS = 128


class IncompatibleRequestError(InvalidError):
    """The dataset can't answer a part of a request; ``where`` names the part, such as ``views.delay``."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


def resolve_axes(view: View, description: Description) -> tuple[Axis, ...]:
    """Return the axes of a view, y before x.

    Raises:
        IncompatibleRequestError: the dataset has no such column, or the column doesn't fit the scale.
    """
    axes = [
        _resolve_axis(view, column, spec, bins, description)
        for column, spec, bins in zip(view.columns, view.scales, view.bins, strict=True)
    ]
    return tuple(reversed(axes))


def nearest_bin_count(scale: Scale, wanted: int) -> int | None:
    """Return the number of round bins that is nearest to ``wanted`` by ratio; None if the scale has none."""
    choices = scale.list_bin_counts()
    return min(choices, key=lambda count: abs(log(count / wanted))) if choices else None


def resolve_measure(view: View, description: Description) -> cubes.MeasureSpec:
    """Return the measure of a view.

    Raises:
        IncompatibleRequestError: the dataset has no such column, or it isn't a number column.
    """
    name = view.measure.column
    if name is None:
        return cubes.MeasureSpec()
    try:
        column = description.get_column(name)
    except UnknownColumnError as error:
        raise IncompatibleRequestError(f"views.{view.id}", str(error)) from error
    if column.profile.kind != "number":
        raise IncompatibleRequestError(
            f"views.{view.id}", f"{name} isn't a number column, so it has no {view.measure.aggregate}"
        )
    return cubes.MeasureSpec(view.measure.aggregate, name)


def _resolve_axis(
    view: View, column: str, spec: ScaleSpec, bins: int | None, description: Description
) -> Axis:
    try:
        scale = _resolve_scale(spec, description.get_column(column).profile)
    except UnknownColumnError as error:
        raise IncompatibleRequestError(f"views.{view.id}", str(error)) from error
    except ValueError as error:
        raise IncompatibleRequestError(f"views.{view.id}", f"{column}: {error}") from error
    if isinstance(view, RankedView):
        return Axis(column, CategoryScale(values=view.categories))
    if isinstance(scale, CategoryScale | BooleanScale):
        return Axis(column, scale)
    if len(view.columns) == 2:
        bins = min(bins or DENSITY_BINS, MAX_DENSITY_BINS)
    return Axis(column, scale, bins and nearest_bin_count(scale, bins))


@lru_cache(maxsize=1024)
def _resolve_scale(spec: ScaleSpec, profile: ColumnProfile) -> Scale:
    return resolve_scale(spec, profile)
