"""Time zones as they are printed behind times: offsets, abbreviations and names."""

from __future__ import annotations

import re
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.compute as pc

ABBREVIATIONS = {
    **dict.fromkeys(("Z", "z", "UTC", "GMT", "UT", "WET"), 0),
    **dict.fromkeys(("WEST", "CET", "MEZ"), 60),
    **dict.fromkeys(("CEST", "MESZ", "EET"), 120),
    "EEST": 180,
    "EDT": -240,
    **dict.fromkeys(("EST", "CDT"), -300),
    **dict.fromkeys(("CST", "MDT"), -360),
    **dict.fromkeys(("MST", "PDT"), -420),
    "PST": -480,
}
"""The offsets in minutes of the abbreviations of RFC 5322, and of European ones that have one meaning."""

OFFSET = r"[+-][0-9]{2}(?::?[0-9]{2})?"
NAMED = r"[A-Z][A-Za-z_]+(?:/[A-Za-z_+-]+){1,2}"
ZONE = rf"(?:Z|z|{OFFSET}|[A-Z]{{2,4}}|{NAMED}|{OFFSET}\[{NAMED}\]|Z\[{NAMED}\])"
ZONE_AT_END = rf"(?P<zone>{ZONE})$"
_OFFSET_PARTS = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})?")


@cache
def parse_offset(zone: str) -> int | None:
    """Return the offset of a printed zone in minutes; None if it is a name, or unknown."""
    match = _OFFSET_PARTS.match(zone)
    if not match:
        return ABBREVIATIONS.get(zone.partition("[")[0])
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes >= 24 * 60 or int(match[3] or 0) >= 60:
        return None
    return -minutes if match[1] == "-" else minutes


@cache
def name_zone(zone: str) -> str | None:
    """Return what Arrow calls a printed zone: ``Europe/Berlin``, ``+02:00`` or ``UTC``; None if unknown."""
    name = zone.rstrip("]").rpartition("[")[2]
    if "/" in name:
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError):
            return None
    offset = parse_offset(zone)
    if not offset:
        return None if offset is None else "UTC"
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"


def list_zones(cells: pa.StringArray) -> set[str]:
    """Return the zones that are printed at the ends of the cells."""
    tails = pc.unique(pc.utf8_slice_codeunits(cells, -6)).to_pylist()
    if all(tail is None or _OFFSET_PARTS.fullmatch(tail) for tail in tails):
        return {tail for tail in tails if tail is not None}
    if all(tail is None or tail.endswith("Z") for tail in tails):
        return {"Z"}
    zones = pc.unique(pc.extract_regex(cells, ZONE_AT_END).field(0))
    return {zone for zone in zones.to_pylist() if zone}


def shift_to_utc(times: pa.TimestampArray, zones: pa.StringArray) -> pa.TimestampArray:
    """Return local times in UTC; null where the zone is unknown, or the clock shows a time twice or never."""
    shifted = pa.nulls(len(times), times.type)
    for zone in pc.unique(zones.drop_null()).to_pylist():
        here = pc.equal(zones, zone)
        shifted = pc.if_else(pc.fill_null(here, False), _shift_one_zone(times, zone), shifted)
    return shifted


def _shift_one_zone(times: pa.TimestampArray, zone: str) -> pa.TimestampArray:
    offset, name = parse_offset(zone), name_zone(zone)
    if name is None:
        return pa.nulls(len(times), times.type)
    if offset is not None:
        return pc.subtract(times, pa.scalar(offset * 60_000_000, pa.duration("us")))
    early, late = (
        pc.assume_timezone(times, name, ambiguous=side, nonexistent=side).cast(pa.int64())
        for side in ("earliest", "latest")
    )
    once = pc.if_else(pc.equal(early, late), early, pa.scalar(None, pa.int64()))
    return once.cast(times.type)
