"""Profiles of the columns of some rows: counts and extents exact, quantiles and sketches from a sample."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from datasets.description import Column
from datasets.ingest.column_statistics import Statistics, statistics
from datasets.ingest.shuffle import Progress
from datasets.storage.store import Stored, is_text
from gpu.column_profile import MOST_VALUES, Kind, Profile
from gpu.scales import OrderedScale, ScaleSpec, resolve

SAMPLE_ROWS = 1 << 20
SKETCH_BINS = 24
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


def profile(store: Stored, progress: Progress) -> list[Column]:
    """Profile every column; no column is ever wholly in memory."""
    columns = []
    with statistics(store) as found:
        for number, field in enumerate(store.schema, start=1):
            columns.append(_column(found, store, field))
            progress("profiling", store.rows * number // len(store.schema), store.rows)
    return columns


def label_of(name: str) -> str:
    """``dep_delay`` as a person would write it: ``Dep delay``."""
    words = name.replace("_", " ").strip() or name
    return words[:1].upper() + words[1:]


def natural_order(values: Collection[str]) -> tuple[str, ...] | None:
    """Weekdays or months in their own order, if the values are nothing else."""
    for order in NATURAL_ORDERS:
        if len(values) > 1 and set(values) <= set(order):
            return tuple(value for value in order if value in values)
    return None


def _column(found: Statistics, store: Stored, field: pa.Field) -> Column:
    if pa.types.is_boolean(field.type):
        return _boolean(found, store, field)
    if is_text(field.type):
        return _category(found, store, field)
    return _ordered(found, store, field, "time" if pa.types.is_timestamp(field.type) else "number")


def _ordered(found: Statistics, store: Stored, field: pa.Field, kind: Kind) -> Column:
    extent = found.extent(field)
    values = _finite(store.sample(field.name, SAMPLE_ROWS))
    low, middle_low, middle_high, high = _quantiles(values)
    profile = Profile(
        kind=kind,
        integer=pa.types.is_integer(field.type),
        rows=store.rows,
        nulls=store.rows - extent.filled,
        minimum=extent.minimum,
        maximum=extent.maximum,
        low=low,
        high=high,
        distinct=extent.distinct,
    )
    return _described(field, profile, _sketch(profile, values), (middle_low, middle_high))


def _category(found: Statistics, store: Stored, field: pa.Field) -> Column:
    tally = found.tally(field, MOST_VALUES)
    natural = natural_order(tally.counts)
    profile = Profile(
        kind="category",
        rows=store.rows,
        nulls=store.rows - tally.filled,
        distinct=tally.distinct,
        values=natural or tuple(tally.counts),
        ordered=natural is not None,
    )
    return _described(field, profile, tuple(tally.counts[value] for value in profile.values[:SKETCH_BINS]))


def _boolean(found: Statistics, store: Stored, field: pa.Field) -> Column:
    tally = found.tally(field, 2)
    nulls = store.rows - tally.filled
    profile = Profile(kind="boolean", rows=store.rows, nulls=nulls, distinct=tally.distinct)
    return _described(field, profile, tuple(tally.counts.get(value, 0) for value in (False, True)))


def _described(
    field: pa.Field,
    profile: Profile,
    sketch: tuple[int, ...],
    middle: tuple[float | None, float | None] = (None, None),
) -> Column:
    label = (field.metadata or {}).get(b"label", b"").decode() or label_of(field.name)
    return Column(name=field.name, label=label, profile=profile, sketch=sketch, middle=middle)


def _finite(sample: pa.ChunkedArray) -> Values:
    """The sample's finite values; times in milliseconds."""
    present = sample.drop_null()
    if pa.types.is_timestamp(present.type):
        present = pc.cast(present, pa.int64())
    values: Values = present.to_numpy().astype(np.float64)
    if pa.types.is_timestamp(sample.type):
        values /= 1000
    return values[np.isfinite(values)]


def _quantiles(values: Values) -> list[float] | list[None]:
    if not values.size:
        return [None] * 4
    found: list[float] = np.quantile(values, [0.005, 0.02, 0.98, 0.995]).tolist()
    return found


def _sketch(profile: Profile, values: Values) -> tuple[int, ...]:
    """Counts over the default domain, so that the rail and the view it becomes look alike."""
    if not values.size:
        return (0,) * SKETCH_BINS
    scale = resolve(ScaleSpec(type="time" if profile.kind == "time" else "linear"), profile)
    edges = cast(OrderedScale, scale).edges
    unit = np.abs(edges).max()  # for the width of the domain to be a float, however large or small the values
    places = (values / unit - edges[0] / unit) / (edges[-1] / unit - edges[0] / unit) * SKETCH_BINS
    inside = places[(places >= 0) & (places <= SKETCH_BINS)].astype(np.intp)
    return tuple(np.bincount(np.minimum(inside, SKETCH_BINS - 1), minlength=SKETCH_BINS).tolist())
