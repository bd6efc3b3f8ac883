"""Where the suggested views stand: on 12 columns, so that the first five rows make one composed screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from datasets.exploration import View

COLUMNS = 12
BESIDE_MAP = 2
TALL = 3
"""The rows that a map fills, and a list of more categories than two rows have room for."""


def laid_out(views: Iterable[View]) -> list[View]:
    """The views with their sizes, in the order in which a grid that fills row by row puts them in place.

    On top the key figures, one above the other, beside the time series and a distribution; then the map with
    up to two views at its side, long lists first; then rows of up to three.
    """
    views = list(views)
    figures = [view for view in views if not view.columns]
    maps = [view for view in views if len(view.columns) == 2]
    charts = sorted((view for view in views if len(view.columns) == 1), key=_is_no_series)
    placed = [*_top(figures, charts[:2])]
    rest = charts[2:]
    for density in maps:
        beside = sorted(rest, key=_beside_map)[:BESIDE_MAP]
        placed += _around(density, beside)
        rest = [view for view in rest if view not in beside]
    return [*placed, *_rows(rest)]


def _is_no_series(view: View) -> bool:
    return view.scales[0].type != "time"


def _beside_map(view: View) -> tuple[bool, bool]:
    """Sorts long lists before short ones, and lists before the rest."""
    return view.height < TALL, view.scales[0].type != "category"


def _sized(view: View, width: int, height: int) -> View:
    return view.model_copy(update={"width": width, "height": height})


def _top(figures: Sequence[View], charts: Sequence[View]) -> Iterator[View]:
    """The figures but for the first come last: a row-by-row grid then puts them under it."""
    widths = {0: (), 1: (10,), 2: (6, 4)}[len(charts)]
    width = 2 if charts else COLUMNS
    yield from (_sized(figure, width, 1) for figure in figures[:1])
    yield from (_sized(chart, wide, 2) for chart, wide in zip(charts, widths, strict=True))
    yield from (_sized(figure, width, 1) for figure in figures[1:])


def _around(density: View, beside: Sequence[View]) -> Iterator[View]:
    yield _sized(density, 6 if beside else COLUMNS, TALL)
    yield from (_sized(view, 6 // len(beside), TALL) for view in beside)


def _rows(views: Sequence[View]) -> Iterator[View]:
    """Rows of three; two and two where four are left."""
    while views:
        count = 2 if len(views) == 4 else min(3, len(views))
        row, views = views[:count], views[count:]
        height = max(view.height for view in row)
        yield from (_sized(view, COLUMNS // count, height) for view in row)
