"""The address holds an exploration, and no hash whatever breaks the server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datasets.exploration import MAX_VIEWS, Exploration, Interval, Table, View
from datasets.explorations.suggest import suggest_exploration
from datasets.explorations.url import decode_exploration, format_hash, parse_hash
from tests.unit.exploration_strategies import explorations
from tests.unit.hypothesis_examples import with_examples
from tests.unit.trips_dataset import load_trips

DELAY = "(id:d,columns:!(delay),scales:!((type:linear)),bins:!(50))"


def parse_hash_of_trips(hash_):
    return decode_exploration(hash_, load_trips()[0])


def suggest_for_trips():
    return suggest_exploration(load_trips()[0])


@with_examples(40)
@given(explorations())
@example(
    suggest_for_trips().model_copy(
        update={"views": (View(id="a", title="A\n"), View(id="b", title="C#; <5"))}
    )
)
def test_what_is_encoded_is_decoded(exploration):
    assert parse_hash_of_trips(format_hash(exploration, suggest_for_trips())) == (exploration, ())


@with_examples(40)
@given(explorations())
def test_a_hash_is_safe_in_an_address(exploration):
    hash_ = format_hash(exploration, suggest_for_trips())
    assert hash_.isascii()
    assert not set(hash_[1:]) & set(' #+"<>`')
    assert hash_.count("&") == 1


@with_examples(40)
@given(st.text() | st.text(alphabet="(),:!'-.0123456789eabwfxon%&=#").map("#v=1&x=".__add__))
def test_no_garbage_raises(hash_):
    exploration, problems = parse_hash_of_trips(hash_)
    assert Exploration.model_validate(exploration.model_dump()) == exploration
    assert all(sentence.endswith(".") for sentence in problems)
    assert problems or exploration.views == suggest_for_trips().views


@with_examples(40)
@given(explorations(), st.data())
def test_no_damage_raises(exploration, data):
    hash_ = format_hash(exploration, suggest_for_trips())
    at = data.draw(st.integers(0, len(hash_)))
    torn = data.draw(
        st.sampled_from([hash_[:at], hash_[:at] + hash_[at + 1 :], hash_[:at] + "!" + hash_[at:]])
    )
    found, _ = parse_hash_of_trips(torn)
    assert Exploration.model_validate(found.model_dump()) == found


def test_the_suggested_dashboard_is_short():
    assert format_hash(suggest_for_trips(), suggest_for_trips()) == "#v=1&x=(at:ab12,d:trips)"


def test_an_empty_hash_is_the_suggested_dashboard():
    assert parse_hash_of_trips("") == (suggest_for_trips(), ())


def test_whole_numbers_are_written_short():
    filtered = suggest_for_trips().model_copy(
        update={"filters": {"when": Interval(lo=978307200000.0, hi=None)}}
    )
    assert "lo:978307200000," in format_hash(filtered, suggest_for_trips())


@pytest.mark.parametrize(
    ("hash_", "problem"),
    [
        ("#v=2&x=()", "The URL was made by a newer version of DataXchange; it was ignored."),
        ("#v=1&x=(", "The URL is damaged; it was ignored."),
        ("#v=1&x=!(1)", "The URL is damaged; it was ignored."),
        ("#v=1&x=" + "(" * 5000, "The URL is damaged; it was ignored."),
        ("#" + "x" * 200_000, "The URL is too long; it was ignored."),
        ("#v=1&x=(zz:1)", "The URL has an unknown part 'zz'; it was ignored."),
        ("#v=1&x=(w:1)", "The views of the URL are damaged; they were left out."),
        ("#v=1&x=(f:!())", "The filters of the URL are damaged; they were left out."),
        ("#v=1&x=(on:nothing)", "View 'nothing' can't be active: there is no such view, or it has no axis."),
        ("#v=1&x=(on:rows)", "View 'rows' can't be active: there is no such view, or it has no axis."),
        ("#v=1&x=(f:(gone:(type:nulls)))", "The filter of 'gone' was left out: there is no such view."),
        (
            "#v=1&x=(f:(delay:(type:interval,lo:5,hi:1)))",
            "The filter of 'delay' was left out: interval: lo 5 must be less than hi 1.",
        ),
        (
            "#v=1&x=(f:(delay:(type:members,values:!(a))))",
            "The filter of 'delay' was left out: members need a category scale; 'delay' has a linear scale.",
        ),
        (
            "#v=1&x=(w:!((id:s,columns:!(speed),scales:!((type:linear)),bins:!(9))))",
            "View 's' was left out: Trips has no column 'speed'.",
        ),
        (
            "#v=1&x=(w:!((id:n,columns:!(name),scales:!((type:linear)),bins:!(9))))",
            "View 'n' was left out: name: a linear scale needs a number column, not a category column.",
        ),
        (
            "#v=1&x=(w:!((id:d,width:99)))",
            "View 'd' was left out: width: Input should be less than or equal to 12.",
        ),
        ("#v=1&x=(w:!(7))", "View 1 was left out: it is damaged."),
        (f"#v=1&x=(w:!({DELAY},{DELAY}))", "View 'd' was left out: there is another view with this id."),
        ("#v=1&x=(t:7)", "The table of rows was left out: it is damaged."),
        (
            "#v=1&x=(t:(at:-1))",
            "The table of rows was left out: at: Input should be greater than or equal to 0.",
        ),
        ("#v=1&x=(t:(sort:speed))", "The order of the rows was left out: Trips has no column 'speed'."),
    ],
)
def test_what_is_dropped_is_said(hash_, problem):
    assert parse_hash_of_trips(hash_)[1] == (problem,)


def test_the_rest_of_a_broken_address_opens():
    exploration, problems = parse_hash_of_trips(
        f"#v=1&x=(w:!({DELAY},7),f:(d:(type:interval,lo:0),x:(type:nulls)),on:d)"
    )
    assert [view.id for view in exploration.views] == ["d"]
    assert exploration.filters == {"d": Interval(lo=0.0)}
    assert exploration.active == "d"
    assert len(problems) == 2


def test_a_table_opens_without_an_order_that_is_not_there():
    assert parse_hash_of_trips("#v=1&x=(t:(at:70,descending:!t,sort:speed))")[0].table == Table()
    assert parse_hash_of_trips("#v=1&x=(t:(at:70,descending:!t,sort:delay))")[0].table == Table(
        sort="delay", descending=True, at=70
    )
    assert parse_hash_of_trips("#v=1&x=(t:!n)") == (suggest_for_trips(), ())


def test_there_are_32_views_at_most():
    views = ",".join(f"(id:v{i})" for i in range(MAX_VIEWS + 1))
    exploration, problems = parse_hash_of_trips(f"#v=1&x=(w:!({views}))")
    assert len(exploration.views) == MAX_VIEWS
    assert problems == ("View 'v32' was left out: there are 32 already.",)


def test_the_examples_of_the_documentation_are_true():
    page = (Path(__file__).parents[2] / "docs" / "exploration.md").read_text()
    state = Exploration.model_validate_json(re.search(r"```json\n(.*?)```", page, re.DOTALL).group(1))
    hash_ = re.search(r"`(#v=1&x=\(at.*)`", page).group(1)
    assert parse_hash(hash_).parts == {
        "d": state.dataset,
        "at": state.version,
        "f": {id_: each.model_dump() for id_, each in state.filters.items()},
        "on": state.active,
    }
    assert parse_hash(format_hash(state, state)) == parse_hash(hash_)


def test_the_version_is_known_before_the_dataset_is_opened():
    assert parse_hash("#v=1&x=(at:ab12)").version == "ab12"
    assert parse_hash("#v=1&x=(at:!(1))").version is None
