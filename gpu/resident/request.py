"""One request for cubes: what is known already, what is counted, and over which rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gpu.cubes import AnyOf, Cancel, Cancelled, Cube, CubeSpec, Filter
from gpu.resident.aggregation import Group, Tally
from gpu.resident.algebra import added, without
from gpu.resident.appendable_rows import Rows
from gpu.resident.backend import Counter
from gpu.resident.request_context import Resident
from gpu.resident.unfiltered_cubes import Known

Filters = frozenset[Filter | AnyOf]
Wholes = dict[CubeSpec, Cube]


def unfiltered(spec: CubeSpec) -> CubeSpec:
    return replace(spec, filters=frozenset()) if spec.filters else spec


def _measured(spec: CubeSpec) -> tuple[str, str]:
    return spec.view.measure.column or "", spec.view.measure.aggregate


@dataclass(frozen=True, eq=False)
class Request:
    """Cubes over the rows from ``start`` to before ``resident.rows``, whatever is appended meanwhile."""

    resident: Resident
    known: Known
    counter: Counter
    cancel: Cancel
    start: int = 0

    @property
    def owner(self) -> Rows:
        """Whose cubes the known ones are."""
        return self.resident.coder.rows

    def answer(self, specs: Sequence[CubeSpec]) -> list[Cube]:
        """One cube a spec, in order."""
        unique = dict.fromkeys(specs)
        answers = {} if self.start else self._wholes(dict.fromkeys(map(unfiltered, unique)))
        # Views of one measure side by side share the gathering of its numbers.
        missing = sorted((spec for spec in unique if spec not in answers), key=_measured)
        groups = self._groups(missing, answers)
        cubes = self.counter.count(groups, self.start, self.resident.rows, self.cancel)
        inverted = [group.inverted for group in groups for _ in group.tallies]
        for cube, flip in zip(cubes, inverted, strict=True):
            answers[cube.spec] = without(answers[unfiltered(cube.spec)], cube) if flip else cube
            if not (cube.spec.filters or self.start):
                self.known.put(self.owner, cube, self.resident.rows)
        return [answers[spec] for spec in specs]

    def _wholes(self, specs: Iterable[CubeSpec]) -> Wholes:
        """The unfiltered cubes that are known, brought to the last row."""
        found = {spec: self.known.get(self.owner, spec) for spec in specs}
        current = {spec: self._current(*known) for spec, known in found.items() if known is not None}
        return {spec: cube for spec, cube in current.items() if cube is not None}

    def _current(self, known: int, cube: Cube) -> Cube | None:
        """The cube of ``known`` rows made that of all of this request; None where counting anew is exact."""
        rows = self.resident.rows
        if known == rows:
            return cube
        tally = Tally.of(cube.spec, replace(self.resident, rows=max(known, rows)))
        if known > rows and not tally.additive:
            return None
        groups = [Group(tally.present, inverted=False, tallies=[tally])]
        between = self.counter.count(groups, min(known, rows), max(known, rows), self.cancel)[0]
        if known > rows:
            return without(cube, between)
        self.known.put(self.owner, whole := added(cube, between), rows)
        return whole

    def _groups(self, specs: list[CubeSpec], wholes: Wholes) -> list[Group]:
        """The specs by the rows they count: where most rows pass and the whole is known, those that fail."""
        filters = {spec.filters: self.resident.all_bits(spec.filters) for spec in specs}
        groups: dict[tuple[Filters, int, bool], Group] = {}
        mostly: dict[Filters, bool] = {}
        for spec in specs:
            tally = self._tally(spec)
            invert = bool(filters[spec.filters]) and tally.additive and unfiltered(spec) in wholes
            if invert and spec.filters not in mostly:
                mostly[spec.filters] = self.counter.most_pass(filters[spec.filters], self.resident.rows)
            invert = invert and mostly[spec.filters]
            key = spec.filters, id(tally.valid), invert
            group = groups.setdefault(key, Group([*filters[spec.filters], *tally.present], invert))
            group.tallies.append(tally)
        return list(groups.values())

    def _tally(self, spec: CubeSpec) -> Tally:
        if self.cancel.is_set:
            raise Cancelled
        return Tally.of(spec, self.resident)
