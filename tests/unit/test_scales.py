"""What every scale keeps: its layout of codes, its bins and its ranges."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gpu.scales import BooleanScale, CategoryScale, EdgesScale, LinearScale, LogScale, Scale, TimeScale
from tests.unit.engine_strategies import (
    category_scales,
    edge_scales,
    linear_scales,
    log_scales,
    time_scales,
)
from tests.unit.hypothesis_examples import with_examples

DAY = 86_400_000
SCALES = [
    LinearScale(lo=-10, step=0.5, levels=300),
    LogScale(per_decade=10, start=-10, levels=40),
    TimeScale(unit="1w", start=4 * DAY, stop=31 * DAY),
    CategoryScale(values=("a", "b")),
    BooleanScale(),
    EdgesScale(values=(0.5, 7.25), temporal=True),
]
ordered_scales = linear_scales() | log_scales() | time_scales() | edge_scales()
with_more_examples = with_examples(60)


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.type)
def test_a_scale_is_a_key_and_survives_json(scale):
    adapter = TypeAdapter(Scale)
    again = adapter.validate_json(adapter.dump_json(scale))
    scale.get_bin_lookup(None)
    assert again == scale
    assert hash(again) == hash(scale)
    assert {scale: 1}[again] == 1
    with pytest.raises(ValidationError, match="frozen"):
        scale.type = "other"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LinearScale(lo=0, step=0, levels=5), "greater than 0"),
        (lambda: LinearScale(lo=1e300, step=1, levels=5), "precision"),
        (lambda: LinearScale(lo=0, step=1e308, levels=5), "range"),
        (lambda: LinearScale(lo=float("nan"), step=1, levels=5), "finite"),
        (lambda: LogScale(per_decade=7, start=0, levels=5), r"the steps per decade must be one of .*, not 7"),
        (lambda: LogScale(per_decade=1, start=299, levels=5), "1e-300"),
        (lambda: TimeScale(unit="1d", start=DAY, stop=DAY), "end after"),
        (lambda: TimeScale(unit="1d", start=1, stop=DAY), "beginnings of a 1d unit"),
        (lambda: TimeScale(unit="1ms", start=0, stop=10**12), "65000 levels"),
        (lambda: EdgesScale(values=()), "at least 1"),
        (lambda: EdgesScale(values=(1, 1)), "ascend"),
        (lambda: CategoryScale(values=("a", "a")), "unique"),
    ],
)
def test_a_scale_that_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValidationError, match=message):
        make()


@with_more_examples
@given(ordered_scales)
def test_edges_ascend_and_number_the_codes(scale):
    assert (np.diff(scale.edges) > 0).all()
    assert np.isfinite(scale.edges).all()
    assert scale.code_count == scale.edges.size + 2
    assert scale.dtype == (np.uint8 if scale.code_count <= 256 else np.uint16)
    assert not scale.edges.flags.writeable


@with_more_examples
@given(ordered_scales, st.data())
def test_bins_are_groups_of_neighbours_between_below_above_and_null(scale, data):
    levels = scale.code_count - 3
    bins = data.draw(st.sampled_from([*scale.list_bin_counts(), *range(1, min(levels, 40) + 1), None]))
    lookup = scale.get_bin_lookup(bins)
    assert lookup is scale.get_bin_lookup(bins)
    assert not lookup.flags.writeable
    assert lookup.dtype == np.uint16
    assert lookup.shape == (scale.code_count,)
    m = levels if bins is None else bins
    assert [lookup[0], *lookup[-2:]] == [0, m + 1, m + 2]
    assert sorted(set(lookup[1:-2])) == list(range(1, m + 1))
    assert (np.diff(lookup.astype(int)) >= 0).all()


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.type)
@pytest.mark.parametrize("bins", [0, -1, 301])
def test_impossible_numbers_of_bins_are_refused(scale, bins):
    with pytest.raises(ValueError, match=f"{bins}"):
        scale.get_bin_lookup(bins)


def get_bin_edges(scale, bins):
    """The edges of the coarse bins."""
    inner = scale.get_bin_lookup(bins)[1:-2]
    starts = np.flatnonzero(np.diff(inner, prepend=0))
    return [*scale.edges[starts], scale.edges[-1]]


@with_more_examples
@given(linear_scales())
def test_linear_choices_are_round_and_whole(scale):
    for bins in scale.list_bin_counts():
        edges = [Decimal(repr(float(edge))) for edge in get_bin_edges(scale, bins)]
        widths = {b - a for a, b in pairwise(edges)}
        assert len(widths) == 1
        if bins < scale.levels:
            (width,) = widths
            assert width.normalize().as_tuple().digits in [(1,), (2,), (5,)]
            assert all(edge % width == 0 for edge in edges)


def test_log_choices_are_preferred_numbers():
    scale = LogScale(per_decade=20, start=-20, levels=60)
    assert scale.list_bin_counts() == [3, 9, 15, 30, 60]
    assert get_bin_edges(scale, 3) == [0.1, 1, 10, 100]
    assert get_bin_edges(scale, 9) == [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]
    assert get_bin_edges(scale, 15)[:6] == [0.1, 0.16, 0.25, 0.4, 0.63, 1]


@with_more_examples
@given(log_scales())
def test_log_steps_are_nearly_even(scale):
    ratios = np.diff(np.log10(scale.edges)) * scale.per_decade
    assert ratios.min() > 0.6
    assert ratios.max() < 1.4


def test_category_bins_fold_the_rest_into_others():
    scale = CategoryScale(values=tuple("abcdefgh"))
    assert scale.get_bin_lookup(3).tolist() == [0, 1, 2, 3, 3, 3, 3, 3, 3, 4]
    assert scale.get_bin_lookup(8).tolist() == scale.get_bin_lookup(None).tolist() == list(range(10))
    assert scale.list_bin_counts() == [5, 8]
    assert CategoryScale(values=()).list_bin_counts() == []
    assert CategoryScale(values=()).get_bin_lookup(None).tolist() == [0, 1]


def test_boolean_bins():
    assert (
        BooleanScale().get_bin_lookup(2).tolist() == BooleanScale().get_bin_lookup(None).tolist() == [0, 1, 2]
    )
    assert BooleanScale().list_bin_counts() == [2]


@with_more_examples
@given(linear_scales() | edge_scales(), st.data(), st.booleans())
def test_ranges_hold_just_the_values_between_two_edges(scale, data, nulls):
    edge = st.none() | st.sampled_from(scale.edges.tolist())
    lo, hi = data.draw(edge), data.draw(edge)
    around = [*scale.edges, *np.nextafter(scale.edges, np.inf), *np.nextafter(scale.edges, -np.inf)]
    values = [*map(float, around), -np.inf, np.inf, None]
    codes = scale.encode(pa.array(values, pa.float64()))
    ranges = scale.ranges_between(lo, hi, nulls)
    inside = [any(start <= code < stop for start, stop in ranges) for code in codes]
    assert inside == [
        nulls if x is None else (lo is None or x >= lo) and (hi is None or x < hi) for x in values
    ]
    assert all(start < stop for start, stop in ranges)
    assert all(a[1] < b[0] for a, b in pairwise(ranges))


def test_ranges_of_bounds_that_are_no_edges_are_unknown():
    scale = LinearScale(lo=0, step=0.1, levels=10)
    assert scale.ranges_between(0.3, 0.7, nulls=False) == ((4, 8),)
    assert scale.ranges_between(0.35, 0.7, nulls=False) is None
    assert scale.ranges_between(0.3, 1.1, nulls=True) is None
    assert scale.ranges_between(-0.1, None, nulls=True) is None
    assert scale.ranges_between(None, None, nulls=True) == ((0, 13),)
    assert scale.ranges_between(None, None, nulls=False) == ((0, 12),)
    assert scale.ranges_between(0.7, 0.3, nulls=True) == ((12, 13),)


@with_more_examples
@given(category_scales())
def test_categories_keep_their_order(scale):
    assert scale.encode(pa.array(scale.values, pa.string())).tolist() == list(range(len(scale.values)))
