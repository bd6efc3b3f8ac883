"""One request for cubes: which cubes are known already, which are counted, and over which rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gpu.cubes import AnyOf, Cancelled, CancelToken, Cube, CubeSpec, Filter
from gpu.resident.aggregation import CubeTask, CubeTaskGroup
from gpu.resident.appendable_rows import AppendableRows
from gpu.resident.backend import ComputeBackend
from gpu.resident.exact_counting import count_exactly
from gpu.resident.request_context import RequestContext
from gpu.resident.unfiltered_cubes import UnfilteredCubeCache
from gpu.wide_sums import add_sums, subtract_sums

Filters = frozenset[Filter | AnyOf]
UnfilteredCubes = dict[CubeSpec, Cube]


def without_filters(spec: CubeSpec) -> CubeSpec:
    return replace(spec, filters=frozenset()) if spec.filters else spec


def _measure_key(spec: CubeSpec) -> tuple[str, str]:
    return spec.view.measure.column or "", spec.view.measure.aggregate


@dataclass(frozen=True, eq=False)
class EngineRequest:
    """A request for cubes over the rows from ``first_row`` to the context's last row, without later ones."""

    context: RequestContext
    unfiltered_cubes: UnfilteredCubeCache
    backend: ComputeBackend
    cancel: CancelToken
    first_row: int = 0

    @property
    def owner(self) -> AppendableRows:
        """Return the rows that known unfiltered cubes belong to."""
        return self.context.encoder.rows

    def compute_cubes(self, specs: Sequence[CubeSpec]) -> list[Cube]:
        """Return one cube per spec, in order."""
        unique = dict.fromkeys(specs)
        answers = {} if self.first_row else self._load_unfiltered(dict.fromkeys(map(without_filters, unique)))
        # Consecutive views of one measure share the gathering of its numbers.
        missing = sorted((spec for spec in unique if spec not in answers), key=_measure_key)
        groups = self._group_specs(missing, answers)
        cubes = self._count_groups(groups, range(self.first_row, self.context.row_count))
        inverted_flags = [group.is_inverted for group in groups for _ in group.tasks]
        for cube, is_inverted in zip(cubes, inverted_flags, strict=True):
            answers[cube.spec] = (
                subtract_cubes(answers[without_filters(cube.spec)], cube) if is_inverted else cube
            )
            if not (cube.spec.filters or self.first_row):
                self.unfiltered_cubes.put(self.owner, cube, self.context.row_count)
        return [answers[spec] for spec in specs]

    def _load_unfiltered(self, specs: Iterable[CubeSpec]) -> UnfilteredCubes:
        """Return the unfiltered cubes that are known, brought up to date with the request's rows."""
        known = {spec: self.unfiltered_cubes.get(self.owner, spec) for spec in specs}
        current = {spec: self._bring_up_to_date(*entry) for spec, entry in known.items() if entry is not None}
        return {spec: cube for spec, cube in current.items() if cube is not None}

    def _bring_up_to_date(self, known_rows: int, cube: Cube) -> Cube | None:
        """Return the unfiltered cube over the request's rows, made from one over ``known_rows`` rows.

        Return None if only counting all rows again is exact.
        """
        rows = self.context.row_count
        if known_rows == rows:
            return cube
        task = CubeTask.from_spec(cube.spec, replace(self.context, row_count=max(known_rows, rows)))
        if known_rows > rows and not task.is_subtractable:
            return None
        groups = [CubeTaskGroup(task.measure_filters, is_inverted=False, tasks=[task])]
        difference = self._count_groups(groups, range(min(known_rows, rows), max(known_rows, rows)))[0]
        if known_rows > rows:
            return subtract_cubes(cube, difference)
        self.unfiltered_cubes.put(self.owner, extended := add_cubes(cube, difference), rows)
        return extended

    def _group_specs(self, specs: list[CubeSpec], unfiltered: UnfilteredCubes) -> list[CubeTaskGroup]:
        """Return the specs as groups by the rows to count.

        If most rows pass and the unfiltered cube is known, a group counts the rows that fail instead.
        """
        filters = {spec.filters: self.context.list_filter_bits(spec.filters) for spec in specs}
        groups: dict[tuple[Filters, int, bool], CubeTaskGroup] = {}
        most_pass: dict[Filters, bool] = {}
        for spec in specs:
            task = self._create_task(spec)
            is_inverted = (
                bool(filters[spec.filters]) and task.is_subtractable and without_filters(spec) in unfiltered
            )
            if is_inverted and spec.filters not in most_pass:
                most_pass[spec.filters] = self.backend.most_rows_pass(
                    filters[spec.filters], self.context.row_count
                )
            is_inverted = is_inverted and most_pass[spec.filters]
            key = spec.filters, id(task.valid_bits), is_inverted
            group = groups.setdefault(
                key, CubeTaskGroup([*filters[spec.filters], *task.measure_filters], is_inverted)
            )
            group.tasks.append(task)
        return list(groups.values())

    def _count_groups(self, groups: list[CubeTaskGroup], rows: range) -> list[Cube]:
        return count_exactly(self.backend, groups, rows, self.cancel)

    def _create_task(self, spec: CubeSpec) -> CubeTask:
        if self.cancel.is_cancelled:
            raise Cancelled
        return CubeTask.from_spec(spec, self.context)


def add_cubes(one: Cube, other: Cube) -> Cube:
    """Return the cube over the rows of both cubes, which must have no rows in common."""
    return replace(
        one,
        count=one.count + other.count,
        sum=None if one.sum is None or other.sum is None else add_sums(one.sum, other.sum),
        low=None if one.low is None or other.low is None else np.minimum(one.low, other.low),
        high=None if one.high is None or other.high is None else np.maximum(one.high, other.high),
    )


def subtract_cubes(whole: Cube, part: Cube) -> Cube:
    """Return the cube of the rows of ``whole`` that aren't in ``part``, for counts and integer sums only.

    The result has the spec of ``part``.
    """
    total = None if whole.sum is None or part.sum is None else subtract_sums(whole.sum, part.sum)
    return replace(part, count=whole.count - part.count, sum=total)
