"""The types of CSV columns, inferred from all cells: numbers, times, booleans, or else text.

The likely parsers are tried first, on a sample of each chunk and then on all of it. The others are tried once
no likely one is left. A column gets the type of a parser only if it can parse every cell, and only if all
parsers that can do so return the same values.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.ingest.cell_text import clear_missing, find_first, find_misfit
from datasets.ingest.column_evidence import CellPlace, NumberEvidence, TimeEvidence
from datasets.ingest.column_parser import BOOLEANS, TEXTS, ColumnParser, ParserFamily
from datasets.ingest.inference_notices import ColumnFindings, NearMiss, list_notices
from datasets.ingest.number_parsers import (
    INTEGERS,
    MIXED_UNITS,
    NUMBERS,
    find_unit,
    list_unit_parsers,
)
from datasets.ingest.parser_trial import CellChunk, ParserTrial
from datasets.ingest.time_parsers import YEAR_FIRST, YEAR_FIRST_ZONED
from datasets.ingest.written_forms import ODD_PARSERS

LIKELY_PARSERS = (BOOLEANS, INTEGERS, NUMBERS, YEAR_FIRST, YEAR_FIRST_ZONED)
DIGIT = re.compile("[0-9]")
NEAR_FAMILIES: tuple[ParserFamily, ...] = ("number", "time")
AGREEING = frozenset((INTEGERS.name, NUMBERS.name))
"""These return equal numbers for all that both can parse."""


class ColumnInference:
    """Infers the type of a column from all of its cells."""

    def __init__(self) -> None:
        self._row = 0
        self._first: CellPlace | None = None
        self._has_text = False
        self._markers: Counter[str] = Counter()
        self._likely = {parser.name: ParserTrial(parser) for parser in LIKELY_PARSERS}
        self._trials = list(self._likely.values())
        self._has_odd_trials = self._has_digits = False
        self._nearest: dict[ParserFamily, list[ParserTrial]] = {}
        self._alike: Counter[ParserFamily] = Counter()
        self._seen = 0
        self._conflicts: dict[tuple[str, str], CellPlace] = {}
        self._numbers, self._times = NumberEvidence(), TimeEvidence()

    def observe_cells(self, cells: pa.StringArray) -> None:
        """Take the next cells into account; empty ones are null."""
        first_row = self._row
        self._row += len(cells)
        if cells.null_count == len(cells) or not self._trials:
            return
        present, markers = clear_missing(cells)
        self._has_text = self._has_text or sum(markers.values()) + cells.null_count < len(cells)
        self._markers.update(markers)
        if present.null_count < len(present):
            self._observe_present(CellChunk(first_row, present))

    def _observe_present(self, chunk: CellChunk) -> None:
        before = {name: trial.misfit for name, trial in self._likely.items()}
        for trial in self._trials:
            trial.observe_chunk(chunk)
        if not self._has_odd_trials and not self._list_fitting():
            self._add_odd_trials(chunk, before)
        self._find_nearest(chunk)
        self._has_digits = self._has_digits or any(map(DIGIT.search, chunk.sample.to_pylist()))
        if self._first is None:
            self._first = chunk.get_place(int(chunk.sample_rows[0]))
        self._trials = [trial for trial in self._trials if not trial.is_hopeless]
        self._observe_evidence(chunk)

    def _add_odd_trials(self, chunk: CellChunk, before: dict[str, CellPlace | None]) -> None:
        """Try the other parsers, as if they had seen the chunks before; words without digits need none."""
        sample = chunk.sample.to_pylist()
        if not any(map(DIGIT.search, sample)):
            return
        self._has_odd_trials = True
        unit = find_unit(sample)
        for parser in (*ODD_PARSERS, *(list_unit_parsers(unit) if unit else ()), MIXED_UNITS):
            trial = ParserTrial(parser, self._find_earlier_misfit(parser, before))
            trial.observe_chunk(chunk)
            self._trials.append(trial)

    def _find_earlier_misfit(
        self, parser: ColumnParser, before: dict[str, CellPlace | None]
    ) -> CellPlace | None:
        """Return a cell of an earlier chunk that an odd parser can't parse, if it may have been there."""
        if self._first is None:
            return None
        if parser.includes is None:
            return self._first
        misfits = [before[name] for name in parser.includes]
        return min((misfit for misfit in misfits if misfit), key=lambda misfit: misfit.row, default=None)

    def _find_nearest(self, chunk: CellChunk) -> None:
        """Count the cells of the sample that look like numbers or times of any form."""
        for family in NEAR_FAMILIES:
            trials = [trial for trial in self._trials if trial.parser.family == family]
            if trials:
                self._nearest[family] = sorted(trials, key=lambda trial: trial.nearness, reverse=True)[:2]
                self._alike[family] += int(np.logical_or.reduce([trial.alike for trial in trials]).sum())
        self._seen += len(chunk.sample)

    def _list_fitting(self) -> list[ParserTrial]:
        return [trial for trial in self._trials if trial.misfit is None]

    def _observe_evidence(self, chunk: CellChunk) -> None:
        fitting = self._list_fitting()
        for one, other in combinations(fitting, 2):
            pair = one.parser.name, other.parser.name
            if pair not in self._conflicts and not AGREEING.issuperset(pair):
                row = _find_difference(one.values, other.values)
                if row is not None:
                    self._conflicts[pair] = chunk.get_place(row)
        if fitting and fitting[0].parser.family == "number":
            best = fitting[0]
            self._numbers.observe_numbers(chunk.cells, best.values, best.parser, chunk.first_row)
        elif fitting and fitting[0].parser.family == "time":
            zoned = fitting[0].parser.type.tz is not None
            self._times.observe_times(chunk.cells, fitting[0].values, chunk.first_row, zoned=zoned)

    @property
    def best_parser(self) -> ColumnParser | None:
        """The parser to use: that for text if no other fits; None for a column without a value."""
        if not self._has_text:
            return None
        fitting = self._list_fitting()
        if self._first is None or not fitting or self._find_conflict() or self._has_codes:
            return TEXTS
        parser = fitting[0].parser
        return replace(parser, type=self._times.type) if parser.family == "time" else parser

    @property
    def _has_codes(self) -> bool:
        is_number = self._list_fitting()[0].parser.family == "number"
        return is_number and (self._numbers.is_words_only or self._numbers.objection is not None)

    def _find_conflict(self) -> tuple[str, str] | None:
        """Return the names of two parsers that can both parse the column, but differently."""
        names = [trial.parser.name for trial in self._list_fitting()]
        return next((pair for pair in self._conflicts if set(pair) <= set(names)), None)

    def list_notices(self, name: str, find_line: Callable[[int], int]) -> Iterator[str]:
        """Yield what the person who imports should know about the column ``name``.

        ``find_line`` returns the line of the file in which a row begins; rows are counted from 0 in the order
        in which they were observed.
        """
        yield from list_notices(self._collect_findings(), name, find_line)

    def list_named_rows(self) -> set[int]:
        """Return the rows of which ``list_notices`` wants to know the line."""
        rows: set[int] = set()

        def add_row(row: int) -> int:
            rows.add(row)
            return row

        for _ in self.list_notices("", add_row):
            pass
        return rows

    def _collect_findings(self) -> ColumnFindings:
        parser, conflict = self.best_parser, self._find_conflict()
        return ColumnFindings(
            parser=parser,
            is_odd=self._has_odd_trials,
            markers=self._markers,
            conflict=(self._conflicts[conflict], conflict) if conflict else None,
            objection=self._numbers.objection if self._list_fitting() else None,
            near=self._find_near_miss(),
            numbers=self._numbers,
            times=self._times,
        )

    def _find_near_miss(self) -> NearMiss | None:
        """Return why the column is text if most of its cells look like numbers or times."""
        likely = [family for family in self._nearest if 2 * self._alike[family] > self._seen]
        if not likely or self._list_fitting() or not self._has_digits:
            return None
        near = max((self._nearest[family] for family in likely), key=lambda trials: trials[0].share)
        others = () if near[0].share > 0.5 else tuple(trial.parser.name for trial in near)
        return NearMiss(near[0].misfit, near[0].parser, others) if near[0].misfit else None


def parse_cells(parser: ColumnParser, cells: pa.StringArray) -> pa.Array:
    """Return the parsed cells; missing ones are null.

    Raises:
        pa.ArrowInvalid: a cell can't be parsed.
    """
    if parser.family == "text":
        return parser.parse(cells)
    present, _ = clear_missing(cells)
    values = parser.parse(present)
    row = find_misfit(present, values)
    if row is not None:
        raise pa.ArrowInvalid(f"{parser.name} expected, found {present[row].as_py()!r}")
    return pc.cast(values, parser.type)


def _find_difference(one: pa.Array, other: pa.Array) -> int | None:
    """Return the index of the first value that differs."""
    if pa.types.is_timestamp(one.type) != pa.types.is_timestamp(other.type):
        return find_first(pc.is_valid(one))
    return find_first(pc.not_equal(one, other))
