"""Row conditions of shares: the rows they show, on any version, and what they are called."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from datasets.access.condition_text import describe_conditions
from datasets.access.row_conditions import (
    Condition,
    compile_conditions,
    compile_row_rights,
    conditions_adapter,
    hash_conditions,
)
from datasets.exploration import Interval, Members, Nulls, View
from datasets.query.axes import IncompatibleRequestError
from gpu.cubes import AnyOf
from gpu.oracle import OracleEngine
from gpu.scales import ScaleSpec
from tests.unit.exploration_strategies import DAY, JANUARY, ORDERED, UNORDERED, member_filters, span_bounds
from tests.unit.hypothesis_examples import with_examples
from tests.unit.test_predicates import match_rows_by_duckdb
from tests.unit.trips_dataset import load_trips


@st.composite
def row_conditions(draw):
    column = draw(st.sampled_from(ORDERED + UNORDERED))
    if draw(st.integers(0, 5)) == 0:
        return Condition(column=column, filter=Nulls())
    if column in ORDERED:
        return Condition(
            column=column, filter=Interval(**draw(span_bounds(column)), nulls=draw(st.booleans()))
        )
    return Condition(column=column, filter=draw(member_filters(column)).model_copy(update={"other": False}))


def condition_lists(min_size=1):
    return st.lists(row_conditions(), min_size=min_size, max_size=3)


def find_matching_rows(conditions):
    """The rows that meet all conditions, by DuckDB."""
    _, store = load_trips()
    passed = np.ones(store.row_count, np.bool_)
    for each in conditions:
        types = {"when": "time", "late": "boolean", "name": "category", "weekday": "category"}
        scale = ScaleSpec(type=types.get(each.column, "linear"))
        passed &= match_rows_by_duckdb(
            View(id="v", columns=(each.column,), scales=(scale,), bins=(None,)), each.filter
        )
    return passed


@with_examples(25)
@given(condition_lists())
def test_conditions_show_the_rows_that_duckdb_finds(found):
    description, store = load_trips()
    passed = OracleEngine(store).compute_mask([compile_conditions(found, description)])
    np.testing.assert_array_equal(passed, find_matching_rows(found))


@with_examples(8)
@given(st.lists(condition_lists(), max_size=3))
def test_a_person_sees_what_any_share_shows(shares):
    description, store = load_trips()
    passed = OracleEngine(store).compute_mask([compile_row_rights(shares, description)])
    shown = [np.zeros(store.row_count, np.bool_), *map(find_matching_rows, shares)]
    np.testing.assert_array_equal(passed, np.logical_or.reduce(shown))
    assert OracleEngine(store).compute_mask([compile_row_rights([*shares, None], description)]).all()


@with_examples(60)
@given(condition_lists(), st.randoms())
def test_order_and_repetition_change_nothing(found, random):
    other = [
        each.model_copy(update={"filter": shuffle_members(each.filter, random)})
        for each in [*found, found[0]]
    ]
    random.shuffle(other)
    description, _ = load_trips()
    assert hash_conditions(other) == hash_conditions(found)
    assert compile_conditions(other, description) == compile_conditions(found, description)


def shuffle_members(filter_, random):
    if not isinstance(filter_, Members):
        return filter_
    return filter_.model_copy(update={"values": tuple(random.sample(filter_.values, len(filter_.values)))})


@with_examples(30)
@given(condition_lists())
def test_conditions_are_stored_as_json(found):
    assert conditions_adapter.validate_python(
        conditions_adapter.dump_python(tuple(found), mode="json")
    ) == tuple(found)


def make_late_condition(*values):
    return Condition(column="late", filter=Members(values=values))


def make_delay_condition(**bounds):
    return Condition(column="delay", filter=Interval(**bounds))


def make_name_condition(*values, **more):
    return Condition(column="name", filter=Members(values=values, **more))


def test_other_conditions_have_another_digest():
    found = [
        [make_late_condition("true")],
        [make_late_condition("false")],
        [make_delay_condition(lo=0.0)],
        [make_delay_condition(hi=0.0)],
        [make_delay_condition(lo=0.0), make_late_condition("true")],
    ]
    assert len(set(map(hash_conditions, found))) == len(found)
    assert hash_conditions([make_delay_condition(lo=-0.0)]) == hash_conditions([make_delay_condition(lo=0.0)])


def test_what_every_row_meets_is_no_condition():
    description, _ = load_trips()
    assert compile_conditions([Condition(column="delay", filter=Interval(nulls=True))], description) == ()
    assert compile_row_rights([None], description) == AnyOf(frozenset({()}))
    assert compile_row_rights([], description) == AnyOf()


MISSING_COLUMN_CONDITION = Condition(column="speed", filter=Interval(lo=1.0))


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (MISSING_COLUMN_CONDITION, "Trips has no column 'speed'"),
        (Condition(column="speed", filter=Interval(nulls=True)), "Trips has no column 'speed'"),
        (
            Condition(column="delay", filter=Members(values=("1",))),
            "delay is a number, which can't be filtered by members",
        ),
        (
            Condition(column="name", filter=Interval(lo=1.0)),
            "name is a category, which can't be filtered by interval",
        ),
        (make_late_condition("maybe"), "late is true or false, not 'maybe'"),
        (
            make_name_condition("n00", other=True),
            "name can't be filtered by other values, which only a view defines",
        ),
    ],
)
def test_what_does_not_fit_a_version_is_named_and_shows_no_row(condition, message):
    description, store = load_trips()
    with pytest.raises(IncompatibleRequestError) as caught:
        compile_conditions([make_delay_condition(lo=0.0), condition], description)
    assert str(caught.value) == message
    assert caught.value.where == f"conditions.{condition.column}"
    assert (
        not OracleEngine(store)
        .compute_mask([compile_row_rights([[condition], [make_delay_condition(), condition]], description)])
        .any()
    )
    others = compile_row_rights([[condition], [make_late_condition("true")]], description)
    assert others == compile_row_rights([[make_late_condition("true")]], description)


@pytest.mark.parametrize(
    "raw",
    [
        [],
        None,
        {},
        [{"column": "delay"}],
        [{"column": "", "filter": {"type": "nulls"}}],
        [{"column": "x", "filter": {"type": "box", "x": {}, "y": {}}}],
        [{"column": "x", "filter": {"type": "interval", "lo": 2, "hi": 1}}],
        [{"column": "x", "filter": {"type": "nulls"}, "or": 1}],
    ],
)
def test_damaged_conditions_are_refused(raw):
    with pytest.raises(ValidationError):
        conditions_adapter.validate_python(raw)


WHEN = float(JANUARY + 30 * DAY)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            [make_name_condition("CA", "NY"), make_delay_condition(lo=500.0, hi=1000.0)],
            "Name is CA or NY and Delay is between 500 and 999",
        ),
        ([make_name_condition()], "Name is none of its values"),
        ([make_name_condition("", nulls=True)], "Name is empty or missing"),
        ([make_name_condition(*"abcdefg")], "Name is one of 7: a, b, c, d, …"),
        ([make_late_condition("true")], "Late is true"),
        ([Condition(column="price", filter=Nulls())], "Price is missing"),
        ([Condition(column="price", filter=Interval(lo=0.5, hi=1e6))], "Price is between 0.5 and 1,000,000"),
        ([Condition(column="price", filter=Interval(hi=2.0, nulls=True))], "Price is below 2 or is missing"),
        ([make_delay_condition(hi=5.0)], "Delay is at most 4"),
        ([make_delay_condition(hi=5.5)], "Delay is below 5.5"),
        ([make_delay_condition(lo=5.0, hi=6.0)], "Delay is 5"),
        ([make_delay_condition(lo=-2.0)], "Delay is at least -2"),
        ([make_delay_condition()], "Delay has a value"),
        (
            [Condition(column="when", filter=Interval(lo=WHEN, hi=WHEN + DAY / 2))],
            "When from 2001-01-31 until 2001-01-31 12:00",
        ),
        ([Condition(column="when", filter=Interval(hi=WHEN + 1))], "When until 2001-01-31 00:00:00.001"),
        ([Condition(column="when", filter=Interval(lo=-1e300))], "When from -271821-04-20"),
        ([MISSING_COLUMN_CONDITION], "speed is at least 1"),
    ],
)
def test_words(found, sentence):
    assert describe_conditions(found, load_trips()[0]) == sentence
