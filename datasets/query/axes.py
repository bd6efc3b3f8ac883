"""From the columns and scales of a view to the axes an engine has them on."""

from __future__ import annotations

from functools import lru_cache
from math import log

from datasets.description import Description, UnknownColumnError
from datasets.exploration import View
from gpu.column_profile import Profile
from gpu.cubes import Axis
from gpu.scales import Boolean, Category, Scale, ScaleSpec, resolve

DENSITY_BINS = 64
MOST_DENSITY_BINS = 128


class MisfitError(ValueError):
    """The dataset can't answer this part of a request; ``where`` names it, such as ``views.delay``."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


def axes(view: View, description: Description) -> tuple[Axis, ...]:
    """The view's axes as an engine has them, y before x.

    Raises:
        MisfitError: the dataset has no such column, or the column doesn't go with the scale.
    """
    found = [
        _axis(view, column, spec, bins, description)
        for column, spec, bins in zip(view.columns, view.scales, view.bins, strict=True)
    ]
    return tuple(reversed(found))


def nearest_choice(scale: Scale, wished: int) -> int | None:
    """The number of nice bins nearest to a wish, by ratio; None where the scale has none."""
    choices = scale.choices()
    return min(choices, key=lambda count: abs(log(count / wished))) if choices else None


def _axis(view: View, column: str, spec: ScaleSpec, bins: int | None, description: Description) -> Axis:
    try:
        scale = _scale(spec, description.column(column).profile)
    except UnknownColumnError as error:
        raise MisfitError(f"views.{view.id}", str(error)) from error
    except ValueError as error:
        raise MisfitError(f"views.{view.id}", f"{column}: {error}") from error
    if isinstance(scale, Category | Boolean):
        return Axis(column, scale)
    if len(view.columns) == 2:
        bins = min(bins or DENSITY_BINS, MOST_DENSITY_BINS)
    return Axis(column, scale, bins and nearest_choice(scale, bins))


@lru_cache(maxsize=1024)
def _scale(spec: ScaleSpec, profile: Profile) -> Scale:
    return resolve(spec, profile)
