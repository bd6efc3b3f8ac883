"""From what a view asks (a type, perhaps a domain) and what a column holds to a scale."""

from __future__ import annotations

from math import ceil, floor, nextafter

import numpy as np

from gpu.column_profile import Kind, Profile
from gpu.scales import linear_scale, log_scale, time_scale
from gpu.scales.category_scales import Boolean, Category
from gpu.scales.linear_scale import Linear
from gpu.scales.log_scale import Log
from gpu.scales.scale_spec import ScaleSpec
from gpu.scales.time_scale import Time

_KINDS: dict[str, Kind] = {
    "linear": "number",
    "log": "number",
    "time": "time",
    "category": "category",
    "boolean": "boolean",
}
_MOST = 1e308
_MUCH_WIDER = 1.5
_FEW_INTEGERS = 60
_ALL_CATEGORIES = 24
_SECOND, _DAY = 1000, 86_400_000
_DEFAULT_GROUPS, _ASKED_GROUPS = 10, 25
"""A default domain may be widened further than one that was asked for, to leave more choices of bins."""


def resolve(spec: ScaleSpec, profile: Profile) -> Linear | Log | Time | Category | Boolean:
    """The scale a view asks for, over the domain asked or else over where the column's values are.

    Raises:
        ValueError: the type does not fit the column, or the domain is empty or not one of this type.
    """
    if profile.kind != _KINDS[spec.type]:
        raise ValueError(
            f"a {spec.type} scale needs a {_KINDS[spec.type]} column, and this is a {profile.kind}"
        )
    if spec.domain is not None and spec.domain[0] >= spec.domain[1]:
        raise ValueError(f"the domain must ascend, and {spec.domain[0]} is not below {spec.domain[1]}")
    match spec.type:
        case "linear":
            return _linear(spec, profile)
        case "log":
            return _log(spec, profile)
        case "time":
            return _time(spec, profile)
        case "category":
            return _category(spec, profile)
        case "boolean":
            return Boolean()


def _linear(spec: ScaleSpec, profile: Profile) -> Linear:
    lo, hi = spec.domain or _linear_domain(profile)
    if spec.domain and max(abs(lo), abs(hi)) > _MOST:
        raise ValueError(f"the bounds of a linear scale lie within ±{_MOST}, and these are {lo} and {hi}")
    groups = _DEFAULT_GROUPS if spec.domain is None else _ASKED_GROUPS
    if profile.integer and hi - lo <= _FEW_INTEGERS:
        lo, hi, groups = floor(lo), ceil(hi), ceil(hi) - floor(lo)
    return linear_scale.spanning(lo, hi, groups, profile.integer)


def _log(spec: ScaleSpec, profile: Profile) -> Log:
    if spec.domain is not None:
        return log_scale.spanning(*spec.domain, groups=_ASKED_GROUPS)
    lo, hi = _log_domain(profile)
    return log_scale.spanning(lo, hi, groups=3)


def _time(spec: ScaleSpec, profile: Profile) -> Time:
    lo, hi = spec.domain or _time_domain(profile)
    return time_scale.spanning(floor(lo), ceil(hi))


def _category(spec: ScaleSpec, profile: Profile) -> Category:
    return Category(values=profile.values[: spec.top or _ALL_CATEGORIES])


def _extent(profile: Profile) -> tuple[float, float] | None:
    """Where the values are: from least to greatest, or between the quantiles if that is much narrower."""
    if profile.minimum is None or profile.maximum is None:
        return None
    full, (low, high) = (profile.minimum, profile.maximum), (profile.low, profile.high)
    if low is None or high is None or low == high:
        return full
    few = profile.integer and full[1] - full[0] < _FEW_INTEGERS
    return full if few or full[1] - full[0] <= _MUCH_WIDER * (high - low) else (low, high)


def _linear_domain(profile: Profile) -> tuple[float, float]:
    """The extent, its greatest value included."""
    extent = _extent(profile)
    if extent is None:
        return 0.0, 1.0
    lo, hi = (float(np.clip(bound, -_MOST, _MOST)) for bound in extent)
    if profile.integer:
        return lo, max(hi + 1, nextafter(hi, np.inf))
    if lo == hi:
        pad = abs(lo) / 100 or 0.5
        return lo - pad, hi + pad
    return lo, nextafter(hi, np.inf)


def _time_domain(profile: Profile) -> tuple[int, int]:
    """The extent, its last millisecond included; a day or a second around a single instant."""
    bounds = _extent(profile) or (0, 0)
    lo, hi = (min(max(floor(bound), time_scale.LEAST), time_scale.MOST - 1) for bound in bounds)
    if lo < hi:
        return lo, hi + 1
    length = _SECOND if lo % _DAY else _DAY
    return lo - lo % length, lo - lo % length + length


def _log_domain(profile: Profile) -> tuple[float, float]:
    if profile.minimum is None or profile.maximum is None:
        return 1.0, 10.0
    lo, hi = _extent(profile) or (1.0, 10.0)
    lo = next((bound for bound in (lo, profile.low) if bound is not None and bound > 0), 0.0)
    if not lo:
        raise ValueError(f"a log scale needs positive values, and these begin at {profile.minimum}")
    lo = min(max(lo, log_scale.LEAST), log_scale.MOST / 2)
    return lo, min(max(nextafter(hi, np.inf), lo * 1.01), log_scale.MOST)
