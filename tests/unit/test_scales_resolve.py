"""From a view's wish and a column's profile to a scale with round edges."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu.column_profile import ColumnProfile
from gpu.scales import BooleanScale, CategoryScale, LinearScale, ScaleSpec, resolve_scale
from tests.unit.hypothesis_examples import with_examples

DAY = 86_400_000
with_more_examples = with_examples(120)


def make_profile(kind="number", minimum=None, maximum=None, **more):
    return ColumnProfile(kind=kind, rows=100, nulls=0, minimum=minimum, maximum=maximum, **more)


def scale_for_column(type_, column, domain=None, top=None):
    return resolve_scale(ScaleSpec(type=type_, domain=domain, top=top), column)


def parse_milliseconds(text):
    return int(np.datetime64(text, "ms").astype(np.int64))


# Numbers

DISTANCE = make_profile(integer=True, minimum=31, maximum=4962, low=67, high=2700)


@pytest.mark.parametrize(
    ("column", "lo", "step", "levels", "choices"),
    [
        (
            make_profile(integer=True, minimum=-80, maximum=1400, low=-25, high=152),
            -30, 1, 190, [19, 38, 95, 190],
        ),
        (DISTANCE, 0, 5, 560, [14, 28, 56, 140, 280, 560]),
        (make_profile(integer=True, minimum=0, maximum=23, low=0, high=23), 0, 1, 24, [12, 24]),
        (make_profile(integer=True, minimum=1, maximum=31, low=1, high=31), 1, 1, 31, [31]),
        (make_profile(integer=True, minimum=0, maximum=9, low=0, high=2), 0, 1, 10, [2, 5, 10]),
        (make_profile(minimum=-158, maximum=-66, low=-157.9, high=-66.5), -160, 0.2, 475, [19, 95, 475]),
        (make_profile(minimum=0, maximum=0.95), 0, 0.002, 500, [2, 5, 10, 20, 50, 100, 500]),
    ],
)  # fmt: skip
def test_default_domains_are_round(column, lo, step, levels, choices):
    scale = scale_for_column("linear", column)
    assert (scale.lo, scale.step, scale.levels) == (lo, step, levels)
    assert scale.list_bin_counts() == choices


@pytest.mark.parametrize(
    ("column", "lo", "hi", "levels"),
    [
        (make_profile(), 0, 1, 500),
        (make_profile(integer=True), 0, 1, 1),
        (make_profile(integer=True, minimum=7, maximum=7, low=7, high=7), 7, 8, 1),
        (make_profile(minimum=0, maximum=0), -0.5, 0.5, 500),
        (make_profile(minimum=250, maximum=250), 247.5, 252.5, 500),
        (make_profile(minimum=-1e300, maximum=1e300), -1e300, 1.2e300, 440),
        (make_profile(minimum=-1.7e308, maximum=1.7e308), -1e308, 1.2e308, 440),
        (make_profile(integer=True, minimum=-(2.0**63), maximum=2.0**63), -1e19, 1e19, 400),
    ],
)
def test_degenerate_columns_have_scales_too(column, lo, hi, levels):
    scale = scale_for_column("linear", column)
    assert (scale.edges[0], scale.edges[-1], scale.levels) == (lo, hi, levels)


any_numbers = st.floats(-1e308, 1e308) | st.integers(-1000, 1000).map(float) | st.floats(-10, 10)


@with_more_examples
@given(st.lists(any_numbers, min_size=4, max_size=4).map(sorted), st.booleans())
def test_any_column_gets_a_round_scale(found, integer):
    minimum, low, high, maximum = map(math.floor, found) if integer else found
    column = make_profile(minimum=minimum, maximum=maximum, low=low, high=high, integer=integer)
    scale = scale_for_column("linear", column)
    assert 1 <= scale.levels <= 600
    assert Decimal(repr(scale.step)).normalize().as_tuple().digits in [(1,), (2,), (5,)]
    assert scale.edges[0] <= low
    assert scale.edges[-1] > high
    if integer:
        assert scale.step.is_integer()
        assert scale.edges[0].is_integer()


@with_more_examples
@given(st.lists(any_numbers, min_size=2, max_size=2, unique=True).map(sorted), st.booleans())
def test_a_zoom_is_never_narrower_and_little_wider(domain, integer):
    lo, hi = domain
    scale = scale_for_column("linear", make_profile(integer=integer), domain)
    assert scale.edges[0] <= lo
    assert scale.edges[-1] >= hi
    least = max(float(integer), 20 * np.spacing(max(abs(lo), abs(hi))))
    spare = max((hi - lo) / 25, 10 * least)
    assert lo - scale.edges[0] <= spare
    assert scale.edges[-1] - hi <= spare
    assert scale.levels >= min(100, (hi - lo) / least / 10)


def test_zoomed_bins_are_round():
    assert scale_for_column("linear", make_profile(), (3.7, 18.2)) == LinearScale(
        lo=3.5, step=0.05, levels=300
    )
    assert scale_for_column("linear", make_profile(integer=True), (-7, 23)) == LinearScale(
        lo=-7, step=1, levels=30
    )
    assert scale_for_column("linear", make_profile(integer=True), (0.2, 0.4)) == LinearScale(
        lo=0, step=1, levels=1
    )


# Logarithms


@pytest.mark.parametrize(
    ("column", "lo", "hi", "choices"),
    [
        (make_profile(minimum=1, maximum=31_000), 1, 1e5, [5, 15, 25, 50, 100, 200, 400]),
        (make_profile(minimum=3, maximum=50), 2.5, 63, [7, 14, 28, 56, 112, 560]),
        (make_profile(minimum=-3, maximum=9e3, low=2, high=900), 2, 1000, [8, 27, 54, 108, 216]),
        (make_profile(minimum=5, maximum=5), 5, 5.15, [2, 4, 20, 40, 200, 400]),
        (make_profile(minimum=1e-310, maximum=1e308), 1e-300, 1e300, [6, 12, 30, 60, 120, 300, 600]),
        (make_profile(), 1, 10, [3, 5, 10, 20, 40, 80, 400]),
        (make_profile(minimum=0, maximum=31_000, integer=True), 1, 1e5, [5, 15, 25, 50, 100, 200, 400]),
        (make_profile(minimum=0, maximum=50, least_positive=3), 2.5, 63, [7, 14, 28, 56, 112, 560]),
    ],
)
def test_log_domains(column, lo, hi, choices):
    scale = scale_for_column("log", column)
    assert scale.edges[0] == lo
    assert scale.edges[-1] == pytest.approx(hi, rel=0.02)
    assert scale.list_bin_counts() == choices


@with_more_examples
@given(st.floats(1e-300, 1e300), st.floats(1e-300, 1e300))
def test_any_log_zoom_is_covered(lo, hi):
    if lo >= hi:
        lo, hi = hi / 2 + 5e-301, lo * 1.0 + 1e-300
    scale = scale_for_column("log", make_profile(), (lo, hi))
    assert scale.edges[0] <= lo
    assert scale.edges[-1] >= hi
    assert scale.code_count <= 605


# Times


@pytest.mark.parametrize(
    ("extent", "unit", "domain", "choices"),
    [
        (("2001-01-01T00:05", "2001-06-30T23:40"), "12h", ("2001-01-01", "2001-07-01"), [2, 6, 26, 181, 362]),
        (("2001-01-01", "2002-12-31"), "1d", ("2001-01-01", "2003-01-01"), [2, 8, 24, 105, 730]),
        (("2010-03-05", "2019-10-01"), "1w", ("2010-01-01", "2020-01-01"), [2, 10, 40, 120, 523]),
        (
            ("1969-12-31T22:00", "1970-01-01T03:00"),
            "1m",
            ("1969-12-31T22:00", "1970-01-01T03:15"),
            [2, 3, 6, 11, 21, 63, 315],
        ),
        (("-1000-01-01", "2000-01-01"), "10y", ("-1000-01-01", "2100-01-01"), [4, 7, 31, 62, 310]),
        (
            ("2001-01-01T00:05", "2001-01-01T00:05"),
            "5ms",
            ("2001-01-01T00:05", "2001-01-01T00:05:01"),
            [2, 10, 20, 100, 200],
        ),
        (("2001-01-01", "2001-01-01"), "5m", ("2001-01-01", "2001-01-02"), [2, 4, 8, 24, 48, 96, 288]),
    ],
)
def test_time_domains_speak_calendar(extent, unit, domain, choices):
    scale = scale_for_column("time", make_profile("time", *map(parse_milliseconds, extent)))
    assert (scale.unit, scale.start, scale.stop) == (unit, *map(parse_milliseconds, domain))
    assert scale.list_bin_counts() == choices


@pytest.mark.parametrize(
    ("extent", "unit", "choices"),
    [
        (("2024-02-24", "2024-02-24"), "1d", [1]),
        (("2024-02-24", "2024-03-02"), "1d", [2, 8]),
        (("2020-02-01", "2020-03-31"), "1d", [2, 10, 60]),
        (("2001-01-01", "2019-12-31"), "1mo", [2, 4, 19, 76, 228]),
    ],
)
def test_dates_have_bins_of_whole_days(extent, unit, choices):
    column = make_profile("time", *map(parse_milliseconds, extent), dates=True)
    scale = scale_for_column("time", column)
    assert (scale.unit, scale.list_bin_counts()) == (unit, choices)
    assert all(edge % DAY == 0 for edge in scale.edges)
    zoomed = scale_for_column("time", column, (column.minimum + 1, column.minimum + 2))
    assert (zoomed.unit, zoomed.start, zoomed.stop) == ("1d", column.minimum, column.minimum + DAY)


@pytest.mark.parametrize(("minimum", "maximum"), [(None, None), (-1e19, 1e19), (9e15, 9e15)])
def test_times_without_sense_have_scales_too(minimum, maximum):
    assert scale_for_column("time", make_profile("time", minimum, maximum)).levels > 1


@with_more_examples
@given(st.integers(-8_640_000_000_000_000, 8_640_000_000_000_000), st.integers(1, 16), st.integers(1, 1000))
def test_any_time_zoom_is_covered_by_some_500_levels(lo, magnitude, size):
    hi = min(lo + size * 10**magnitude, 8_640_000_000_000_000)
    if lo == hi:
        return
    scale = scale_for_column("time", make_profile("time"), (lo, hi))
    assert scale.edges[0] <= lo
    assert scale.edges[-1] >= hi
    assert scale.levels <= 760
    assert scale.levels >= min(100, hi - lo)
    assert scale.stop - scale.start <= 1.12 * (hi - lo) + 2


# Categories, booleans, and what is refused


def test_the_top_categories_are_kept_apart():
    names = tuple(f"n{i}" for i in range(40))
    column = make_profile("category", values=names, distinct=40)
    assert scale_for_column("category", column, top=12) == CategoryScale(values=names[:12])
    assert scale_for_column("category", column) == CategoryScale(values=names[:24])
    assert scale_for_column("category", column, top=1000) == CategoryScale(values=names)
    assert scale_for_column("category", make_profile("category")) == CategoryScale(values=())
    assert scale_for_column("boolean", make_profile("boolean")) == BooleanScale()


@pytest.mark.parametrize(
    ("type_", "column", "domain", "message"),
    [
        ("linear", make_profile("time"), None, "a linear scale needs a number column, not a time column"),
        ("time", make_profile(), None, "a time scale needs a time column"),
        ("category", make_profile("boolean"), None, "needs a category column"),
        ("linear", make_profile(), (2, 2), "2.0 isn't less than 2.0"),
        ("time", make_profile("time"), (2, 1), "must ascend"),
        ("linear", make_profile(), (-1.5e308, 0), "lie within"),
        ("log", make_profile(), (0, 5), "positive"),
        ("log", make_profile(), (-2, 5), "positive"),
        (
            "log",
            make_profile(minimum=-5, maximum=-1, low=-4, high=-2),
            None,
            "positive values, but the greatest value is -1",
        ),
        ("time", make_profile("time"), (-9e15, 0), "times must lie between"),
    ],
)
def test_what_does_not_go_together_is_named(type_, column, domain, message):
    with pytest.raises(ValueError, match=message):
        scale_for_column(type_, column, domain)
