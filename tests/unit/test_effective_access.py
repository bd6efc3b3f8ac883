"""What shares add up to: no cell that no single one shows, and all the rows of those that count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.access.effective_access import FULL_GRANT, ShareGrant, maximal_grants
from datasets.access.row_conditions import Condition
from datasets.exploration import Interval, Members

COLUMNS = ("city", "delay", "price")
ROWS = [{"city": city, "delay": delay, "price": 1.0} for city in ("A", "B", "C") for delay in range(5)]

city_conditions = st.sets(st.sampled_from(["A", "B", "C"]), min_size=1).map(
    lambda chosen: Condition(column="city", filter=Members(values=tuple(sorted(chosen))))
)
delay_conditions = st.integers(0, 4).map(lambda lo: Condition(column="delay", filter=Interval(lo=float(lo))))
condition_lists = st.none() | st.lists(city_conditions | delay_conditions, min_size=1, max_size=2).map(tuple)
any_grants = st.builds(ShareGrant, condition_lists, st.frozensets(st.sampled_from(COLUMNS)))


def row_passes(grant, row):
    """A row, looked at value by value."""
    for condition in grant.conditions or ():
        value, filter_ = row[condition.column], condition.filter
        if isinstance(filter_, Members) and value not in filter_.values:
            return False
        if isinstance(filter_, Interval) and value < filter_.lo:
            return False
    return True


def list_shown_cells(grants):
    """The cells that a union of rows and of masks shows."""
    masked = frozenset().union(*(each.masked for each in grants))
    return {
        (number, column)
        for number, row in enumerate(ROWS)
        if any(row_passes(each, row) for each in grants)
        for column in COLUMNS
        if column not in masked
    }


def list_cells_of_grant(grant):
    return list_shown_cells([grant])


@given(st.lists(any_grants, max_size=5))
def test_a_cell_is_shown_only_if_a_single_share_shows_it(given_grants):
    allowed = set().union(*map(list_cells_of_grant, given_grants))
    assert list_shown_cells(maximal_grants(given_grants)) <= allowed


@given(st.lists(any_grants, max_size=5))
def test_every_dropped_share_is_covered_by_a_kept_one(given_grants):
    kept = maximal_grants(given_grants)
    for each in given_grants:
        assert any(list_cells_of_grant(each) <= list_cells_of_grant(other) for other in kept)
    assert len({(each.rows_key, each.masked) for each in kept}) == len(kept)


@given(st.lists(any_grants, max_size=5), st.randoms())
def test_the_order_of_shares_does_not_matter(given_grants, random):
    mixed = random.sample(given_grants, len(given_grants))
    facts = lambda kept: {(each.rows_key, each.masked) for each in maximal_grants(kept)}  # noqa: E731
    assert facts(given_grants) == facts(mixed)


@given(st.lists(any_grants, max_size=4))
def test_who_has_all_needs_no_other_share(given_grants):
    assert maximal_grants([*given_grants, FULL_GRANT]) == [FULL_GRANT]


@pytest.mark.parametrize("masked", [frozenset(), frozenset({"price"})])
def test_conditions_in_another_order_are_the_same_rows(masked):
    one = Condition(column="delay", filter=Interval(lo=1.0))
    other = Condition(column="city", filter=Members(values=("B", "A")))
    same = Condition(column="city", filter=Members(values=("A", "B")))
    assert len(maximal_grants([ShareGrant((one, other), masked), ShareGrant((same, one), masked)])) == 1
