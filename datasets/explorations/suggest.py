"""The suggested dashboard of a dataset: which views its columns get, and how they are arranged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from math import ceil, floor, log10
from typing import cast

from datasets.catalogue import make_slug
from datasets.description import Column, Description
from datasets.exploration import Exploration, Measure, View
from datasets.query.axes import DENSITY_BINS, nearest_bin_count
from gpu.cubes import Aggregate
from gpu.scales import ScaleSpec, resolve_scale

SERIES_BINS = 200
HISTOGRAM_BINS = 50
TOP_CATEGORIES = 12
LIST_HEIGHTS = ((2, 9), (3, 17))
"""How many bars fit into a chart of so many grid rows without scrolling, that of other values included."""
MAX_HISTOGRAMS = 4
MAX_SUGGESTED_VIEWS = 9
MAP_MARGIN = 0.08
"""The margin around the middle 96 % of rows, as a part of their extent.

A map is limited to these rows, so that far islands don't shrink the mainland.
"""
GRID_COLUMNS = 12
MAX_VIEWS_BESIDE_MAP = 2
TALL_HEIGHT = 3
"""The height of a map, and of a list of more categories than fit into two grid rows."""
MAX_MAP_RATIO = 3
"""How many times a map may extend further in one direction than in the other, in degrees."""

MAX_LONGITUDE, MAX_LATITUDE = 180, 90
LONGITUDE = re.compile(r"(?:^|[_ ])(?:lon|lng|long|longitude)$", re.IGNORECASE)
LATITUDE = re.compile(r"(?:^|[_ ])(?:lat|latitude)$", re.IGNORECASE)
IDENTIFIER = re.compile(r"(?:^|[_ ])(?:id|key|code|index|number|no)$|(?<=[a-z])Id$", re.IGNORECASE)


def suggest_exploration(description: Description) -> Exploration:
    """Return the suggested dashboard, of at most nine views.

    It has key figures, a time series, distributions of numbers, a map if there are coordinates, and the top
    categories.
    """
    place = _find_coordinates(description)
    numbers = [column for column in description.columns if _is_quantity(column) and column not in place]
    categories = [column for column in description.columns if _is_grouping(column)]
    times = [c for c in description.columns if c.profile.kind == "time" and c.profile.distinct > 1]
    figures = [
        _key_figure("rows", Measure()),
        *(_mean_figure(column) for column in numbers if not column.integer_bin_count),
    ][:2]
    charts = [_distribution_view(column) for column in times[:1]]
    charts += [_map_view(*place)] if place else []
    charts += [
        _distribution_view(column) for column in sorted(numbers, key=_has_few_integers)[:MAX_HISTOGRAMS]
    ]
    charts += [_distribution_view(column) for column in categories]
    chosen = [*figures, *charts[: MAX_SUGGESTED_VIEWS - len(figures)]]
    return Exploration(
        dataset=description.slug,
        version=description.version,
        views=tuple(arrange_views(_with_unique_ids(chosen))),
    )


def arrange_views(views: Iterable[View]) -> list[View]:
    """Return the views with their sizes, in the order in which a grid that is filled row by row places them.

    The key figures come on top, one above the other, beside the time series and a distribution. The map
    follows with up to two views at its side, long lists first. The remaining views come in rows of up to
    three.
    """
    views = list(views)
    figures = [view for view in views if not view.columns]
    maps = [view for view in views if len(view.columns) == 2]
    charts = sorted((view for view in views if len(view.columns) == 1), key=_is_not_time_series)
    top = _choose_top(charts)
    placed = [*_arrange_top(figures, top)]
    rest = [view for view in charts if view not in top]
    for density in maps:
        beside = sorted(rest, key=_map_side_key)[:MAX_VIEWS_BESIDE_MAP]
        placed += _arrange_map(density, beside)
        rest = [view for view in rest if view not in beside]
    return [*placed, *_arrange_rows(rest)]


def _is_quantity(column: Column) -> bool:
    """Return whether the column measures something: a number that varies and isn't an identifier."""
    profile = column.profile
    if profile.kind != "number" or profile.distinct < 2 or IDENTIFIER.search(column.name):
        return False
    return not (profile.integer and profile.distinct > 0.9 * profile.rows and profile.rows > 100)


def _has_few_integers(column: Column) -> bool:
    return column.integer_bin_count > 0


def _is_grouping(column: Column) -> bool:
    """Return whether several rows share each value of the column."""
    profile = column.profile
    return profile.kind in ("category", "boolean") and 1 < profile.distinct <= max(
        TOP_CATEGORIES, profile.rows / 2
    )


def _find_coordinates(description: Description) -> tuple[Column, Column] | tuple[()]:
    """Return the columns with the longitude and latitude of the rows, if there are any."""
    longitude = _find_coordinate(description, LONGITUDE, MAX_LONGITUDE)
    latitude = _find_coordinate(description, LATITUDE, MAX_LATITUDE)
    return (longitude, latitude) if longitude and latitude else ()


def _find_coordinate(description: Description, name: re.Pattern[str], most: float) -> Column | None:
    for column in description.columns:
        low, high = column.profile.minimum, column.profile.maximum
        named = column.profile.kind == "number" and name.search(column.name)
        bounded = low is not None and high is not None and -most <= low < high <= most
        if named and bounded and None not in column.middle:
            return column
    return None


def _key_figure(id_: str, measure: Measure) -> View:
    return View(id=id_, measure=measure)


def _mean_figure(column: Column) -> View:
    return _key_figure(f"mean-{_view_id(column)}"[:40], Measure(aggregate=Aggregate.MEAN, column=column.name))


def _view_id(column: Column) -> str:
    return make_slug(column.name)[:40].strip("-") or "view"


def _distribution_view(column: Column) -> View:
    type_ = column.scale_types[0]
    spec = ScaleSpec.model_validate({"type": type_, "top": TOP_CATEGORIES if type_ == "category" else None})
    wished = {"time": SERIES_BINS, "linear": column.integer_bin_count or HISTOGRAM_BINS}.get(type_)
    bins = nearest_bin_count(resolve_scale(spec, column.profile), wished) if wished else None
    height = _list_height(column) if type_ == "category" else 2
    return View(id=_view_id(column), columns=(column.name,), scales=(spec,), bins=(bins,), height=height)


def _list_height(column: Column) -> int:
    """Return the height in grid rows in which all bars of a list of categories are visible."""
    profile = column.profile
    shown = min(profile.distinct, TOP_CATEGORIES)
    bars = shown + (profile.distinct > shown) + (profile.nulls > 0)
    return next((height for height, room in LIST_HEIGHTS if bars <= room), TALL_HEIGHT)


def _map_view(longitude: Column, latitude: Column) -> View:
    extents = find_map_extents(longitude, latitude)
    specs = [ScaleSpec(type="linear", domain=extent) for extent in extents]
    columns = (longitude, latitude)
    bins = [
        nearest_bin_count(resolve_scale(spec, c.profile), DENSITY_BINS)
        for spec, c in zip(specs, columns, strict=True)
    ]
    return View(id="map", columns=(longitude.name, latitude.name), scales=tuple(specs), bins=tuple(bins))


def find_map_extents(longitude: Column, latitude: Column) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return extents of longitude and latitude around the middle 96 % of rows, wide enough to be read."""
    bounds = [cast(tuple[float, float], column.middle) for column in (longitude, latitude)]
    wide, high = (far - near + 2 * _map_margin(near, far) for near, far in bounds)
    return (
        _map_extent(*bounds[0], max(wide, high / MAX_MAP_RATIO), MAX_LONGITUDE),
        _map_extent(*bounds[1], max(high, wide / MAX_MAP_RATIO), MAX_LATITUDE),
    )


def _map_margin(low: float, high: float) -> float:
    return MAP_MARGIN * (high - low) or 0.5


def _map_extent(low: float, high: float, length: float, most: int) -> tuple[float, float]:
    """Return an extent of about this length around two bounds, within the globe.

    Its ends are multiples of four round bins, unless they are those of the globe.
    """
    middle = min(max((low + high) / 2, length / 2 - most), most - length / 2)
    width = 4 * _round_up(length / DENSITY_BINS)
    start, stop = (middle - length / 2) / width, (middle + length / 2) / width
    return max(floor(start) * width, -most), min(ceil(stop) * width, most)


def _round_up(value: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that isn't below a positive value."""
    power = 10.0 ** floor(log10(value))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= value)


def _with_unique_ids(views: list[View]) -> Iterator[View]:
    taken: set[str] = set()
    for view in views:
        id_, number = view.id, 2
        while id_ in taken:
            id_, number = f"{view.id[:36]}-{number}", number + 1
        taken.add(id_)
        yield view.model_copy(update={"id": id_})


def _is_not_time_series(view: View) -> bool:
    return view.scales[0].type != "time"


def _map_side_key(view: View) -> tuple[bool, bool]:
    """Return a sort key that puts long lists before short ones, and lists before other views."""
    return view.height < TALL_HEIGHT, view.scales[0].type != "category"


def _with_size(view: View, width: int, height: int) -> View:
    return view.model_copy(update={"width": width, "height": height})


def _choose_top(charts: Sequence[View]) -> Sequence[View]:
    """Return the first chart and one as low as it, if there is one: long lists are higher."""
    others = sorted(charts[1:], key=lambda view: view.height > charts[0].height)
    return [*charts[:1], *others[:1]]


def _arrange_top(figures: Sequence[View], charts: Sequence[View]) -> Iterator[View]:
    """Place the first figure, the charts, then the other figures, which the grid puts below the first one."""
    widths = {0: (), 1: (10,), 2: (6, 4)}[len(charts)]
    width = 2 if charts else GRID_COLUMNS
    height = max((chart.height for chart in charts), default=2)
    yield from (_with_size(figure, width, 1) for figure in figures[:1])
    yield from (_with_size(chart, wide, height) for chart, wide in zip(charts, widths, strict=True))
    yield from (_with_size(figure, width, height - 1) for figure in figures[1:])


def _arrange_map(density: View, beside: Sequence[View]) -> Iterator[View]:
    yield _with_size(density, 6 if beside else GRID_COLUMNS, TALL_HEIGHT)
    yield from (_with_size(view, 6 // len(beside), TALL_HEIGHT) for view in beside)


def _arrange_rows(views: Sequence[View]) -> Iterator[View]:
    """Place views in rows of three, but four remaining ones in two rows of two."""
    while views:
        count = 2 if len(views) == 4 else min(3, len(views))
        row, views = views[:count], views[count:]
        height = max(view.height for view in row)
        yield from (_with_size(view, GRID_COLUMNS // count, height) for view in row)
