"""What the person who imports a CSV file is told about a column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from datasets.ingest.column_evidence import CellPlace, NumberEvidence, TimeEvidence
from datasets.ingest.column_parser import ColumnParser
from datasets.ingest.number_parsers import IP_ADDRESS

MAX_QUOTE_LENGTH = 60
MAX_MARKERS = 3
LineFinder = Callable[[int], int]


@dataclass(frozen=True)
class NearMiss:
    """The first cell that the nearest parser can't parse.

    ``others`` are the names of parsers that together could parse most cells, if no one can alone.
    """

    place: CellPlace
    parser: ColumnParser
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnFindings:
    """What was found out about a column.

    Args:
        parser: the parser that is used; None for a column without a value.
        is_odd: whether no likely parser fits.
        markers: how often each marker of a missing value was found.
        conflict: a cell that two parsers parse differently, and their names.
        objection: a cell because of which the column has codes, and why.
        near: why a column of text has no other type, if most of its cells look like numbers or times.
        numbers: what else the numbers show.
        times: what else the times show.
    """

    parser: ColumnParser | None
    is_odd: bool
    markers: Mapping[str, int]
    conflict: tuple[CellPlace, tuple[str, str]] | None
    objection: tuple[CellPlace, str] | None
    near: NearMiss | None
    numbers: NumberEvidence
    times: TimeEvidence


def list_notices(found: ColumnFindings, name: str, find_line: LineFinder) -> Iterator[str]:
    """Yield sentences about the column ``name``."""
    if found.parser is None:
        markers = f" ({_count_markers(found.markers)} taken as missing)" if found.markers else ""
        yield f"column {name!r} is left out: it has no values{markers}"
    elif found.parser.family == "text":
        yield from (f"column {name!r} {reason}" for reason in _list_text_reasons(found, find_line))
    else:
        yield from (f"column {name!r}: {remark}" for remark in _list_remarks(found, find_line))


def _list_text_reasons(found: ColumnFindings, find_line: LineFinder) -> Iterator[str]:
    """Yield why a column stays text of which most cells look like something else."""
    if found.conflict:
        place, (one, other) = found.conflict
        yield f"stays text because of {_quote_place(place, find_line)}: it could be {one} or {other}"
    elif found.objection:
        place, reason = found.objection
        yield f"stays text because of {_quote_place(place, find_line)}: {reason}"
    elif found.near and not re.search(IP_ADDRESS, found.near.place.text):
        cell = _quote_place(found.near.place, find_line)
        yield f"stays text because of {cell}{_explain_near_miss(found.near)}"


def _list_remarks(found: ColumnFindings, find_line: LineFinder) -> Iterator[str]:
    """Yield what was decided about a column of numbers, times or booleans that isn't plain to see."""
    parser = found.parser
    if parser and found.is_odd:
        yield f"its cells are read as {parser.name}{parser.remark and f'; {parser.remark}'}"
    if found.markers:
        yield f"{_count_markers(found.markers)} taken as missing"
    if parser and parser.family == "number" and parser.plain and found.numbers.rounded:
        place = _quote_place(found.numbers.rounded, find_line)
        yield f"numbers with more digits than 64-bit floats hold are rounded, the first in {place}"
    if parser and parser.family == "time":
        yield from found.times.list_remarks()
        if found.times.finer:
            place = _quote_place(found.times.finer, find_line)
            yield f"fractions of a microsecond are dropped, the first in {place}"


def _quote_place(place: CellPlace, find_line: LineFinder) -> str:
    return f"line {find_line(place.row)} {place.text[:MAX_QUOTE_LENGTH]!r}"


def _count_markers(markers: Mapping[str, int]) -> str:
    """Return how many cells have which marker, the most frequent ones first, with a verb."""
    ranked = sorted(markers.items(), key=lambda item: (-item[1], item[0]))
    listed = [f"{count:,} {'cell' if count == 1 else 'cells'} with {marker}" for marker, count in ranked]
    if len(listed) > MAX_MARKERS:
        rest = sum(count for _, count in ranked[MAX_MARKERS:])
        listed = [*listed[:MAX_MARKERS], f"{rest:,} with other markers"]
    said = " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
    return f"{said} {'is' if sum(markers.values()) == 1 else 'are'}"


def _explain_near_miss(near: NearMiss) -> str:
    if near.others:
        return f": its cells are written in several ways, among them {' and '.join(near.others)}"
    return f"{_explain_misfit(near.place.text, near.parser)}; other cells look like {near.parser.name}"


def _explain_misfit(text: str, parser: ColumnParser) -> str:
    """Return why a cell that looks like a number or a time is none; empty if that is plain to see."""
    if not re.search(parser.shape, text):
        return ""
    if parser.obstacle or parser.family == "time":
        return f", {parser.obstacle or 'which names no time, or not exactly one'}"
    if re.match(r"^[^0-9]*0[0-9]", text):
        return ", which would lose its leading zero"
    digits = re.sub("[^0-9]", "", text)
    return f", which has {len(digits)} digits, more than a number can hold exactly"
