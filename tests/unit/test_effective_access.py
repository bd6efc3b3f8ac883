"""What shares add up to: no cell that no single one shows, and all the rows of those that count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.access.effective_access import ALL, Grant, undominated
from datasets.access.row_conditions import Condition
from datasets.exploration import Interval, Members

COLUMNS = ("city", "delay", "price")
ROWS = [{"city": city, "delay": delay, "price": 1.0} for city in ("A", "B", "C") for delay in range(5)]

cities = st.sets(st.sampled_from(["A", "B", "C"]), min_size=1).map(
    lambda chosen: Condition(column="city", filter=Members(values=tuple(sorted(chosen))))
)
delays = st.integers(0, 4).map(lambda lo: Condition(column="delay", filter=Interval(lo=float(lo))))
conditions = st.none() | st.lists(cities | delays, min_size=1, max_size=2).map(tuple)
grants = st.builds(Grant, conditions, st.frozensets(st.sampled_from(COLUMNS)))


def passes(grant, row):
    """A row, looked at value by value."""
    for condition in grant.conditions or ():
        value, filter_ = row[condition.column], condition.filter
        if isinstance(filter_, Members) and value not in filter_.values:
            return False
        if isinstance(filter_, Interval) and value < filter_.lo:
            return False
    return True


def shown(kept):
    """The cells that a union of rows and of masks shows."""
    masked = frozenset().union(*(each.masked for each in kept))
    return {
        (number, column)
        for number, row in enumerate(ROWS)
        if any(passes(each, row) for each in kept)
        for column in COLUMNS
        if column not in masked
    }


def of_one(grant):
    return shown([grant])


@given(st.lists(grants, max_size=5))
def test_a_cell_is_shown_only_if_a_single_share_shows_it(given_grants):
    allowed = set().union(*map(of_one, given_grants))
    assert shown(undominated(given_grants)) <= allowed


@given(st.lists(grants, max_size=5))
def test_every_share_that_is_dropped_is_outdone_by_one_that_is_kept(given_grants):
    kept = undominated(given_grants)
    for each in given_grants:
        assert any(of_one(each) <= of_one(other) for other in kept)
    assert len({(each.rows, each.masked) for each in kept}) == len(kept)


@given(st.lists(grants, max_size=5), st.randoms())
def test_the_order_of_shares_does_not_matter(given_grants, random):
    mixed = random.sample(given_grants, len(given_grants))
    facts = lambda kept: {(each.rows, each.masked) for each in undominated(kept)}  # noqa: E731
    assert facts(given_grants) == facts(mixed)


@given(st.lists(grants, max_size=4))
def test_who_has_all_needs_no_other_share(given_grants):
    assert undominated([*given_grants, ALL]) == [ALL]


@pytest.mark.parametrize("masked", [frozenset(), frozenset({"price"})])
def test_conditions_in_another_order_are_the_same_rows(masked):
    one = Condition(column="delay", filter=Interval(lo=1.0))
    other = Condition(column="city", filter=Members(values=("B", "A")))
    same = Condition(column="city", filter=Members(values=("A", "B")))
    assert len(undominated([Grant((one, other), masked), Grant((same, one), masked)])) == 1
