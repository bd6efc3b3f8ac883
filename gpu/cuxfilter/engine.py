"""cuxfilter as an engine, for the views it has charts for: histograms, bars and heat maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cubes import AnyOf, Axis, Cancel, Cancelled, Cube, CubeSpec, Filter, View
from gpu.cuxfilter import charts
from gpu.cuxfilter.frame import ROW, Frame
from gpu.cuxfilter.worker_client import Counter
from gpu.engine import Source, asked
from gpu.resident.appendable_rows import Rows
from gpu.scales import Scale

Filters = frozenset[Filter | AnyOf]


class UnsupportedError(ValueError):
    """cuxfilter can't answer this, or not rightly: another engine must."""


class CuxfilterEngine:
    """One version of a dataset, in a process that may hold others too.

    cuxfilter gets codes and never values: its histograms then have our bins, its queries are exact, and names
    and texts can't be mistaken for something else.
    """

    name = "cuxfilter"

    def __init__(self, source: Source, counter: Counter) -> None:
        self._rows, self._counter = Rows(source), counter
        self._frame = Frame(self._rows, counter)

    @property
    def rows(self) -> int:
        return self._rows.count

    @property
    def nbytes(self) -> int:
        return self._frame.nbytes + self._rows.nbytes

    def load(self, column: str, scale: Scale) -> None:
        with self._counter.turn():
            self._frame.name_of(Axis(column, scale))

    def append(self, batch: pa.RecordBatch) -> None:
        with self._counter.alone():
            first = self.rows
            self._rows.append(batch)
            if batch.num_rows:
                self._frame.extend(first)

    def mask(self, filters: Sequence[Filter | AnyOf], rows: range | None = None) -> npt.NDArray[np.bool_]:
        with self._counter.turn():
            wanted = asked(rows, self.rows)
            held = self._held(frozenset(filters), wanted)
            answer = self._counter.ask("passing", frame=self._frame.name, filters=held)
        passed = np.zeros(len(wanted), np.bool_)
        passed[answer.table[ROW].to_numpy() - wanted.start] = True
        return passed

    def bits(self, filters: Sequence[Filter | AnyOf], rows: range | None = None) -> npt.NDArray[np.uint8]:
        return np.packbits(self.mask(filters, rows), bitorder="little")

    def histogram(self, view: View, filters: Sequence[Filter | AnyOf] = ()) -> Cube:
        return self.cubes([CubeSpec(view, (), frozenset(filters))])[0]

    def refusal(self, spec: CubeSpec) -> str | None:
        """Why cuxfilter can't answer this; None if it can."""
        if spec.active:
            return "cuxfilter has no cubes: it counts anew at every move of a brush"
        measure = spec.view.measure
        adds = measure.aggregate in charts.TOTALS
        if len(spec.view.axes) == 2 and adds and measure.column and self._is_integer(measure.column):
            return "the sums of cuxfilter's heat maps are floats, which don't hold every integer"
        return None

    def cubes(
        self, specs: Sequence[CubeSpec], cancel: Cancel | None = None, rows: range | None = None
    ) -> list[Cube]:
        """One cube a spec, in order; those of the same filters come from one dashboard.

        Raises:
            UnsupportedError: one of them is refused.
            ProcessError: the process that runs cuxfilter could not, or has ended.
            Cancelled: ``cancel`` was set before the last cube was complete.
        """
        for reason in filter(None, map(self.refusal, specs)):
            raise UnsupportedError(reason)
        found: dict[CubeSpec, Cube] = {}
        for filters in dict.fromkeys(spec.filters for spec in specs):
            if cancel is not None and cancel.is_set:
                raise Cancelled
            found |= self._counted([spec for spec in specs if spec.filters == filters], filters, rows)
        return [found[spec] for spec in specs]

    def _counted(self, specs: list[CubeSpec], filters: Filters, rows: range | None) -> dict[CubeSpec, Cube]:
        with self._counter.turn():
            held = self._held(filters, asked(rows, self.rows))
            wanted = [charts.charts(spec, self._frame) for spec in specs]
            flat = [chart for each in wanted for chart in each]
            answer = self._counter.ask("count", frame=self._frame.name, filters=held, charts=flat)
        numbers = iter(_numbers(answer.table, len(flat)))
        return {
            spec: charts.cube(spec, [next(numbers) for _ in each])
            for spec, each in zip(specs, wanted, strict=True)
        }

    def _held(self, filters: Filters, rows: range) -> dict[str, charts.Ranges]:
        """The filters by column, the rows that are asked for among them."""
        self._frame.begin()
        held = charts.filters(filters, self._frame)
        return held if rows == range(self.rows) else held | {ROW: ((rows.start, rows.stop),)}

    def _is_integer(self, column: str) -> bool:
        first = self._rows.read(column, 0, min(1, self.rows))
        return any(pa.types.is_integer(values.type) for _, values in first)


def _numbers(table: pa.Table, charts_: int) -> list[dict[str, charts.Array]]:
    """The arrays of each chart, by part."""
    found: list[dict[str, charts.Array]] = [{} for _ in range(charts_)]
    for name in table.column_names:
        number, part = name.split(".")
        found[int(number)][part] = table[name].combine_chunks().values.to_numpy(zero_copy_only=False)
    return found
