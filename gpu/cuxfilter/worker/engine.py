"""Counts for the engine adapter: frames of codes are kept, and each state gets a dashboard of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

import cudf
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from cuxfilter import charts
from holoviews.operation.datashader import rasterize

from gpu.cuxfilter.protocol import Message, receive, send
from gpu.cuxfilter.worker.crossfilter import Crossfilter
from gpu.cuxfilter.worker.loading import quiet

Numbers = npt.NDArray[Any]
ROW = "row"
PARTS = ("x", "y", "value")


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer until nobody asks any more; what fails is answered too."""
    frames = Frames()
    while True:
        try:
            message = receive(asked)
        except EOFError:
            return
        try:
            answer = Message({}, frames.acts[message.head["do"]](message))
        except Exception as error:
            answer = Message({"error": f"{type(error).__name__}: {error}"})
        send(answers, answer)


class Frames:
    """Columns on the device, by the frame they belong to."""

    def __init__(self) -> None:
        self._frames: dict[str, Any] = {}
        self.acts: dict[str, Callable[[Message], pa.Table]] = {
            "add": self.add,
            "extend": self.extend,
            "count": self.count,
            "passing": self.passing,
            "drop": self.drop,
        }

    def add(self, message: Message) -> pa.Table:
        """Keep columns, beside those that their frame has."""
        columns = cudf.DataFrame.from_arrow(message.table)
        frame = self._frames.setdefault(message.head["frame"], columns)
        for name in columns.columns:
            frame[name] = columns[name]
        return pa.table({})

    def extend(self, message: Message) -> pa.Table:
        """Keep rows, behind those that their frame has."""
        name = message.head["frame"]
        rows = cudf.DataFrame.from_arrow(message.table)
        frame = self._frames[name]
        self._frames[name] = cudf.concat([frame, rows[list(frame.columns)]], ignore_index=True)
        return pa.table({})

    def drop(self, message: Message) -> pa.Table:
        """Let go of a frame."""
        del self._frames[message.head["frame"]]
        return pa.table({})

    def count(self, message: Message) -> pa.Table:
        """The numbers of each chart under the filters: one row, of the lists ``0.x``, ``0.y``, ``1.x``..."""
        found: dict[str, pa.Array] = {}
        for number, asked in enumerate(message.head["charts"]):
            chart = _chart(**asked)
            self._board(message, asked, [chart])
            for part, array in _read(chart, asked).items():
                found[f"{number}.{part}"] = pa.array([array])
        return pa.table(found)

    def passing(self, message: Message) -> pa.Table:
        """The numbers of the rows that pass the filters."""
        rows = self._board(message, {"x": ROW}, []).passing()
        return pa.table({ROW: _numpy(rows["x"])})

    def _board(self, message: Message, asked: dict[str, Any], charts_: list[Any]) -> Crossfilter:
        """A dashboard over no more than the columns that are asked for, as x, y and value, and the filters'.

        cuxfilter copies all columns of the rows that pass, and datashader compiles anew for new names.
        """
        frame, filters = self._frames[message.head["frame"]], message.head["filters"]
        columns = {part: frame[asked[part]] for part in PARTS if part in asked}
        board = Crossfilter(charts_, cudf.DataFrame(columns | {name: frame[name] for name in filters}))
        for column, ranges in filters.items():
            board.hold(column, ranges)
        if filters:
            board.reload()
        return board


def _chart(kind: str, **how: Any) -> Any:  # noqa: ANN401  (cuxfilter's)
    """One of cuxfilter's charts: ``histogram`` of x, ``bar`` of value by x, or ``heatmap`` of x and y."""
    if kind == "histogram":
        return charts.bar("x")
    if kind == "bar":
        return charts.bar("x", "value", aggregate_fn=how["statistic"])
    return charts.heatmap("x", "y", aggregate_col="value", aggregate_fn=how["statistic"])


def _read(chart: Any, asked: dict[str, Any]) -> dict[str, Numbers]:  # noqa: ANN401
    if asked["kind"] == "heatmap":
        return {"y": _raster(chart.chart, *asked["shape"])}
    if asked["kind"] == "bar":
        frame = chart.chart.source_df
        return {"x": _numpy(frame["x"]), "y": _numpy(frame["value"])}
    values, counts = chart.chart.source_df
    return {"x": np.asarray(values), "y": np.asarray(counts)}


def _raster(points: Any, height: int, width: int) -> Numbers:  # noqa: ANN401
    """What datashader draws of a heat map with a pixel a bin, row by row from below; NaN where nothing is."""
    ranges = {"x_range": (-0.5, width - 0.5), "y_range": (-0.5, height - 0.5)}
    with quiet():
        image = rasterize(
            points.points(), aggregator=points.aggregator, width=width, height=height, dynamic=False, **ranges
        )
    pixels: Numbers = image.dimension_values(2, flat=False)
    return np.asarray(pixels, np.float64).reshape(-1)


def _numpy(column: Any) -> Numbers:  # noqa: ANN401
    missing = {"na_value": np.nan} if column.dtype.kind == "f" else {}
    numbers: Numbers = column.to_numpy(**missing)
    return numbers
