"""Calendar units against Python's own calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu.scales.calendar_units import UNIT_LENGTHS, UNITS, list_unit_starts
from gpu.scales.time_scale import TimeScale, list_fine_edges

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
instants_ms = st.integers(-60_000_000_000_000, 60_000_000_000_000)


def to_datetime(ms):
    return EPOCH + timedelta(milliseconds=int(ms))


def begins_unit(unit, instant):
    day = (instant.hour, instant.minute, instant.second, instant.microsecond) == (0, 0, 0, 0)
    if unit == "1w":
        return day and instant.weekday() == 0
    if unit.endswith("mo"):
        return day and instant.day == 1 and (instant.month - 1) % int(unit[:-2]) == 0
    if unit.endswith("y"):
        return day and instant.day == instant.month == 1 and instant.year % int(unit[:-1]) == 0
    return (instant - EPOCH) % timedelta(milliseconds=UNIT_LENGTHS[unit]) == timedelta()


@settings(deadline=None)
@given(st.sampled_from(UNITS), instants_ms, st.floats(0.001, 50))
def test_units_begin_where_the_calendar_says(unit, lo, units):
    hi = min(lo + max(1, int(units * UNIT_LENGTHS[unit])), 60_000_000_000_000 + 1)
    found = list_unit_starts(unit, lo, hi)
    assert found[0] <= lo < found[1]
    assert found[-2] < hi <= found[-1]
    assert all(begins_unit(unit, to_datetime(start)) for start in found if is_datetime(start))
    gaps = np.diff(found) / UNIT_LENGTHS[unit]
    assert gaps.min() > 0.9
    assert gaps.max() < 1.1


def is_datetime(ms):
    return -62_135_596_800_000 <= ms <= 253_402_300_799_000


def test_units_ascend():
    assert [*UNIT_LENGTHS.values()] == sorted(UNIT_LENGTHS.values())


@settings(deadline=None)
@given(instants_ms, st.integers(1, 3000))
def test_weeks_are_cut_at_months(lo, days):
    hi = lo + days * 86_400_000
    edges = list_fine_edges("1w", lo, hi)
    assert edges[0] <= lo < edges[1]
    assert edges[-2] < hi <= edges[-1]
    between = edges[1:-1]
    for unit in ("1w", "1mo"):
        inner = list_unit_starts(unit, lo, hi)
        assert np.isin(inner[(inner > lo) & (inner < hi)], between).all()
    assert all(
        begins_unit("1w", to_datetime(edge)) or begins_unit("1mo", to_datetime(edge)) for edge in edges
    )


@pytest.mark.parametrize(("bins", "unit"), [(53, "1w"), (12, "1mo"), (4, "3mo")])
def test_a_year_of_weeks_makes_up_months_and_quarters(bins, unit):
    start, stop = (int(np.datetime64(year, "ms").astype(np.int64)) for year in ("2001", "2002"))
    scale = TimeScale(unit="1w", start=start, stop=stop)
    inner = scale.get_bin_lookup(bins)[1:-2]
    edges = scale.edges[np.flatnonzero(np.diff(inner, prepend=0))]
    assert all(begins_unit(unit, to_datetime(edge)) for edge in edges)
    assert scale.list_bin_counts() == [4, 12, 53]
