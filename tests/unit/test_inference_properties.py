"""Columns of printed values come back exact, whatever their form and wherever a chunk ends.

The judges are Python's int, Decimal and datetime.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import chain

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from datasets.ingest.inference import ColumnInference, parse_cells

GROUPS = {",": ".", "\u00a0": ",", "\u202f": ".", " ": ".", "'": "."}
"""Signs between thousands, and a decimal sign that goes with each."""
DATES = st.dates(date(1, 1, 1), date(9999, 12, 31))
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001 printed without a zone


def read_column(cells, cut=0):
    """Return the parsed values and the notices of a column that comes in two chunks."""
    inference = ColumnInference()
    chunks = [pa.array(part, pa.string()) for part in (cells[:cut], cells[cut:])]
    for chunk in chunks:
        inference.observe_cells(chunk)
    notices = list(inference.list_notices("x", lambda row: row + 2))
    parser = inference.best_parser
    values = [] if parser is None else [parse_cells(parser, chunk).to_pylist() for chunk in chunks]
    return list(chain.from_iterable(values)), notices


def cut_anywhere(values):
    return st.tuples(st.lists(values, min_size=1, max_size=30), st.integers(0, 30))


@given(cut_anywhere(st.integers(-(2**70), 2**70)))
def test_whole_numbers_keep_every_digit(drawn):
    numbers, cut = drawn
    values, notices = read_column([str(number) for number in numbers], cut)
    assert [int(value) for value in values] == numbers
    assert notices or all(isinstance(value, int) for value in values) or all(map(is_float_exact, numbers))


def is_float_exact(number):
    return int(float(number)) == number


@given(cut_anywhere(st.integers(-(2**40), 2**40)), st.sampled_from(list(GROUPS)))
def test_grouped_whole_numbers_come_back_or_are_told(drawn, group):
    numbers, cut = drawn
    values, notices = read_column([f"{number:,}".replace(",", group) for number in numbers], cut)
    if not any("it could be" in notice for notice in notices):
        assert values == numbers


@given(
    cut_anywhere(st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False)),
    st.sampled_from([*GROUPS.items(), (".", ","), ("", ","), ("", ".")]),
)
def test_decimals_come_back_in_any_form(drawn, signs):
    numbers, cut = drawn
    table = str.maketrans({",": signs[0], ".": signs[1]})
    values, _ = read_column([f"{number:,}".translate(table) for number in numbers], cut)
    assert values == [float(number) for number in numbers]


@given(cut_anywhere(st.decimals(allow_nan=False, allow_infinity=False)))
def test_no_decimal_loses_digits_without_a_notice(drawn):
    numbers, cut = drawn
    values, notices = read_column([f"{number:f}" for number in numbers], cut)
    if not notices:
        assert [Decimal(repr(value)) for value in values] == numbers
    assert len(values) == len(numbers)


@given(cut_anywhere(st.one_of(st.integers(0, 2**64).map(str), st.decimals(0, 9, places=1).map(str))))
def test_different_identifiers_stay_different(drawn):
    cells, cut = drawn
    values, _ = read_column(cells, cut)
    assert len({Decimal(str(value)) for value in values}) == len({Decimal(cell) for cell in cells})


@given(
    cut_anywhere(DATES),
    st.sampled_from(["%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%d %b %Y", "%B %d, %Y"]),
)
def test_dates_come_back_or_are_told_to_be_uncertain(drawn, form):
    dates, cut = drawn
    cells = [day.strftime(form.replace("%Y", f"{day.year:04}")) for day in dates]
    values, notices = read_column(cells, cut)
    assert values == (cells if any("it could be" in notice for notice in notices) else dates)


@given(
    cut_anywhere(TIMES),
    st.sampled_from(["%d.%m.%Y %H:%M:%S.%f", "%B %d, %Y %I:%M:%S.%f %p", "%Y-%m-%dT%H:%M:%S.%f"]),
)
def test_times_come_back_exact(drawn, form):
    times, cut = drawn
    values, _ = read_column([time.strftime(form.replace("%Y", f"{time.year:04}")) for time in times], cut)
    is_date_only = not any(isinstance(value, datetime) for value in values)
    assert values == ([time.date() for time in times] if is_date_only else times)


@given(cut_anywhere(st.tuples(TIMES, st.integers(-14 * 60, 14 * 60))))
def test_zoned_times_come_back_as_the_same_instants(drawn):
    pairs, cut = drawn
    times = [time.replace(tzinfo=timezone(timedelta(minutes=offset))) for time, offset in pairs]
    values, _ = read_column([time.isoformat() for time in times], cut)
    assert values == [time.astimezone(UTC) for time in times]


@given(
    st.lists(st.one_of(st.integers(-(2**53), 2**53).map(str), DATES.map(str)), min_size=1, max_size=1),
    st.integers(3, 40),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_one_bad_cell_makes_text_and_is_named(like, count, place, cut):
    cells = like * count
    cells.insert(min(place, count), "err")
    values, notices = read_column(cells, cut)
    assert values == cells
    assert any(f"line {min(place, count) + 2} 'err'" in notice for notice in notices), notices


@given(cut_anywhere(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)))
def test_any_text_is_kept_or_parsed_in_full(drawn):
    cells, cut = drawn
    values, notices = read_column(cells, cut)
    assert len(values) == len(cells) or "is left out" in notices[0]
