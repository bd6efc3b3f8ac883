"""The choice of a scale from what a view requests (a type, perhaps a domain) and a column contains."""

from __future__ import annotations

from math import ceil, floor, nextafter

import numpy as np

from gpu.column_profile import ColumnKind, ColumnProfile
from gpu.scales import linear_scale, log_scale, time_scale
from gpu.scales.category_scales import BooleanScale, CategoryScale
from gpu.scales.linear_scale import LinearScale
from gpu.scales.log_scale import LogScale
from gpu.scales.scale_spec import ScaleSpec
from gpu.scales.time_scale import TimeScale

_COLUMN_KINDS: dict[str, ColumnKind] = {
    "linear": "number",
    "log": "number",
    "time": "time",
    "category": "category",
    "boolean": "boolean",
}
_MAX_BOUND = 1e308
_OUTLIER_FACTOR = 1.5
_MAX_INTEGER_BINS = 60
_DEFAULT_CATEGORIES = 24
_SECOND, _DAY = 1000, 86_400_000
_DEFAULT_GROUPS, _DOMAIN_GROUPS = 10, 25
"""A default domain may be widened more than a requested one, because this allows more round numbers of bins.
"""


def resolve_scale(
    spec: ScaleSpec, profile: ColumnProfile
) -> LinearScale | LogScale | TimeScale | CategoryScale | BooleanScale:
    """Return the scale that a view requests, over the requested domain or the range of the column's values.

    Raises:
        ValueError: The type does not fit the column, or the domain is empty or not valid for this type.
    """
    if profile.kind != _COLUMN_KINDS[spec.type]:
        raise ValueError(
            f"a {spec.type} scale needs a {_COLUMN_KINDS[spec.type]} column, not a {profile.kind} column"
        )
    if spec.domain is not None and spec.domain[0] >= spec.domain[1]:
        raise ValueError(f"the domain must ascend, but {spec.domain[0]} isn't less than {spec.domain[1]}")
    match spec.type:
        case "linear":
            return _resolve_linear(spec, profile)
        case "log":
            return _resolve_log(spec, profile)
        case "time":
            return _resolve_time(spec, profile)
        case "category":
            return _resolve_category(spec, profile)
        case "boolean":
            return BooleanScale()


def _resolve_linear(spec: ScaleSpec, profile: ColumnProfile) -> LinearScale:
    lo, hi = spec.domain or _linear_domain(profile)
    if spec.domain and max(abs(lo), abs(hi)) > _MAX_BOUND:
        raise ValueError(f"the bounds of a linear scale must lie within ±{_MAX_BOUND}, not {lo} to {hi}")
    groups = _DEFAULT_GROUPS if spec.domain is None else _DOMAIN_GROUPS
    if profile.integer and hi - lo <= _MAX_INTEGER_BINS:
        lo, hi, groups = floor(lo), ceil(hi), ceil(hi) - floor(lo)
    return linear_scale.create_linear_scale(lo, hi, groups, profile.integer)


def _resolve_log(spec: ScaleSpec, profile: ColumnProfile) -> LogScale:
    if spec.domain is not None:
        return log_scale.create_log_scale(*spec.domain, groups=_DOMAIN_GROUPS)
    lo, hi = _log_domain(profile)
    return log_scale.create_log_scale(lo, hi, groups=3)


def _resolve_time(spec: ScaleSpec, profile: ColumnProfile) -> TimeScale:
    lo, hi = spec.domain or _time_domain(profile)
    return time_scale.create_time_scale(floor(lo), ceil(hi), "1d" if profile.dates else "1ms")


def _resolve_category(spec: ScaleSpec, profile: ColumnProfile) -> CategoryScale:
    return CategoryScale(values=profile.values[: spec.top or _DEFAULT_CATEGORIES])


def _extent(profile: ColumnProfile) -> tuple[float, float] | None:
    """Return the range of the values, or that of the quantiles if it is much narrower."""
    if profile.minimum is None or profile.maximum is None:
        return None
    full, (low, high) = (profile.minimum, profile.maximum), (profile.low, profile.high)
    if low is None or high is None or low == high:
        return full
    few = profile.integer and full[1] - full[0] < _MAX_INTEGER_BINS
    return full if few or full[1] - full[0] <= _OUTLIER_FACTOR * (high - low) else (low, high)


def _linear_domain(profile: ColumnProfile) -> tuple[float, float]:
    """Return the half-open range that contains the extent, including its greatest value."""
    extent = _extent(profile)
    if extent is None:
        return 0.0, 1.0
    lo, hi = (float(np.clip(bound, -_MAX_BOUND, _MAX_BOUND)) for bound in extent)
    if profile.integer:
        return lo, max(hi + 1, nextafter(hi, np.inf))
    if lo == hi:
        pad = abs(lo) / 100 or 0.5
        return lo - pad, hi + pad
    return lo, nextafter(hi, np.inf)


def _time_domain(profile: ColumnProfile) -> tuple[int, int]:
    """Return the half-open range that contains the extent, or a day or a second around a single instant."""
    bounds = _extent(profile) or (0, 0)
    lo, hi = (min(max(floor(bound), time_scale.MIN_INSTANT), time_scale.MAX_INSTANT - 1) for bound in bounds)
    if lo < hi:
        return lo, hi + 1
    length = _SECOND if lo % _DAY else _DAY
    return lo - lo % length, lo - lo % length + length


def find_log_start(profile: ColumnProfile) -> float | None:
    """Return where a log scale over the column's values begins; None if none of them is positive.

    Zeros and negative values are below it.
    """
    extent = _extent(profile)
    if extent is None or extent[1] <= 0:
        return None
    integers_from = 1.0 if profile.integer else None
    bounds = (extent[0], profile.low, profile.least_positive, integers_from)
    return next((bound for bound in bounds if bound is not None and bound > 0), None)


def _log_domain(profile: ColumnProfile) -> tuple[float, float]:
    extent = _extent(profile)
    if extent is None:
        return 1.0, 10.0
    lo, hi = find_log_start(profile), extent[1]
    if lo is None:
        raise ValueError(f"a log scale needs positive values, but the greatest value is {profile.maximum}")
    lo = min(max(lo, log_scale.MIN_VALUE), log_scale.MAX_VALUE / 2)
    return lo, min(max(nextafter(hi, np.inf), lo * 1.01), log_scale.MAX_VALUE)
