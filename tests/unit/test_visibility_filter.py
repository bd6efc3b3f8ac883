"""What is said in a live session, seen with any rights: all of it that they show, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.exploration import Members, Table
from realtime.live.visibility_filter import VisibilityFilter
from tests.unit import exploration_strategies
from tests.unit.hypothesis_examples import with_examples
from tests.unit.trips_dataset import load_trips

COLUMN_NAMES = [column.name for column in load_trips()[0].columns]


@st.composite
def visible_descriptions(draw):
    """The trips without some columns and some of the names."""
    whole, _ = load_trips()
    masked = draw(st.sets(st.sampled_from(COLUMN_NAMES), max_size=5))
    hidden = draw(st.sets(st.sampled_from(["n00", "n01", "O'Hare", "Sun"])))
    return whole.model_copy(
        update={
            "partial": True,
            "columns": tuple(_hide_values(each, hidden) for each in whole.columns if each.name not in masked),
        }
    )


def _hide_values(column, hidden):
    values = tuple(value for value in column.profile.values if value not in hidden)
    fewer = column.profile.distinct - (len(column.profile.values) - len(values))
    profile = column.profile.model_copy(update={"values": values, "distinct": fewer})
    return column.model_copy(update={"profile": profile})


@st.composite
def move_samples(draw, exploration):
    ids = st.sampled_from([*(view.id for view in exploration.views), "another"])
    kind = draw(st.sampled_from("bpa"))
    if kind == "b":
        filters = [each.model_dump(mode="json") for each in exploration.filters.values()]
        return [0, "b", draw(ids), draw(st.sampled_from([None, *filters]))]
    view = draw(st.none() | ids)
    return [1, "p", view, 0.5, 0.5] if kind == "p" else [2, "a", view]


@st.composite
def message_lines(draw):
    """States, each with what moves after it: brushes of its own filters, on whatever view."""
    said = []
    for seq in range(draw(st.integers(1, 3))):
        exploration = draw(exploration_strategies.explorations())
        said.append(make_state_message(exploration, seq))
        for _ in range(draw(st.integers(0, 2))):
            moved = draw(st.lists(move_samples(exploration), min_size=1, max_size=6))
            said.append([seq, "move", {"t": 0, "i": 22, "s": moved}])
    return said


def make_state_message(exploration, seq=1):
    data = {"seq": seq, "exploration": exploration.model_dump(mode="json"), "at": 0, "rights": "all"}
    return [seq, "state", data]


@with_examples(30)
@given(visible_descriptions(), message_lines())
def test_nothing_that_the_reader_does_not_see_passes(description, said):
    glass, columns = VisibilityFilter(description), {}
    for line in filter(None, map(glass.filter_line, said)):
        if line[1] == "state":
            exploration = line[2]["exploration"]
            columns = {view["id"]: list_visible_columns(view, description) for view in exploration["views"]}
            assert exploration["active"] in (None, *columns)
            require_visible_table(exploration["table"], description)
            filters = list(exploration["filters"].items())
        else:
            filters = [(each[2], each[3]) for each in line[2]["s"] if each[1] == "b"]
            assert {each[2] for each in line[2]["s"]} <= {None, *columns}
        for id_, each in filters:
            require_visible_members(each, columns[id_])


def list_visible_columns(view, description):
    """The columns of a view, which the description has."""
    named = [*view["columns"], *filter(None, [view["measure"]["column"]])]
    return [description.get_column(name) for name in named]


def require_visible_table(table, description):
    if table:
        assert table["sort"] in (None, *(column.name for column in description.columns))
        assert table["at"] == 0


def require_visible_members(filter_, columns):
    if filter_ and filter_["type"] == "members":
        known = {"false", "true"} if columns[0].profile.kind == "boolean" else set(columns[0].profile.values)
        assert set(filter_["values"]) <= known


@with_examples(15)
@given(exploration_strategies.explorations())
def test_who_sees_all_is_shown_each_brush_where_its_view_is(exploration):
    whole, _ = load_trips()
    glass = VisibilityFilter(whole)
    shown = glass.filter_line(make_state_message(exploration))[2]["exploration"]
    assert [view["id"] for view in shown["views"]] == [
        view.id for view in exploration.views if is_presentable(view)
    ]
    assert shown["table"] == exploration.model_dump(mode="json")["table"]
    brushes = [[0, "b", id_, filter_] for id_, filter_ in shown["filters"].items()]
    if brushes:
        assert glass.filter_line([1, "move", {"t": 0, "i": 22, "s": brushes}])[2]["s"] == brushes


def is_presentable(view):
    """Whether the trips can be shown like this: by the server's own word, for views of one version."""
    whole, _ = load_trips()
    return bool(
        VisibilityFilter(whole).filter_line(make_state_message(make_single_view_exploration(view)))[2][
            "exploration"
        ]["views"]
    )


def make_single_view_exploration(view):
    return exploration_strategies.Exploration(dataset="trips", version="ab12", views=(view,))


def test_a_brush_of_values_that_the_reader_does_not_see_is_not_shown():
    whole, _ = load_trips()
    less = whole.model_copy(update={"columns": tuple(_hide_values(each, {"Sun"}) for each in whole.columns)})
    view = {"id": "w", "columns": ["weekday"], "scales": [{"type": "category"}], "bins": [None]}
    exploration = exploration_strategies.Exploration.model_validate(
        {"dataset": "trips", "version": "ab12", "views": [view]}, strict=False
    )
    for partial, expected in ((True, [["Mon"]]), (False, [["Sun", "Mon"], ["Mon"]])):
        glass = VisibilityFilter(less.model_copy(update={"partial": partial}))
        glass.filter_line(make_state_message(exploration))
        brushes = [Members(values=values).model_dump(mode="json") for values in (("Sun", "Mon"), ("Mon",))]
        line = glass.filter_line(
            [1, "move", {"t": 0, "i": 22, "s": [[0, "b", "w", each] for each in brushes]}]
        )
        assert [each[3]["values"] for each in line[2]["s"]] == expected


@pytest.mark.parametrize(
    ("sort", "partial", "shown"),
    [
        ("hour", False, {"sort": "hour", "descending": True, "at": 70}),
        ("hour", True, {"sort": "hour", "descending": True, "at": 0}),
        ("delay", False, {"sort": None, "descending": False, "at": 0}),
        (None, True, {"sort": None, "descending": True, "at": 0}),
    ],
)
def test_a_table_is_shown_in_an_order_that_the_reader_sees(sort, partial, shown):
    whole, _ = load_trips()
    columns = tuple(column for column in whole.columns if column.name != "delay")
    table = Table(sort=sort, descending=True, at=70)
    said = make_state_message(
        exploration_strategies.Exploration(dataset="trips", version="ab12", views=(), table=table)
    )
    glass = VisibilityFilter(whole.model_copy(update={"columns": columns, "partial": partial}))
    assert glass.filter_line(said)[2]["exploration"]["table"] == shown | {"hidden": []}


@pytest.mark.parametrize(("hidden", "at"), [("delay", 0), ("hour", 70)])
def test_how_many_pass_a_filter_on_a_hidden_column_is_not_told_by_how_far_down_the_table_is(hidden, at):
    whole, _ = load_trips()
    columns = tuple(column for column in whole.columns if column.name != hidden)
    view = {"id": "d", "columns": ["delay"], "scales": [{"type": "linear"}], "bins": [20]}
    late = {"type": "interval", "lo": 5.0, "hi": None}
    parts = {"views": [view], "filters": {"d": late}, "table": {"at": 70}}
    exploration = exploration_strategies.Exploration.model_validate(
        {"dataset": "trips", "version": "ab12", **parts}, strict=False
    )
    glass = VisibilityFilter(whole.model_copy(update={"columns": columns}))
    assert glass.filter_line(make_state_message(exploration))[2]["exploration"]["table"]["at"] == at


@pytest.mark.parametrize(
    ("domain", "shown"),
    [([-100.0, 500.0], [-5, 21]), ([0.0, 10.0], [0, 10]), ([50.0, 90.0], None), (None, None)],
)
def test_a_scale_reaches_over_the_values_that_the_reader_sees(domain, shown):
    whole, _ = load_trips()
    profile = whole.get_column("delay").profile.model_copy(update={"minimum": -5.0, "maximum": 20.0})
    column = whole.get_column("delay").model_copy(update={"profile": profile})
    wide = {"id": "d", "columns": ["delay"], "scales": [{"type": "linear", "domain": domain}], "bins": [20]}
    said = make_state_message(
        make_single_view_exploration(exploration_strategies.View.model_validate(wide, strict=False))
    )
    for partial, expected in ((True, shown), (False, domain)):
        seen = VisibilityFilter(
            whole.model_copy(update={"columns": (column,), "partial": partial})
        ).filter_line(said)
        assert seen[2]["exploration"]["views"][0]["scales"][0]["domain"] == expected
