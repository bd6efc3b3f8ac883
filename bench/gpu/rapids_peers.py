"""What RAPIDS' own tools take for the same questions: ``python -m bench.gpu.rapids_peers ROWS``.

In a process of its own, because importing cuDF replaces the memory allocator of CuPy.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Any, TypeAlias

from bench.gpu.device_flights import DELAYS, VIEW_CELLS, DeviceFlights
from bench.gpu.timing import Measurement, time_median
from gpu.cuda.probe import find_device

MOST_ROWS = 100_000_000
"""They copy whole tables: of more rows these wouldn't fit beside ours."""
_ROUNDS = 3
CudfFrame: TypeAlias = Any
"""cuDF's."""


def list_missing() -> list[str]:
    return [name for name in ("cudf", "cuxfilter") if not find_spec(name)]


def measure_peers(flights: DeviceFlights) -> list[Measurement]:
    """Group-bys by cuDF, and a brush of cuxfilter's."""
    if flights.rows > MOST_ROWS or "cudf" in list_missing():
        return []
    import cudf  # noqa: PLC0415  (only where it is)

    names = ("delay", *VIEW_CELLS)
    frame = cudf.DataFrame({name: flights.columns[name][: flights.rows] for name in names})
    found = [Measurement("cuDF: group-by of delay and each view", flights.rows, _time_group_by(frame))]
    if "cuxfilter" not in list_missing():
        found.append(
            Measurement("cuxfilter: a brush over seven bar charts", flights.rows, _time_brush(frame))
        )
    return found


def _time_group_by(frame: CudfFrame) -> float:
    return time_median(lambda: [len(frame.groupby(["delay", name]).size()) for name in VIEW_CELLS], _ROUNDS)


def _time_brush(frame: CudfFrame) -> float:
    """Its dashboard, driven as its own tests do: it has no other way in without a browser."""
    import cuxfilter  # noqa: PLC0415
    import holoviews  # noqa: PLC0415

    holoviews.extension("bokeh")
    charts = [cuxfilter.charts.bar(name) for name in ("delay", *VIEW_CELLS)]
    dashboard = cuxfilter.DataFrame.from_dataframe(frame).dashboard(charts, sidebar=[])

    def brush_chart() -> None:
        charts[0].box_selected_range = {"delay_min": DELAYS // 4, "delay_max": DELAYS // 2}
        charts[0].compute_query_dict(dashboard._query_str_dict, dashboard._query_local_variables_dict)
        dashboard._reload_charts()

    return time_median(brush_chart, _ROUNDS)


def main(rows: int) -> None:
    """Print what was measured, or why nothing was."""
    if "cudf" in list_missing():
        print("cuDF isn't installed: RAPIDS' own tools are left out")
    elif rows > MOST_ROWS:
        print(f"{rows:,} rows are too many for RAPIDS' own tools, which copy whole tables")
    else:
        for each in measure_peers(DeviceFlights(find_device(), rows)):
            print(f"{each.rows:,} rows, {each.label}: {each.seconds * 1e3:.2f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]))
