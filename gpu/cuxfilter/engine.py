"""cuxfilter as an engine, for the views that it has charts for: histograms, bars and heat maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cubes import AnyOf, Axis, Cancelled, CancelToken, Cube, CubeSpec, Filter, ViewSpec
from gpu.cuxfilter import charts
from gpu.cuxfilter.frame import ROW, WorkerFrame
from gpu.cuxfilter.integer_bounds import IntegerBounds
from gpu.cuxfilter.worker_client import WorkerClient
from gpu.engine import Source, resolve_rows
from gpu.resident.appendable_rows import AppendableRows
from gpu.scales import Scale

Filters = frozenset[Filter | AnyOf]


class UnsupportedCubeError(ValueError):
    """cuxfilter can't compute this cube, or not correctly: another engine must."""


class CuxfilterEngine:
    """An engine that holds one version of a dataset in a process that may hold others too.

    cuxfilter gets codes and never values. Its histograms therefore have our bins, its queries are exact, and
    names and texts can't be mistaken for something else.
    """

    name = "cuxfilter"

    def __init__(self, source: Source, client: WorkerClient) -> None:
        self._rows, self._client = AppendableRows(source), client
        self._frame = WorkerFrame(self._rows, client)
        self._bounds = IntegerBounds(self._rows)

    @property
    def row_count(self) -> int:
        return self._rows.row_count

    @property
    def nbytes(self) -> int:
        return self._frame.nbytes + self._rows.nbytes

    def load_codes(self, column: str, scale: Scale) -> None:
        with self._client.running_access():
            self._frame.ensure_column(Axis(column, scale))

    def append_rows(self, batch: pa.RecordBatch) -> None:
        with self._client.exclusive_access():
            first = self.row_count
            self._rows.append_batch(batch)
            if batch.num_rows:
                self._frame.extend_rows(first)

    def compute_mask(
        self, filters: Sequence[Filter | AnyOf], rows: range | None = None
    ) -> npt.NDArray[np.bool_]:
        with self._client.running_access():
            wanted = resolve_rows(rows, self.row_count)
            filter_ranges = self._column_ranges(frozenset(filters), wanted)
            answer = self._client.send_request("passing", frame=self._frame.name, filters=filter_ranges)
        passed = np.zeros(len(wanted), np.bool_)
        passed[answer.table[ROW].to_numpy() - wanted.start] = True
        return passed

    def compute_bitmask(
        self, filters: Sequence[Filter | AnyOf], rows: range | None = None
    ) -> npt.NDArray[np.uint8]:
        return np.packbits(self.compute_mask(filters, rows), bitorder="little")

    def compute_histogram(self, view: ViewSpec, filters: Sequence[Filter | AnyOf] = ()) -> Cube:
        return self.compute_cubes([CubeSpec(view, (), frozenset(filters))])[0]

    def refusal_reason(self, spec: CubeSpec) -> str | None:
        """Return why cuxfilter can't compute this cube; None if it can."""
        if spec.active:
            return "cuxfilter has no cubes: it counts again at every move of a brush"
        measure = spec.view.measure
        if measure.aggregate not in charts.SUM_AGGREGATES or measure.column is None:
            return None
        if len(spec.view.axes) == 2 and self._is_integer(measure.column):
            return "cuxfilter's heat maps sum integers as floats, which can't represent all of them"
        if self._bounds.can_overflow(measure.column):
            return "cuxfilter sums integers as int64, which the sum of these numbers may exceed"
        return None

    def compute_cubes(
        self, specs: Sequence[CubeSpec], cancel: CancelToken | None = None, rows: range | None = None
    ) -> list[Cube]:
        """Return one cube per spec, in order; cubes with the same filters come from one dashboard.

        Raises:
            UnsupportedCubeError: One of them can't be computed by cuxfilter.
            WorkerError: The process that runs cuxfilter failed or has ended.
            Cancelled: ``cancel`` was set before the last cube was complete.
        """
        for reason in filter(None, map(self.refusal_reason, specs)):
            raise UnsupportedCubeError(reason)
        cubes: dict[CubeSpec, Cube] = {}
        for filters in dict.fromkeys(spec.filters for spec in specs):
            if cancel is not None and cancel.is_cancelled:
                raise Cancelled
            cubes |= self._count_specs([spec for spec in specs if spec.filters == filters], filters, rows)
        return [cubes[spec] for spec in specs]

    def _count_specs(
        self, specs: list[CubeSpec], filters: Filters, rows: range | None
    ) -> dict[CubeSpec, Cube]:
        with self._client.running_access():
            filter_ranges = self._column_ranges(filters, resolve_rows(rows, self.row_count))
            charts_by_spec = [charts.build_charts(spec, self._frame) for spec in specs]
            flat = [chart for spec_charts in charts_by_spec for chart in spec_charts]
            answer = self._client.send_request(
                "count", frame=self._frame.name, filters=filter_ranges, charts=flat
            )
        numbers = iter(_split_by_chart(answer.table, len(flat)))
        return {
            spec: charts.build_cube(spec, [next(numbers) for _ in spec_charts])
            for spec, spec_charts in zip(specs, charts_by_spec, strict=True)
        }

    def _column_ranges(self, filters: Filters, rows: range) -> dict[str, charts.Ranges]:
        """Return the filters by column, including one for the requested rows."""
        self._frame.ensure_loaded()
        by_column = charts.build_filters(filters, self._frame)
        return by_column if rows == range(self.row_count) else by_column | {ROW: ((rows.start, rows.stop),)}

    def _is_integer(self, column: str) -> bool:
        first = self._rows.read_pieces(column, 0, min(1, self.row_count))
        return any(pa.types.is_integer(values.type) for _, values in first)


def _split_by_chart(table: pa.Table, chart_count: int) -> list[dict[str, charts.Array]]:
    """Return the arrays of each chart, by part."""
    arrays: list[dict[str, charts.Array]] = [{} for _ in range(chart_count)]
    for name in table.column_names:
        number, part = name.split(".")
        arrays[int(number)][part] = table[name].combine_chunks().values.to_numpy(zero_copy_only=False)
    return arrays
