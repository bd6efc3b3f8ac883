"""The filter of the audit log as pages and URLs write it: names and days, all as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from accounts.audit.query import AuditFilter

FILTER_FIELDS = {
    "actor": "actor",
    "action": "action",
    "kind": "resource_kind",
    "key": "resource_key",
    "outcome": "outcome",
}
DAY_FIELDS = ("since", "until")


def parse_filter(values: Mapping[str, str | None]) -> AuditFilter:
    """Return the filter for these values. It includes both days (such as ``2026-11-25``, in UTC).

    Raises:
        ValueError: a day is not a valid date.
    """
    exact = {own: values.get(name) or "" for name, own in FILTER_FIELDS.items()}
    since, until = (_day(values.get(name) or "", name) for name in DAY_FIELDS)
    return AuditFilter(**exact, since=since, until=until and until + timedelta(days=1))


def _day(text: str, where: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) if text else None
    except ValueError as error:
        raise ValueError(f"{where}: {text!r} must be a date such as 2026-11-25") from error
