"""Calendar units: when seconds, hours, days, weeks, months and years begin (UTC, proleptic Gregorian)."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

Milliseconds = npt.NDArray[np.int64]
Unit = Literal[
    "1ms", "5ms", "10ms", "50ms", "100ms", "500ms", "1s", "5s", "15s", "30s", "1m", "5m", "15m", "30m",
    "1h", "3h", "6h", "12h", "1d", "1w", "1mo", "3mo", "1y", "5y", "10y", "50y", "100y", "500y", "1000y",
]  # fmt: skip
UNITS: tuple[Unit, ...] = get_args(Unit)

_DAY = 86_400_000
_WEEK = 7 * _DAY
_MONDAY = 4 * _DAY
"""1970-01-05, the first Monday after the epoch."""
_YEAR_ZERO = -1970 * 12
_FIXED = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": _DAY}
_MONTHS = {"mo": 1, "y": 12}
_MONTH = 30.436875 * _DAY


def list_unit_starts(unit: Unit, lo: int, hi: int) -> Milliseconds:
    """Return the beginnings of units, ascending, from the last one ``<= lo`` to the first one ``>= hi``."""
    count, name = _parse_unit(unit)
    if name == "w":
        return _fixed_starts(_WEEK, _MONDAY, lo, hi)
    if name in _MONTHS:
        return _month_starts(count * _MONTHS[name], lo, hi)
    return _fixed_starts(count * _FIXED[name], 0, lo, hi)


def _parse_unit(unit: Unit) -> tuple[int, str]:
    name = unit.lstrip("0123456789")
    return int(unit.removesuffix(name)), name


def _unit_length(unit: Unit) -> float:
    count, name = _parse_unit(unit)
    if name in _MONTHS:
        return count * _MONTHS[name] * _MONTH
    return _WEEK if name == "w" else count * _FIXED[name]


UNIT_LENGTHS: dict[Unit, float] = {unit: _unit_length(unit) for unit in UNITS}
"""Mean length of each unit in milliseconds."""


def _fixed_starts(length: int, origin: int, lo: int, hi: int) -> Milliseconds:
    first, last = (lo - origin) // length, -((origin - hi) // length)
    return origin + length * np.arange(first, last + 1, dtype=np.int64)


def _month_starts(count: int, lo: int, hi: int) -> Milliseconds:
    first = (_month_number(lo) - _YEAR_ZERO) // count
    last = -((_YEAR_ZERO - _month_number(hi - 1) - 1) // count)
    months = _YEAR_ZERO + count * np.arange(first, last + 1, dtype=np.int64)
    return months.astype("datetime64[M]").astype("datetime64[ms]").astype(np.int64)


def _month_number(instant: int) -> int:
    return int(np.datetime64(instant, "ms").astype("datetime64[M]").astype(np.int64))
