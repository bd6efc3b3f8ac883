"""The dashboard a dataset opens on, suggested by what its columns are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import ceil, floor, log10
from typing import cast

from datasets.description import Column, Description
from datasets.exploration import Exploration, Measure, View
from datasets.layout import TALL, laid_out
from datasets.query.axes import DENSITY_BINS, nearest_choice
from datasets.slugs import slug_of
from gpu.cubes import Aggregate
from gpu.scales import ScaleSpec, resolve

SERIES_BINS = 200
HISTOGRAM_BINS = 50
TOP = 12
LOW_BARS = 6
"""How many categories a chart of two rows shows without scrolling."""
MOST_HISTOGRAMS = 4
MOST_VIEWS = 9
MARGIN = 0.08
"""Of a map's extent, on either side of the middle 96 % of rows: far islands don't shrink the mainland."""

LONGITUDE = re.compile(r"(?:^|[_ ])(?:lon|lng|long|longitude)$", re.IGNORECASE)
LATITUDE = re.compile(r"(?:^|[_ ])(?:lat|latitude)$", re.IGNORECASE)
IDENTIFIER = re.compile(r"(?:^|[_ ])(?:id|key|code|index|number|no)$|(?<=[a-z])Id$", re.IGNORECASE)


def suggest(description: Description) -> Exploration:
    """Key figures, a time series, distributions of numbers, a map where there are places, top categories."""
    place = _place(description)
    numbers = [column for column in description.columns if _is_quantity(column) and column not in place]
    categories = [column for column in description.columns if _is_grouping(column)]
    times = [c for c in description.columns if c.profile.kind == "time" and c.profile.distinct > 1]
    figures = [_figure("rows", Measure()), *(_mean(column) for column in numbers if not column.few_integers)][
        :2
    ]
    charts = [_distribution(column) for column in times[:1]]
    charts += [_map(*place)] if place else []
    charts += [_distribution(column) for column in sorted(numbers, key=_is_short)[:MOST_HISTOGRAMS]]
    charts += [_distribution(column) for column in categories]
    chosen = [*figures, *charts[: MOST_VIEWS - len(figures)]]
    return Exploration(
        dataset=description.slug, version=description.version, views=tuple(laid_out(_with_own_ids(chosen)))
    )


def _is_quantity(column: Column) -> bool:
    """Whether the column measures something: a number that varies and is no identifier."""
    profile = column.profile
    if profile.kind != "number" or profile.distinct < 2 or IDENTIFIER.search(column.name):
        return False
    return not (profile.integer and profile.distinct > 0.9 * profile.rows and profile.rows > 100)


def _is_short(column: Column) -> bool:
    return column.few_integers > 0


def _is_grouping(column: Column) -> bool:
    """Whether rows share the column's values."""
    profile = column.profile
    return profile.kind in ("category", "boolean") and 1 < profile.distinct <= max(TOP, profile.rows / 2)


def _place(description: Description) -> tuple[Column, Column] | tuple[()]:
    """The longitude and latitude of the rows, if they have any."""
    longitude = _coordinate(description, LONGITUDE, 180)
    latitude = _coordinate(description, LATITUDE, 90)
    return (longitude, latitude) if longitude and latitude else ()


def _coordinate(description: Description, name: re.Pattern[str], most: float) -> Column | None:
    for column in description.columns:
        low, high = column.profile.minimum, column.profile.maximum
        named = column.profile.kind == "number" and name.search(column.name)
        bounded = low is not None and high is not None and -most <= low < high <= most
        if named and bounded and None not in column.middle:
            return column
    return None


def _figure(id_: str, measure: Measure) -> View:
    return View(id=id_, measure=measure)


def _mean(column: Column) -> View:
    return _figure(f"mean-{_id(column)}"[:40], Measure(aggregate=Aggregate.MEAN, column=column.name))


def _id(column: Column) -> str:
    return slug_of(column.name)[:40].strip("-") or "view"


def _distribution(column: Column) -> View:
    type_ = column.scales[0]
    spec = ScaleSpec.model_validate({"type": type_, "top": TOP if type_ == "category" else None})
    wished = {"time": SERIES_BINS, "linear": column.few_integers or HISTOGRAM_BINS}.get(type_)
    bins = nearest_choice(resolve(spec, column.profile), wished) if wished else None
    height = TALL if type_ == "category" and column.profile.distinct > LOW_BARS else 2
    return View(id=_id(column), columns=(column.name,), scales=(spec,), bins=(bins,), height=height)


def _map(longitude: Column, latitude: Column) -> View:
    specs = [ScaleSpec(type="linear", domain=_extent(column)) for column in (longitude, latitude)]
    columns = (longitude, latitude)
    bins = [
        nearest_choice(resolve(spec, c.profile), DENSITY_BINS) for spec, c in zip(specs, columns, strict=True)
    ]
    return View(id="map", columns=(longitude.name, latitude.name), scales=tuple(specs), bins=tuple(bins))


def _extent(column: Column) -> tuple[float, float]:
    """Around the middle of the rows, from and to a multiple of four round bins."""
    low, high = cast(tuple[float, float], column.middle)
    margin = MARGIN * (high - low) or 0.5
    width = 4 * _round_up((high - low + 2 * margin) / DENSITY_BINS)
    return floor((low - margin) / width) * width, ceil((high + margin) / width) * width


def _round_up(value: float) -> float:
    """The least of 1, 2 and 5 times a power of ten that is not below a positive value."""
    power = 10.0 ** floor(log10(value))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= value)


def _with_own_ids(views: list[View]) -> Iterator[View]:
    taken: set[str] = set()
    for view in views:
        id_, number = view.id, 2
        while id_ in taken:
            id_, number = f"{view.id[:36]}-{number}", number + 1
        taken.add(id_)
        yield view.model_copy(update={"id": id_})
