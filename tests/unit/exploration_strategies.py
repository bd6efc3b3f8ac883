"""Any exploration of the trips: hypothesis strategies."""

from __future__ import annotations

from hypothesis import strategies as st

from datasets.exploration import Box, Exploration, Interval, Measure, Members, Nulls, Span, Table, View
from gpu.cubes import Aggregate
from gpu.scales import ScaleSpec

DAY = 86_400_000
JANUARY = 978_307_200_000
NUMBERS = ("delay", "price", "hour", "longitude", "latitude")
ORDERED = (*NUMBERS, "when")
UNORDERED = ("name", "weekday", "late")
VALUE_AXES = st.sampled_from(["all", "selection", "share"])
TITLES = st.none() | st.text(max_size=20)


def _ascending_pairs(values):
    return (
        st.tuples(values, values)
        .filter(lambda pair: pair[0] != pair[1])
        .map(lambda pair: tuple(sorted(pair)))
    )


def bound_values(column):
    if column == "when":
        return st.integers(JANUARY - DAY, JANUARY + 200 * DAY).map(float) | st.integers(0, 190).map(
            lambda days: float(JANUARY + days * DAY)
        )
    return st.integers(-200, 200).map(float) | st.floats(-200, 200)


@st.composite
def scale_specs(draw, column):
    if column == "when":
        spec = {"type": "time", "domain": draw(st.none() | _ascending_pairs(bound_values(column)))}
    elif column == "price" and draw(st.booleans()):
        spec = {"type": "log"}
    elif column in NUMBERS:
        spec = {
            "type": "linear",
            "domain": draw(st.none() | _ascending_pairs(st.integers(-200, 200).map(float))),
        }
    elif column == "late":
        spec = {"type": "boolean"}
    else:
        spec = {"type": "category", "top": draw(st.integers(1, 50))}
    return ScaleSpec.model_validate(spec)


@st.composite
def exploration_views(draw, id_="v1"):
    columns = draw(st.lists(st.sampled_from(ORDERED + UNORDERED), max_size=2, unique=True))
    aggregate = draw(st.sampled_from(Aggregate))
    return View(
        id=id_,
        columns=tuple(columns),
        scales=tuple(draw(scale_specs(column)) for column in columns),
        bins=tuple(draw(st.none() | st.integers(1, 500)) for _ in columns),
        measure=Measure(
            aggregate=aggregate,
            column=None if aggregate is Aggregate.COUNT else draw(st.sampled_from(NUMBERS)),
        ),
        order=draw(st.sampled_from([None, "descending", "ascending", "name"])),
        value_axis=draw(st.none() | VALUE_AXES),
        title=draw(TITLES),
        width=draw(st.integers(1, 12)),
        height=draw(st.integers(1, 6)),
    )


@st.composite
def span_bounds(draw, column):
    lo, hi = draw(_ascending_pairs(bound_values(column)))
    return {"lo": draw(st.sampled_from([None, lo])), "hi": draw(st.sampled_from([None, hi]))}


@st.composite
def view_filters(draw, view):
    """A filter that fits the view, or None where none does."""
    if len(view.columns) == 2:
        if not set(view.columns) <= set(ORDERED):
            return None
        x, y = (Span(**draw(span_bounds(column))) for column in view.columns)
        return Box(x=x, y=y)
    if not view.columns:
        return None
    (column,) = view.columns
    if draw(st.integers(0, 5)) == 0:
        return Nulls()
    if column in ORDERED:
        return Interval(**draw(span_bounds(column)), nulls=draw(st.booleans()))
    return draw(member_filters(column))


@st.composite
def member_filters(draw, column):
    if column == "late":
        known, other = ["true", "false"], False
    else:
        known, other = (
            ["n00", "n01", "n05", "n39", "O'Hare", "São Paulo", "", "a,b", "Sun"],
            draw(st.booleans()),
        )
    values = draw(st.lists(st.sampled_from(known), unique=True))
    return Members(values=tuple(values), other=other, nulls=draw(st.booleans()))


def table_states():
    columns = st.none() | st.sampled_from(ORDERED + UNORDERED)
    hidden = st.lists(st.sampled_from(ORDERED + UNORDERED), unique=True, max_size=3).map(tuple)
    return st.builds(Table, sort=columns, descending=st.booleans(), at=st.integers(0, 2**53), hidden=hidden)


@st.composite
def explorations(draw):
    ids = draw(st.lists(st.from_regex(r"[a-z0-9_-]{1,40}", fullmatch=True), max_size=6, unique=True))
    shown = [draw(exploration_views(id_)) for id_ in ids]
    chosen = {view.id: draw(st.none() | view_filters(view)) for view in shown}
    active = draw(st.sampled_from([None, *(view.id for view in shown if view.columns)]))
    return Exploration(
        dataset="trips",
        version="ab12",
        views=tuple(shown),
        filters={id_: each for id_, each in chosen.items() if each is not None},
        active=active,
        value_axis=draw(VALUE_AXES),
        table=draw(st.none() | table_states()),
    )
