"""The task that computes for the engine: it holds frames of codes, and creates a dashboard per request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

import cudf
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from cuxfilter import charts
from holoviews.operation.datashader import rasterize

from gpu.cuxfilter.protocol import WorkerMessage, receive_message, send_message
from gpu.cuxfilter.worker.crossfilter import PatchedDashboard
from gpu.cuxfilter.worker.loading import suppress_warnings

Numbers = npt.NDArray[Any]
ROW = "row"
PARTS = ("x", "y", "value")


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the other side ends; errors are sent as answers too."""
    frames = FrameStore()
    while True:
        try:
            message = receive_message(requests)
        except EOFError:
            return
        try:
            answer = WorkerMessage({}, frames.handlers[message.head["do"]](message))
        except Exception as error:
            answer = WorkerMessage({"error": f"{type(error).__name__}: {error}"})
        send_message(answers, answer)


class FrameStore:
    """Columns on the device, by the frame they belong to."""

    def __init__(self) -> None:
        self._frames: dict[str, Any] = {}
        self.handlers: dict[str, Callable[[WorkerMessage], pa.Table]] = {
            "add": self.add_columns,
            "extend": self.extend_rows,
            "count": self.count_charts,
            "passing": self.list_passing_rows,
            "drop": self.drop_frame,
        }

    def add_columns(self, message: WorkerMessage) -> pa.Table:
        """Add columns to a frame."""
        columns = cudf.DataFrame.from_arrow(message.table)
        frame = self._frames.setdefault(message.head["frame"], columns)
        for name in columns.columns:
            frame[name] = columns[name]
        return pa.table({})

    def extend_rows(self, message: WorkerMessage) -> pa.Table:
        """Append rows to a frame."""
        name = message.head["frame"]
        rows = cudf.DataFrame.from_arrow(message.table)
        frame = self._frames[name]
        self._frames[name] = cudf.concat([frame, rows[list(frame.columns)]], ignore_index=True)
        return pa.table({})

    def drop_frame(self, message: WorkerMessage) -> pa.Table:
        """Remove a frame."""
        del self._frames[message.head["frame"]]
        return pa.table({})

    def count_charts(self, message: WorkerMessage) -> pa.Table:
        """Return each chart's numbers under the filters: one row of the lists ``0.x``, ``0.y``, ``1.x``..."""
        arrays: dict[str, pa.Array] = {}
        for number, chart_request in enumerate(message.head["charts"]):
            chart = _create_chart(**chart_request)
            self._create_dashboard(message, chart_request, [chart])
            for part, array in _read_chart(chart, chart_request).items():
                arrays[f"{number}.{part}"] = pa.array([array])
        return pa.table(arrays)

    def list_passing_rows(self, message: WorkerMessage) -> pa.Table:
        """Return the numbers of the rows that pass the filters."""
        rows = self._create_dashboard(message, {"x": ROW}, []).passing_rows()
        return pa.table({ROW: _to_numpy(rows["x"])})

    def _create_dashboard(
        self, message: WorkerMessage, chart_request: dict[str, Any], charts_: list[Any]
    ) -> PatchedDashboard:
        """Return a dashboard over only the requested columns, named x, y and value, and those of the filters.

        cuxfilter copies all columns of the rows that pass, and datashader compiles again for new names.
        """
        frame, filters = self._frames[message.head["frame"]], message.head["filters"]
        columns = {part: frame[chart_request[part]] for part in PARTS if part in chart_request}
        board = PatchedDashboard(charts_, cudf.DataFrame(columns | {name: frame[name] for name in filters}))
        for column, ranges in filters.items():
            board.filter_column(column, ranges)
        if filters:
            board.reload_all()
        return board


def _create_chart(kind: str, **options: Any) -> Any:  # noqa: ANN401  (cuxfilter's)
    """Return a chart of cuxfilter: ``histogram`` of x, ``bar`` of value by x, or ``heatmap`` of x and y."""
    if kind == "histogram":
        return charts.bar("x")
    if kind == "bar":
        return charts.bar("x", "value", aggregate_fn=options["statistic"])
    return charts.heatmap("x", "y", aggregate_col="value", aggregate_fn=options["statistic"])


def _read_chart(chart: Any, chart_request: dict[str, Any]) -> dict[str, Numbers]:  # noqa: ANN401
    if chart_request["kind"] == "heatmap":
        return {"y": _rasterize(chart.chart, *chart_request["shape"])}
    if chart_request["kind"] == "bar":
        frame = chart.chart.source_df
        return {"x": _to_numpy(frame["x"]), "y": _to_numpy(frame["value"])}
    values, counts = chart.chart.source_df
    return {"x": np.asarray(values), "y": np.asarray(counts)}


def _rasterize(points: Any, height: int, width: int) -> Numbers:  # noqa: ANN401
    """Return datashader's image of a heat map with one pixel per bin, row by row from below; NaN if empty."""
    ranges = {"x_range": (-0.5, width - 0.5), "y_range": (-0.5, height - 0.5)}
    with suppress_warnings():
        image = rasterize(
            points.points(), aggregator=points.aggregator, width=width, height=height, dynamic=False, **ranges
        )
    pixels: Numbers = image.dimension_values(2, flat=False)
    return np.asarray(pixels, np.float64).reshape(-1)


def _to_numpy(column: Any) -> Numbers:  # noqa: ANN401
    missing = {"na_value": np.nan} if column.dtype.kind == "f" else {}
    numbers: Numbers = column.to_numpy(**missing)
    return numbers
