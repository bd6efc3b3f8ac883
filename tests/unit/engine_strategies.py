"""What an engine may be asked, over any table: hypothesis strategies.

Values come from a seeded generator, so that tables of thousands of rows are cheap to draw and to shrink.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import strategies as st

from gpu.cubes import Aggregate, AnyOf, Axis, CubeSpec, MeasureSpec, Predicate, ViewSpec
from gpu.scales import BooleanScale, CategoryScale, EdgesScale, LinearScale
from gpu.scales import linear_scale as linear_family
from gpu.scales import log_scale as log_family
from gpu.scales import time_scale as time_family

SIZES = (0, 1, 2, 63, 64, 65, 1000, 8191, 8192, 8193, 20_011)
NAMES = tuple("abcdefghijklmnop")
NUMBERS = ("tiny", "whole", "wide", "real", "price")
TIMES = ("instant", "day")
COLUMNS = (*NUMBERS, *TIMES, "name", "flag")
INT64 = np.iinfo(np.int64)
DAY = 86_400_000

# Scales


@st.composite
def linear_scales(draw):
    if draw(st.booleans()):
        lo, step = draw(st.sampled_from([-100, -7.5, 0, 0.3])), draw(st.sampled_from([0.1, 0.25, 1, 5]))
        return LinearScale(lo=lo, step=step, levels=draw(st.integers(1, 300)))
    lo = draw(st.floats(-300, 300))
    width = draw(st.floats(1e-3, 1e3))
    return linear_family.create_linear_scale(lo, lo + width, draw(st.integers(1, 30)), draw(st.booleans()))


@st.composite
def log_scales(draw):
    lo = draw(st.floats(1e-3, 1e3))
    return log_family.create_log_scale(lo, lo * draw(st.floats(1.001, 1e6)), draw(st.integers(1, 30)))


@st.composite
def time_scales(draw):
    lo = draw(st.integers(-20_000 * DAY, 20_000 * DAY))
    return time_family.create_time_scale(lo, lo + draw(st.integers(1, 10 ** draw(st.integers(1, 13)))))


@st.composite
def edge_scales(draw, temporal=False):
    bounds = st.floats(-1e13, 1e13) if temporal else st.floats(-300, 300) | st.floats(-1e20, 1e20)
    values = draw(st.lists(bounds, min_size=1, max_size=5, unique=True))
    return EdgesScale(values=tuple(sorted(values)), temporal=temporal)


def category_scales():
    names = st.lists(st.sampled_from((*NAMES, "absent", "")), unique=True, max_size=12)
    return names.map(lambda values: CategoryScale(values=tuple(values)))


def column_scales(column):
    """Scales that suit a column."""
    if column in NUMBERS:
        return linear_scales() | log_scales() | edge_scales()
    if column in TIMES:
        return time_scales() | edge_scales(temporal=True)
    return category_scales() if column == "name" else st.just(BooleanScale())


# Tables


def _number_columns(rng, rows, draw):
    whole = rng.normal(20, 60, rows)
    real = np.where(rng.random(rows) < 0.1, rng.choice([np.nan, np.inf, -np.inf, -0.0], rows), whole)
    wide = np.where(
        rng.random(rows) < 0.5, rng.choice([INT64.min, INT64.max, 0], rows), whole.astype(np.int64)
    )
    cents = pa.array((whole * 100).astype(np.int64)).cast(pa.decimal128(19))
    return {
        "tiny": pa.array(rng.integers(-3, 4, rows), pa.int8()),
        "whole": pa.array(
            whole.astype(np.int64), draw(st.sampled_from([pa.int16(), pa.int32(), pa.int64()]))
        ),
        "wide": pa.array(wide, pa.int64()),
        "real": pa.array(real, draw(st.sampled_from([pa.float32(), pa.float64()]))),
        "price": pc.multiply(cents, pa.scalar(Decimal("0.01"))).cast(pa.decimal128(12, 2)),
    }


def _time_columns(rng, rows, draw):
    milliseconds = rng.integers(-10_000 * DAY, 20_000 * DAY, rows)
    unit, factor = draw(st.sampled_from([("s", 0), ("ms", 1), ("us", 1000), ("ns", 1_000_000)]))
    ticks = milliseconds * factor if factor else milliseconds // 1000
    return {
        "instant": pa.array(ticks, pa.timestamp(unit)),
        "day": pa.array((milliseconds // DAY).astype(np.int32), pa.date32()),
    }


def _label_columns(rng, rows, draw):
    names = pa.array(np.array(NAMES)[np.minimum(rng.geometric(0.3, rows), len(NAMES)) - 1], pa.string())
    kind = draw(st.sampled_from([pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())]))
    return {"name": names.cast(kind), "flag": pa.array(rng.random(rows) < 0.3)}


def _with_nulls(values, rng, share):
    missing = pa.array(rng.random(len(values)) < share)
    return pc.if_else(missing, pa.scalar(None, values.type), values)


@st.composite
def arrow_tables(draw, sizes=SIZES):
    """A table of all ``COLUMNS``, in up to three chunks, some of which may be empty."""
    rows = draw(st.sampled_from(sizes))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    columns = (
        _number_columns(rng, rows, draw) | _time_columns(rng, rows, draw) | _label_columns(rng, rows, draw)
    )
    share = draw(st.sampled_from([0, 0.1, 1]))
    table = pa.table({name: _with_nulls(values, rng, share) for name, values in columns.items()})
    cuts = sorted(draw(st.lists(st.integers(0, rows), max_size=2)))
    parts = [table.slice(a, b - a) for a, b in zip([0, *cuts], [*cuts, rows], strict=True)]
    return pa.concat_tables(parts)


# Questions


@st.composite
def view_axes(draw, max_bins=40, columns=COLUMNS):
    """An axis of about ``max_bins`` bins at most."""
    column = draw(st.sampled_from(columns))
    scale = draw(column_scales(column))
    if isinstance(scale, BooleanScale) or (scale.code_count <= max_bins and draw(st.booleans())):
        return Axis(column, scale)
    levels = scale.code_count - (2 if isinstance(scale, CategoryScale) else 3)
    return Axis(column, scale, draw(st.integers(1, min(max_bins, levels))) if levels else None)


def cube_measures():
    aggregates = st.sampled_from([a for a in Aggregate if a is not Aggregate.COUNT])
    numeric = st.builds(MeasureSpec, aggregates, st.sampled_from(NUMBERS))
    return st.just(MeasureSpec()) | numeric


def cube_views(max_bins=40):
    shapes = (
        st.just(()) | st.tuples(view_axes(max_bins)) | st.tuples(view_axes(max_bins), view_axes(max_bins))
    )
    return st.builds(ViewSpec, shapes, cube_measures())


@st.composite
def column_predicates(draw):
    column = draw(st.sampled_from(COLUMNS))
    scale = draw(column_scales(column))
    codes = st.integers(0, scale.code_count)
    ranges = draw(st.lists(st.tuples(codes, codes).map(sorted).map(tuple), max_size=3))
    return Predicate(column, scale, tuple(ranges))


def predicate_conjunctions(min_size=1):
    return st.lists(column_predicates(), min_size=min_size, max_size=2).map(tuple)


def row_rights():
    """What some shares show: overlapping or apart, of one maybe everything, and nothing without a share."""
    return st.builds(
        AnyOf, st.frozensets(predicate_conjunctions(min_size=0) | predicate_conjunctions(), max_size=4)
    )


def filter_lists():
    """Intervals, members and boxes, ones that nothing or everything passes, and rights."""
    return st.lists(
        predicate_conjunctions() | predicate_conjunctions() | row_rights(), max_size=4, unique=True
    )


def active_axes():
    fine = view_axes(max_bins=700)
    return st.just(()) | st.tuples(fine) | st.tuples(view_axes(max_bins=12), view_axes(max_bins=12))


@st.composite
def cube_specs(draw):
    active = draw(active_axes())
    view = draw(cube_views(max_bins=12 if len(active) > 1 else 24))
    return CubeSpec(view, active, frozenset(draw(filter_lists())))
