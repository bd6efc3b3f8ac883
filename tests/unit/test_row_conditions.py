"""Row conditions of shares: the rows they show, on any version, and what they are called."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from datasets.access.condition_text import words
from datasets.access.row_conditions import Condition, compiled, digest, reach, stored
from datasets.exploration import Interval, Members, Nulls, View
from datasets.query.axes import MisfitError
from gpu.cubes import AnyOf
from gpu.oracle import OracleEngine
from gpu.scales import ScaleSpec
from tests.unit.exploration_strategies import DAY, JANUARY, ORDERED, UNORDERED, members, spans
from tests.unit.hypothesis_examples import examples
from tests.unit.test_predicates import rows_by_duckdb
from tests.unit.trips_dataset import trips


@st.composite
def conditions(draw):
    column = draw(st.sampled_from(ORDERED + UNORDERED))
    if draw(st.integers(0, 5)) == 0:
        return Condition(column=column, filter=Nulls())
    if column in ORDERED:
        return Condition(column=column, filter=Interval(**draw(spans(column)), nulls=draw(st.booleans())))
    return Condition(column=column, filter=draw(members(column)).model_copy(update={"other": False}))


def some_conditions(least=1):
    return st.lists(conditions(), min_size=least, max_size=3)


def meeting(found):
    """The rows that meet all conditions, by DuckDB."""
    _, store = trips()
    passed = np.ones(store.rows, np.bool_)
    for each in found:
        types = {"when": "time", "late": "boolean", "name": "category", "weekday": "category"}
        scale = ScaleSpec(type=types.get(each.column, "linear"))
        passed &= rows_by_duckdb(
            View(id="v", columns=(each.column,), scales=(scale,), bins=(None,)), each.filter
        )
    return passed


@examples(25)
@given(some_conditions())
def test_conditions_show_the_rows_that_duckdb_finds(found):
    description, store = trips()
    passed = OracleEngine(store).mask([compiled(found, description)])
    np.testing.assert_array_equal(passed, meeting(found))


@examples(8)
@given(st.lists(some_conditions(), max_size=3))
def test_a_person_sees_what_any_share_shows(shares):
    description, store = trips()
    passed = OracleEngine(store).mask([reach(shares, description)])
    shown = [np.zeros(store.rows, np.bool_), *map(meeting, shares)]
    np.testing.assert_array_equal(passed, np.logical_or.reduce(shown))
    assert OracleEngine(store).mask([reach([*shares, None], description)]).all()


@examples(60)
@given(some_conditions(), st.randoms())
def test_order_and_repetition_change_nothing(found, random):
    other = [
        each.model_copy(update={"filter": reordered(each.filter, random)}) for each in [*found, found[0]]
    ]
    random.shuffle(other)
    description, _ = trips()
    assert digest(other) == digest(found)
    assert compiled(other, description) == compiled(found, description)


def reordered(filter_, random):
    if not isinstance(filter_, Members):
        return filter_
    return filter_.model_copy(update={"values": tuple(random.sample(filter_.values, len(filter_.values)))})


@examples(30)
@given(some_conditions())
def test_conditions_are_stored_as_json(found):
    assert stored.validate_python(stored.dump_python(tuple(found), mode="json")) == tuple(found)


def late(*values):
    return Condition(column="late", filter=Members(values=values))


def delay(**bounds):
    return Condition(column="delay", filter=Interval(**bounds))


def named(*values, **more):
    return Condition(column="name", filter=Members(values=values, **more))


def test_other_conditions_have_another_digest():
    found = [[late("true")], [late("false")], [delay(lo=0.0)], [delay(hi=0.0)], [delay(lo=0.0), late("true")]]
    assert len(set(map(digest, found))) == len(found)
    assert digest([delay(lo=-0.0)]) == digest([delay(lo=0.0)])


def test_what_every_row_meets_is_no_condition():
    description, _ = trips()
    assert compiled([Condition(column="delay", filter=Interval(nulls=True))], description) == ()
    assert reach([None], description) == AnyOf(frozenset({()}))
    assert reach([], description) == AnyOf()


GONE = Condition(column="speed", filter=Interval(lo=1.0))


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (GONE, "Trips has no column 'speed'"),
        (Condition(column="speed", filter=Interval(nulls=True)), "Trips has no column 'speed'"),
        (
            Condition(column="delay", filter=Members(values=("1",))),
            "delay is a number, which can't be filtered by members",
        ),
        (
            Condition(column="name", filter=Interval(lo=1.0)),
            "name is a category, which can't be filtered by interval",
        ),
        (late("maybe"), "late is true or false, not 'maybe'"),
        (named("n00", other=True), "name has no other values where no view shows some"),
    ],
)
def test_what_does_not_fit_a_version_is_named_and_shows_no_row(condition, message):
    description, store = trips()
    with pytest.raises(MisfitError) as caught:
        compiled([delay(lo=0.0), condition], description)
    assert str(caught.value) == message
    assert caught.value.where == f"conditions.{condition.column}"
    assert not OracleEngine(store).mask([reach([[condition], [delay(), condition]], description)]).any()
    others = reach([[condition], [late("true")]], description)
    assert others == reach([[late("true")]], description)


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
        stored.validate_python(raw)


WHEN = float(JANUARY + 30 * DAY)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            [named("CA", "NY"), delay(lo=500.0, hi=1000.0)],
            "Name is CA or NY and Delay is between 500 and 999",
        ),
        ([named()], "Name is none of its values"),
        ([named("", nulls=True)], "Name is empty or missing"),
        ([named(*"abcdefg")], "Name is one of 7: a, b, c, d, …"),
        ([late("true")], "Late is true"),
        ([Condition(column="price", filter=Nulls())], "Price is missing"),
        ([Condition(column="price", filter=Interval(lo=0.5, hi=1e6))], "Price is between 0.5 and 1,000,000"),
        ([Condition(column="price", filter=Interval(hi=2.0, nulls=True))], "Price is below 2 or is missing"),
        ([delay(hi=5.0)], "Delay is at most 4"),
        ([delay(hi=5.5)], "Delay is below 5.5"),
        ([delay(lo=5.0, hi=6.0)], "Delay is 5"),
        ([delay(lo=-2.0)], "Delay is at least -2"),
        ([delay()], "Delay has a value"),
        (
            [Condition(column="when", filter=Interval(lo=WHEN, hi=WHEN + DAY / 2))],
            "When from 2001-01-31 until 2001-01-31 12:00",
        ),
        ([Condition(column="when", filter=Interval(hi=WHEN + 1))], "When until 2001-01-31 00:00:00.001"),
        ([Condition(column="when", filter=Interval(lo=-1e300))], "When from -271821-04-20"),
        ([GONE], "speed is at least 1"),
    ],
)
def test_words(found, sentence):
    assert words(found, trips()[0]) == sentence
