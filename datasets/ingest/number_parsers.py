"""Parsers of printed numbers: plain ones, with grouped digits, with a decimal comma, with a unit."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from datasets.ingest.cell_text import NO_CELL, keep_matching
from datasets.ingest.column_parser import ColumnParser
from datasets.ingest.number_digits import cast_integers, cast_numbers

EXPONENT = "(?:[eE][+-]?[0-9]+)?"
SIGN = "[+\u2212-]?"
SPACE = "[ \u00a0\u202f]?"
SPACES = "[ \u00a0\u2009\u202f'\u2019]"
OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
IP_ADDRESS = rf"^(?:{OCTET}\.){{3}}{OCTET}$"
WORDS = "(?i:inf|infinity|nan)"
UNITS = ("%", "$", "€", "£", "¥", "₹", "US$", "USD", "EUR", "GBP", "CHF", "JPY")
UNIT_PATTERN = "|".join(map(re.escape, sorted(UNITS, key=len, reverse=True)))
UNIT_SEARCH = re.compile(rf"^{SIGN} ?(?P<before>{UNIT_PATTERN})|(?P<after>{UNIT_PATTERN})$")


@dataclass(frozen=True)
class NumberForm:
    """A way to print numbers: patterns of the sign that groups digits by thousands, and the decimal sign."""

    name: str
    group: str
    decimal: str

    @property
    def digits(self) -> str:
        """The pattern of the whole part, which has no leading zero."""
        if not self.group:
            return "(?:0|[1-9][0-9]*)"
        grouped = f"[1-9][0-9]{{0,2}}(?:{self.group}[0-9]{{3}})+"
        lakhs = "|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}" if self.group == "," else ""
        return f"(?:0|[1-9][0-9]*|{grouped}{lakhs})"

    @property
    def fraction(self) -> str:
        return rf"(?:{self.digits}(?:{self.decimal}[0-9]*)?|{self.decimal}[0-9]+)"

    def list_parsers(self) -> tuple[ColumnParser, ColumnParser]:
        """Return the parsers for whole numbers and for all numbers of this form."""
        group_size = "{2,3}" if self.group == "," else "{3}"
        loose = f"(?:[0-9]+(?:{self.group}[0-9]{group_size})*)" if self.group else "[0-9]+"
        whole, real = f"^{SIGN}{self.digits}$", f"^{SIGN}(?:{self.fraction}{EXPONENT}|{WORDS})$"
        loose_real = f"(?:{loose}(?:{self.decimal}[0-9]*)?|{self.decimal}[0-9]+)"

        def get_plain(cells: pa.StringArray) -> pa.StringArray:
            return self.normalise_numbers(keep_matching(cells, real))

        return (
            ColumnParser(
                name=f"whole numbers{self.name}",
                family="number",
                type=pa.int64(),
                shape=f"^{SIGN}{loose}$",
                parse=lambda cells: cast_integers(self.normalise_numbers(keep_matching(cells, whole))),
                includes=("whole numbers",),
            ),
            ColumnParser(
                name=f"numbers{self.name}",
                family="number",
                type=pa.float64(),
                shape=f"^{SIGN}(?:{loose_real}{EXPONENT}|{WORDS})$",
                parse=lambda cells: cast_numbers(get_plain(cells)),
                includes=("numbers",) if self.decimal == r"\." else ("whole numbers", "numbers"),
                plain=get_plain,
            ),
        )

    def normalise_numbers(self, cells: pa.StringArray) -> pa.StringArray:
        """Return cells of this form as plain numbers."""
        if self.group == r"\.":
            cells = pc.if_else(pc.match_substring_regex(cells, IP_ADDRESS), NO_CELL, cells)
        if self.group:
            cells = pc.replace_substring_regex(cells, self.group, "")
        if self.decimal == ",":
            cells = pc.replace_substring(cells, ",", ".")
        if any(pc.any(pc.starts_with(cells, sign)).as_py() for sign in "+\u2212"):
            cells = pc.replace_substring_regex(cells, r"^\+", "")
            cells = pc.replace_substring_regex(cells, "^\u2212", "-")
        return cells


PLAIN = NumberForm("", "", r"\.")
ODD_FORMS = (
    NumberForm(" with commas between thousands", ",", r"\."),
    NumberForm(" with a decimal comma", r"\.", ","),
    NumberForm(" with spaces or apostrophes between thousands", SPACES, r"\."),
    NumberForm(" with spaces or apostrophes between thousands and a decimal comma", SPACES, ","),
)
INTEGERS, NUMBERS = PLAIN.list_parsers()
ODD_NUMBERS = tuple(parser for form in ODD_FORMS for parser in form.list_parsers())

MIXED_UNITS = ColumnParser(
    name="numbers with different signs",
    family="number",
    type=pa.float64(),
    shape=f"^{SIGN} ?(?:(?:{UNIT_PATTERN}){SPACE}[0-9.,]+|[0-9.,]+{SPACE}(?:{UNIT_PATTERN}))$",
    parse=lambda cells: pa.nulls(len(cells), pa.float64()),
    obstacle="whose sign others don't have",
)


def find_unit(cells: list[str]) -> str | None:
    """Return the percent or currency sign that most of the cells have before or after a number."""
    found = Counter(
        match["before"] or match["after"] for cell in cells if (match := UNIT_SEARCH.search(cell))
    )
    unit, count = found.most_common(1)[0] if found else (None, 0)
    return unit if 2 * count > len(cells) else None


def list_unit_parsers(unit: str) -> tuple[ColumnParser, ...]:
    """Return parsers for numbers of any form that all have this sign, which is left out."""
    return tuple(_require_unit(parser, unit) for parser in (INTEGERS, NUMBERS, *ODD_NUMBERS))


def _strip_unit(cells: pa.StringArray, unit: str) -> pa.StringArray:
    """Return the cells without the unit; null where it is missing."""
    before = f"^({SIGN}) ?{re.escape(unit)}{SPACE}({SIGN}[0-9.,])"
    after = f"^(.*[0-9.,]){SPACE}{re.escape(unit)}$"
    marked = keep_matching(cells, f"{before}|{after}")
    bare = pc.replace_substring_regex(pc.replace_substring_regex(marked, before, r"\1\2"), after, r"\1")
    return pc.if_else(pc.match_substring_regex(bare, UNIT_PATTERN), NO_CELL, bare)


def _require_unit(parser: ColumnParser, unit: str) -> ColumnParser:
    loose, plain = parser.shape.removeprefix("^").removesuffix("$"), parser.plain
    quoted = re.escape(unit)
    return replace(
        parser,
        name=f"{parser.name} and {unit}" if " with " in parser.name else f"{parser.name} with {unit}",
        shape=f"^(?:{SIGN} ?{quoted}{SPACE}{loose}|{loose}{SPACE}{quoted})$",
        parse=lambda cells: parser.parse(_strip_unit(cells, unit)),
        includes=None,
        plain=plain and (lambda cells: plain(_strip_unit(cells, unit))),
        remark="the sign is left out",
    )
