"""What RAPIDS' own tools take for the same questions, where they are installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, TypeAlias

from bench.gpu.device_flights import DELAYS, VIEWS, Flights
from bench.gpu.timing import Figure, timed

MOST_ROWS = 100_000_000
"""They copy whole tables: of more rows these wouldn't fit beside ours."""
_ROUNDS = 3
Frame: TypeAlias = Any
"""cuDF's."""


def missing() -> list[str]:
    return [name for name in ("cudf", "cuxfilter") if not find_spec(name)]


def figures(flights: Flights) -> list[Figure]:
    """Group-bys by cuDF, and a brush of cuxfilter's."""
    if flights.rows > MOST_ROWS or "cudf" in missing():
        return []
    import cudf  # noqa: PLC0415  (only where it is)

    names = ("delay", *VIEWS)
    frame = cudf.DataFrame({name: flights.columns[name][: flights.rows] for name in names})
    found = [Figure("cuDF: group-by of delay and each view", flights.rows, _group_by(frame))]
    if "cuxfilter" not in missing():
        found.append(Figure("cuxfilter: a brush over seven bar charts", flights.rows, _brush(frame)))
    return found


def _group_by(frame: Frame) -> float:
    return timed(lambda: [len(frame.groupby(["delay", name]).size()) for name in VIEWS], _ROUNDS)


def _brush(frame: Frame) -> float:
    """Its dashboard, driven as its own tests do: it has no other way in without a browser."""
    import cuxfilter  # noqa: PLC0415
    import holoviews  # noqa: PLC0415

    holoviews.extension("bokeh")
    charts = [cuxfilter.charts.bar(name) for name in ("delay", *VIEWS)]
    dashboard = cuxfilter.DataFrame.from_dataframe(frame).dashboard(charts, sidebar=[])

    def brush() -> None:
        charts[0].box_selected_range = {"delay_min": DELAYS // 4, "delay_max": DELAYS // 2}
        charts[0].compute_query_dict(dashboard._query_str_dict, dashboard._query_local_variables_dict)
        dashboard._reload_charts()

    return timed(brush, _ROUNDS)
