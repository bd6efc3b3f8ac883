"""Parsers of printed dates and times, one for each order of day, month and year, with and without a zone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from datasets.ingest.cell_text import keep_matching, map_distinct
from datasets.ingest.column_parser import ColumnParser
from datasets.ingest.time_zones import ZONE, shift_to_utc

TIME = pa.timestamp("us")
UTC_TIME = pa.timestamp("us", "UTC")
MICROSECONDS = {"H": 3_600_000_000, "M": 60_000_000, "S": 1_000_000}
HIGHEST = {"M": 59, "S": 59}
MONTHS = pa.array(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
PIVOT_YEAR = 69
"""Two digits from here on are a year of the 20th century, others of the 21st, as POSIX has it."""
PIVOT_REMARK = "two digits of a year from 69 on are taken as 1969 to 1999, others as 2000 to 2068"

YEAR, SHORT_YEAR, DAY, MONTH = "(?P<y>[0-9]{4})", "(?P<y>[0-9]{2})", "(?P<d>[0-9]{1,2})", "(?P<m>[0-9]{1,2})"
TWO_DIGIT_DAY, TWO_DIGIT_MONTH = "(?P<d>[0-9]{2})", "(?P<m>[0-9]{2})"
RECENT_YEAR = "(?P<y>(?:1[89]|2[01])[0-9]{2})"
ORDINAL_DAY = f"{DAY}(?:st|nd|rd|th)?"
MONTH_NAME = (
    "(?P<b>(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?))"
)
WEEKDAY = r"(?:(?i:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?i:day)?\.?,? +)?"
CLOCK = (
    r"(?:(?:,? +|T)(?P<H>[0-9]{1,2})(?::(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?)?"
    r"(?P<p> ?[AaPp]\.?[Mm]\.?)?)"
)
ZONED_CLOCK = f"{CLOCK} ?(?P<z>{ZONE})"

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DateForm:
    """An order in which dates are printed: patterns of its parts, and the signs that may be between them."""

    name: str
    parts: tuple[str, ...]
    separators: tuple[str, ...] = ("-", "/", r"\.")
    remark: str = ""

    def list_parsers(self) -> tuple[ColumnParser, ColumnParser]:
        """Return the parser for dates with or without a time, and that for times with a zone."""
        zoned = self.make_parser(f"{self.name}, with a zone", ZONED_CLOCK)
        return self.make_parser(self.name, f"{CLOCK}?"), replace(zoned, type=UTC_TIME)

    def make_parser(self, name: str, clock: str) -> ColumnParser:
        shape = f"^(?:{'|'.join(sign.join(self.parts) for sign in self.separators)}){clock}$"
        shape = re.sub(r"\(\?P<\w>", "(?:", shape)
        pattern = f"^{self._any_separator.join(self.parts)}{clock}$"
        parse = partial(_parse_distinct, shape=shape, pattern=pattern)
        return ColumnParser(name, "time", TIME, shape, parse, remark=self.remark)

    @property
    def _any_separator(self) -> str:
        return f"(?:{'|'.join(self.separators)})"


def _parse_distinct(cells: pa.StringArray, shape: str, pattern: str) -> pa.TimestampArray:
    return map_distinct(keep_matching(cells, shape), partial(_parse_parts, pattern=pattern))


def _parse_parts(cells: pa.StringArray, pattern: str) -> pa.TimestampArray:
    """Return the times of cells; null where they don't match, or where there is no such day or hour."""
    parts = pc.extract_regex(cells, pattern)
    texts = {field.name: pc.struct_field(parts, field.name) for field in parts.type}
    days, is_day = _count_days(_read_year(texts), _read_month(texts), _read_integers(texts, "d", 1))
    clock, is_clock = _count_microseconds(texts)
    valid = is_day & is_clock & parts.is_valid().to_numpy(zero_copy_only=False)
    times = pa.array(days * 86_400_000_000 + clock, mask=~valid).cast(TIME)
    return shift_to_utc(times, texts["z"]) if "z" in texts else times


def _read_integers(texts: dict[str, pa.StringArray], part: str, default: int = 0) -> Integers:
    if part not in texts:
        return np.full(len(next(iter(texts.values()))), default, np.int64)
    digits = pc.if_else(pc.equal(texts[part], ""), str(default), texts[part])
    numbers: Integers = pc.fill_null(pc.cast(digits, pa.int64()), default).to_numpy(zero_copy_only=False)
    return numbers


def _read_year(texts: dict[str, pa.StringArray]) -> Integers:
    years = _read_integers(texts, "y")
    short = pc.fill_null(pc.equal(pc.binary_length(texts["y"]), 2), False).to_numpy(zero_copy_only=False)
    return np.where(short, years + np.where(years >= PIVOT_YEAR, 1900, 2000), years)


def _read_month(texts: dict[str, pa.StringArray]) -> Integers:
    if "b" not in texts:
        return _read_integers(texts, "m")
    places = pc.index_in(pc.utf8_slice_codeunits(pc.ascii_lower(texts["b"]), 0, 3), MONTHS)
    months: Integers = pc.fill_null(places, -1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
    return months


def _count_days(year: Integers, month: Integers, day: Integers) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """Return the days since 1970, and whether there is such a day."""
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    first, next_first = (
        some.astype("datetime64[D]").astype(np.int64) for some in (months, months + np.timedelta64(1, "M"))
    )
    valid = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= next_first - first)
    return first + day - 1, valid


def _count_microseconds(texts: dict[str, pa.StringArray]) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """Return the microseconds since midnight, and whether there is such a time."""
    hours = _read_integers(texts, "H")
    valid = (hours >= 0) & (hours <= 23)
    if "p" in texts:
        half = pc.fill_null(pc.ascii_lower(texts["p"]), "")
        has_half, is_later = (
            pc.match_substring(half, letter).to_numpy(zero_copy_only=False) for letter in ("m", "p")
        )
        valid &= ~has_half | ((hours >= 1) & (hours <= 12))
        hours = np.where(has_half, hours % 12 + 12 * is_later, hours)
    clock = hours * MICROSECONDS["H"]
    for part, highest in HIGHEST.items():
        numbers = _read_integers(texts, part)
        valid &= numbers <= highest
        clock = clock + numbers * MICROSECONDS[part]
    return clock + _read_fractions(texts), valid


def _read_fractions(texts: dict[str, pa.StringArray]) -> Integers | int:
    """Return the microseconds of fractions of seconds; what is smaller is dropped."""
    if "f" not in texts:
        return 0
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(texts["f"], 6, "0"), 0, 6)
    return _read_integers({"f": padded}, "f")


def _make_fast(parser: ColumnParser, arrow_type: pa.DataType) -> ColumnParser:
    """Return a parser that tries Arrow's own one for ISO 8601 first, which is much faster."""

    def parse_times(cells: pa.StringArray) -> pa.Array:
        try:
            return pc.cast(pc.cast(cells, arrow_type), TIME)
        except pa.ArrowInvalid:
            return parser.parse(cells)

    return replace(parser, parse=parse_times)


_YEAR_FIRST = DateForm("dates, year first", (YEAR, MONTH, DAY))
YEAR_FIRST = _make_fast(_YEAR_FIRST.list_parsers()[0], TIME)
YEAR_FIRST_ZONED = _make_fast(_YEAR_FIRST.list_parsers()[1], UTC_TIME)
OTHER_FORMS = (
    DateForm("dates, day first", (DAY, MONTH, YEAR)),
    DateForm("dates, month first", (MONTH, DAY, YEAR), ("-", "/")),
    DateForm(
        "dates with the name of the month", (WEEKDAY + ORDINAL_DAY, MONTH_NAME, YEAR), ("-", "/", "[., ]+")
    ),
    DateForm("dates, name of the month first", (WEEKDAY + MONTH_NAME, ORDINAL_DAY, YEAR), ("-", "[., ]+")),
    DateForm("dates, day first, two digits of the year", (DAY, MONTH, SHORT_YEAR), ("-", "/"), PIVOT_REMARK),
    DateForm(
        "dates with points, two digits of the year",
        (TWO_DIGIT_DAY, TWO_DIGIT_MONTH, SHORT_YEAR),
        (r"\.",),
        PIVOT_REMARK,
    ),
    DateForm(
        "dates, month first, two digits of the year", (MONTH, DAY, SHORT_YEAR), ("-", "/"), PIVOT_REMARK
    ),
    DateForm(
        "dates, two digits of the year first",
        (SHORT_YEAR, TWO_DIGIT_MONTH, TWO_DIGIT_DAY),
        ("-", "/"),
        PIVOT_REMARK,
    ),
    DateForm(
        "dates with the name of the month, two digits of the year",
        (DAY, MONTH_NAME, SHORT_YEAR),
        ("-", "/", " "),
        PIVOT_REMARK,
    ),
)
YEAR_LAST = DateForm(
    "dates, the year behind the time", (WEEKDAY + MONTH_NAME, f"{DAY}{CLOCK}", YEAR), (" +",)
)
MONTH_REMARK = "each month is taken as its first day"
MONTH_FORMS = (
    DateForm("months", (RECENT_YEAR, TWO_DIGIT_MONTH), ("-", "/"), MONTH_REMARK),
    DateForm("months with names", (MONTH_NAME, RECENT_YEAR), ("-", " "), MONTH_REMARK),
)
TIMES_OF_DAY = ColumnParser(
    name="times of day",
    family="time",
    type=TIME,
    shape="^[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp][Mm])?$",
    parse=lambda cells: pa.nulls(len(cells), TIME),
    obstacle="a time of day without its date",
)
QUARTERS = ColumnParser(
    name="quarters or weeks",
    family="time",
    type=TIME,
    shape="^(?:[12][0-9]{3}[- ]?(?:Q[1-4]|W[0-5][0-9])|Q[1-4][-/ ]?[12][0-9]{3})$",
    parse=lambda cells: pa.nulls(len(cells), TIME),
    obstacle="a quarter or week without a day",
)
ODD_TIMES = (
    *(parser for form in OTHER_FORMS for parser in form.list_parsers()),
    *(form.make_parser(form.name, "") for form in (YEAR_LAST, *MONTH_FORMS)),
    TIMES_OF_DAY,
    QUARTERS,
)
