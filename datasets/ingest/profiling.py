"""Profiles of columns: exact counts and extents, but quantiles and sketches from a sample."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datasets.description import Column
from datasets.ingest.column_blocks import split_columns
from datasets.ingest.column_statistics import ColumnStatistics, open_statistics
from datasets.ingest.read_result import ProgressCallback
from datasets.storage.store import ProfileSource, finite_values, is_text_type
from gpu.column_profile import MAX_VALUES, ColumnKind, ColumnProfile
from gpu.scales import OrderedScale, ScaleSpec, resolve_scale

SAMPLE_ROWS = 1 << 20
SKETCH_BINS = 24
MAX_RARE_RATIO = 1000
"""How many times the least positive value may be smaller than most others and still begin a log scale."""
UTC_MARK = " (UTC)"
"""What the label of times with a zone ends in, because they are shown in UTC."""
NATURAL_ORDERS = tuple(
    tuple(order.split())
    for order in (
        "Mon Tue Wed Thu Fri Sat Sun",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "January February March April May June July August September October November December",
    )
)

Values = npt.NDArray[np.float64]


def profile_columns(store: ProfileSource, progress: ProgressCallback) -> list[Column]:
    """Return the profiles of all columns; no long column is ever in memory as a whole."""
    columns: list[Column] = []
    with open_statistics() as statistics:
        for number, (field, source) in enumerate(split_columns(store), start=1):
            columns.append(_profile_column(statistics, source, field))
            progress("profiling", store.row_count * number // len(store.schema), store.row_count)
    return columns


def make_label(name: str) -> str:
    """Return a column name as a person would write it: ``dep_delay`` becomes ``Dep delay``."""
    words = name.replace("_", " ").strip() or name
    return words[:1].upper() + words[1:]


def natural_order(values: Collection[str]) -> tuple[str, ...] | None:
    """Return weekdays or months in their order, if there are no other values."""
    for order in NATURAL_ORDERS:
        if len(values) > 1 and set(values) <= set(order):
            return tuple(value for value in order if value in values)
    return None


def _profile_column(statistics: ColumnStatistics, store: ProfileSource, field: pa.Field) -> Column:
    if pa.types.is_boolean(field.type):
        return _profile_boolean(statistics, store, field)
    if is_text_type(field.type):
        return _profile_category(statistics, store, field)
    return _profile_ordered(
        statistics, store, field, "time" if pa.types.is_temporal(field.type) else "number"
    )


def _profile_ordered(
    statistics: ColumnStatistics, store: ProfileSource, field: pa.Field, kind: ColumnKind
) -> Column:
    extent = statistics.numeric_extent(store, field)
    values = finite_values(store.read_sample(field.name, SAMPLE_ROWS))
    low, middle_low, middle_high, high = _quantiles(values)
    profile = ColumnProfile(
        kind=kind,
        integer=pa.types.is_integer(field.type),
        dates=pa.types.is_date(field.type),
        zone=getattr(field.type, "tz", None),
        rows=store.row_count,
        nulls=store.row_count - extent.filled,
        minimum=extent.minimum,
        maximum=extent.maximum,
        low=low,
        high=high,
        least_positive=_least_positive(values) if kind == "number" else None,
        distinct=extent.distinct,
    )
    return _build_column(field, profile, _build_sketch(profile, values), (middle_low, middle_high))


def _profile_category(statistics: ColumnStatistics, store: ProfileSource, field: pa.Field) -> Column:
    tally = statistics.count_values(store, field, MAX_VALUES)
    natural = natural_order(tally.counts)
    profile = ColumnProfile(
        kind="category",
        rows=store.row_count,
        nulls=store.row_count - tally.filled,
        distinct=tally.distinct,
        values=natural or tuple(tally.counts),
        ordered=natural is not None,
    )
    return _build_column(field, profile, tuple(tally.counts[value] for value in profile.values[:SKETCH_BINS]))


def _profile_boolean(statistics: ColumnStatistics, store: ProfileSource, field: pa.Field) -> Column:
    tally = statistics.count_values(store, field, 2)
    nulls = store.row_count - tally.filled
    profile = ColumnProfile(kind="boolean", rows=store.row_count, nulls=nulls, distinct=tally.distinct)
    return _build_column(field, profile, tuple(tally.counts.get(value, 0) for value in (False, True)))


def _build_column(
    field: pa.Field,
    profile: ColumnProfile,
    sketch: tuple[int, ...],
    middle: tuple[float | None, float | None] = (None, None),
) -> Column:
    label = (field.metadata or {}).get(b"label", b"").decode() or make_label(field.name)
    if profile.zone and not label.endswith(UTC_MARK):
        label += UTC_MARK
    return Column(name=field.name, label=label, profile=profile, sketch=sketch, middle=middle)


def _quantiles(values: Values) -> list[float] | list[None]:
    if not values.size:
        return [None] * 4
    found: list[float] = np.quantile(values, [0.005, 0.02, 0.98, 0.995]).tolist()
    return found


def _least_positive(values: Values) -> float | None:
    """Return the least positive value, or a low quantile of them if that is much greater."""
    positive = values[values > 0]
    if not positive.size:
        return None
    least, common = float(positive.min()), float(np.quantile(positive, 0.005))
    return least if common <= MAX_RARE_RATIO * least else common


def _build_sketch(profile: ColumnProfile, values: Values) -> tuple[int, ...]:
    """Return counts over the default domain, so that the sketch looks like a view of the column."""
    if not values.size:
        return (0,) * SKETCH_BINS
    scale = resolve_scale(ScaleSpec(type="time" if profile.kind == "time" else "linear"), profile)
    edges = cast(OrderedScale, scale).edges
    unit = np.abs(edges).max()  # so that the width is a finite float, however large or small the values
    places = (values / unit - edges[0] / unit) / (edges[-1] / unit - edges[0] / unit) * SKETCH_BINS
    inside = places[(places >= 0) & (places <= SKETCH_BINS)].astype(np.intp)
    return tuple(np.bincount(np.minimum(inside, SKETCH_BINS - 1), minlength=SKETCH_BINS).tolist())
