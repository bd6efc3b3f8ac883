"""Calendar units against Python's own calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu.scales.calendar_units import LENGTHS, UNITS, starts
from gpu.scales.time_scale import Time, fine_edges

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
instants = st.integers(-60_000_000_000_000, 60_000_000_000_000)


def moment(ms):
    return EPOCH + timedelta(milliseconds=int(ms))


def begins(unit, instant):
    day = (instant.hour, instant.minute, instant.second, instant.microsecond) == (0, 0, 0, 0)
    if unit == "1w":
        return day and instant.weekday() == 0
    if unit.endswith("mo"):
        return day and instant.day == 1 and (instant.month - 1) % int(unit[:-2]) == 0
    if unit.endswith("y"):
        return day and instant.day == instant.month == 1 and instant.year % int(unit[:-1]) == 0
    return (instant - EPOCH) % timedelta(milliseconds=LENGTHS[unit]) == timedelta()


@settings(deadline=None)
@given(st.sampled_from(UNITS), instants, st.floats(0.001, 50))
def test_units_begin_where_the_calendar_says(unit, lo, units):
    hi = min(lo + max(1, int(units * LENGTHS[unit])), 60_000_000_000_000 + 1)
    found = starts(unit, lo, hi)
    assert found[0] <= lo < found[1]
    assert found[-2] < hi <= found[-1]
    assert all(begins(unit, moment(start)) for start in found if moment_exists(start))
    gaps = np.diff(found) / LENGTHS[unit]
    assert gaps.min() > 0.9
    assert gaps.max() < 1.1


def moment_exists(ms):
    return -62_135_596_800_000 <= ms <= 253_402_300_799_000


def test_units_ascend():
    assert [*LENGTHS.values()] == sorted(LENGTHS.values())


@settings(deadline=None)
@given(instants, st.integers(1, 3000))
def test_weeks_are_cut_at_months(lo, days):
    hi = lo + days * 86_400_000
    edges = fine_edges("1w", lo, hi)
    assert edges[0] <= lo < edges[1]
    assert edges[-2] < hi <= edges[-1]
    between = edges[1:-1]
    for unit in ("1w", "1mo"):
        inner = starts(unit, lo, hi)
        assert np.isin(inner[(inner > lo) & (inner < hi)], between).all()
    assert all(begins("1w", moment(edge)) or begins("1mo", moment(edge)) for edge in edges)


@pytest.mark.parametrize(("bins", "unit"), [(53, "1w"), (12, "1mo"), (4, "3mo")])
def test_a_year_of_weeks_makes_up_months_and_quarters(bins, unit):
    start, stop = (int(np.datetime64(year, "ms").astype(np.int64)) for year in ("2001", "2002"))
    scale = Time(unit="1w", start=start, stop=stop)
    inner = scale.coarsen(bins)[1:-2]
    edges = scale.edges[np.flatnonzero(np.diff(inner, prepend=0))]
    assert all(begins(unit, moment(edge)) for edge in edges)
    assert scale.choices() == [4, 12, 53]
