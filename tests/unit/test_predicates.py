"""A filter by values passes exactly the rows that DuckDB passes for the same words."""

from __future__ import annotations

from functools import cache

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.exploration import Box, Interval, Members, Nulls, View
from datasets.query.axes import IncompatibleRequestError
from datasets.query.predicates import filter_predicates
from gpu.oracle import OracleEngine
from gpu.scales import ScaleSpec, resolve_scale
from tests.unit.exploration_strategies import exploration_views, view_filters
from tests.unit.hypothesis_examples import with_examples
from tests.unit.trips_dataset import load_trips


@cache
def load_trips_in_duckdb():
    database = duckdb.connect(config={"threads": 1})
    files = [str(file) for file in load_trips()[1].imported_files]
    database.read_parquet(files).create("trips")
    return database.table("trips")


def match_rows_by_duckdb(view, filter_):
    description, _ = load_trips()
    passes = load_trips_in_duckdb().project(
        f"coalesce({filter_to_sql(view, filter_, description)}, false) AS passes"
    )
    return passes.fetchnumpy()["passes"].astype(bool)


def filter_to_sql(view, filter_, description):
    if isinstance(filter_, Box):
        spans = zip(view.columns, (filter_.x, filter_.y), strict=True)
        return " AND ".join(span_to_sql(f'"{column}"', span) for column, span in spans)
    column = f'"{view.columns[0]}"'
    match filter_:
        case Nulls():
            return f"{column} IS NULL"
        case Interval():
            found = span_to_sql(column, filter_)
        case Members():
            found = members_to_sql(view, filter_, description)
    return f"({found}) OR {column} IS NULL" if filter_.nulls else f"({found}) AND {column} IS NOT NULL"


def span_to_sql(column, span):
    number = f"(epoch_us({column}) / 1000)" if column == '"when"' else column
    parts = [f"{column} IS NOT NULL"]
    if span.lo is not None:
        parts.append(f"{number} >= {span.lo!r}::DOUBLE")
    if span.hi is not None:
        parts.append(f"{number} < {span.hi!r}::DOUBLE")
    return " AND ".join(parts)


def members_to_sql(view, members, description):
    (column,) = view.columns
    found = values_to_sql(f"{column}::VARCHAR", members.values)
    if members.other:
        shown = resolve_scale(view.scales[0], description.get_column(column).profile).values
        found = f"{found} OR NOT {values_to_sql(column, shown)}"
    return found


def values_to_sql(column, values):
    texts = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"({column} IN ({texts}))" if values else "false"


@with_examples(80)
@given(st.data())
def test_a_filter_passes_the_rows_that_duckdb_passes(data):
    view = data.draw(exploration_views().filter(lambda view: view.columns))
    filter_ = data.draw(view_filters(view).filter(lambda found: found is not None))
    description, store = load_trips()
    compiled = filter_predicates(view, filter_, description)
    passed = OracleEngine(store).compute_mask([compiled] if compiled else [])
    np.testing.assert_array_equal(passed, match_rows_by_duckdb(view, filter_))


def make_view(column, **scale):
    return View(id="v", columns=(column,), scales=(ScaleSpec(**scale),), bins=(None,))


def test_bounds_on_edges_share_the_scale_of_the_view():
    (predicate,) = filter_predicates(
        make_view("delay", type="linear"), Interval(lo=0.0, hi=10.0), load_trips()[0]
    )
    assert predicate.scale.type == "linear"


def test_a_bound_between_edges_gets_a_scale_of_its_own():
    (predicate,) = filter_predicates(
        make_view("delay", type="linear"), Interval(lo=0.5, hi=10.0), load_trips()[0]
    )
    assert (predicate.scale.type, predicate.ranges) == ("edges", ((1, 2),))


def test_a_filter_that_passes_everything_is_none():
    description, _ = load_trips()
    assert filter_predicates(make_view("delay", type="linear"), Interval(nulls=True), description) == ()
    both = Members(values=("true", "false"), nulls=True)
    assert filter_predicates(make_view("late", type="boolean"), both, description) == ()


def test_only_true_and_false_are_members_of_a_boolean():
    with pytest.raises(ValueError, match="late is true or false, not 'maybe'"):
        filter_predicates(make_view("late", type="boolean"), Members(values=("maybe",)), load_trips()[0])


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(IncompatibleRequestError, match="Trips has no column 'speed'") as caught:
        filter_predicates(make_view("speed", type="linear"), Nulls(), load_trips()[0])
    assert caught.value.where == "views.v"
