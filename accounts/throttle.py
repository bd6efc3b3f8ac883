"""Limits for failed attempts, which slow down whoever makes them and nobody else.

Attempts are counted by account and network (an address, or the /64 of an IPv6 one), so that guessing
locks nobody out elsewhere, and by network alone for all accounts. A browser in which the owner has
signed in before is known by its cookie and has a counter of its own. When an account is attacked
from many networks, each of them has one free attempt instead of several.

Each attempt is counted before it is checked, in one statement, so that parallel ones gain nothing, and
uncounted if it succeeds. Nothing here depends on whether the account exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from db.engine import transaction
from db.keys import column_encryption
from db.tables import AttemptCounter, UtcDateTime, utc_now

MAX_WAIT = timedelta(minutes=15)
MAX_DOUBLINGS = 10
PLACE_WINDOW = timedelta(days=1)
"""How long the failures of an account in one place (a network or a known browser) count."""
NETWORK_WINDOW, ACCOUNT_WINDOW = timedelta(minutes=10), timedelta(hours=1)
"""How long the failures of a network, and of an account from everywhere, count."""


class AttemptKind(StrEnum):
    """The kinds of attempt."""

    PASSWORD = "password"  # noqa: S105
    FACTOR = "factor"
    RESET = "reset"
    TOKEN = "token"  # noqa: S105


@dataclass(frozen=True)
class AttemptLimits:
    """The limits for one kind of attempt.

    ``place``: free attempts on one account in one place; each further one doubles the wait.
    ``network``: attempts from one network in ten minutes. ``account``: attempts on one account in an hour;
    after them each place has one free attempt or, if ``strict``, only known browsers have any.
    """

    place: int
    network: int
    account: int
    strict: bool = False


LIMITS = {
    AttemptKind.PASSWORD: AttemptLimits(place=5, network=100, account=100),
    AttemptKind.FACTOR: AttemptLimits(
        place=5, network=50, account=20, strict=True
    ),  # a code has six digits only
    AttemptKind.RESET: AttemptLimits(place=3, network=20, account=10),
    AttemptKind.TOKEN: AttemptLimits(place=50, network=50, account=50),
}


@dataclass(frozen=True)
class Attempt:
    """An attempt on an account, from an address; ``device`` is the id of a known browser, else empty."""

    kind: AttemptKind
    account: str
    address: str
    device: str = ""


@dataclass(frozen=True)
class FailureCounter:
    """A counter of failures that restarts after ``window``, and grows only while ``condition`` holds."""

    bucket: str
    window: timedelta
    condition: sa.ColumnElement[bool]


class TooManyAttemptsError(Exception):
    """Too many attempts have failed. ``retry_after`` is in seconds.

    ``lock_key`` is the same for all attempts that are refused until then for the same reason.
    """

    def __init__(self, wait: timedelta, lock: str) -> None:
        self.lock_key = lock
        self.retry_after = max(1, ceil(wait.total_seconds()))
        super().__init__(f"Too many attempts. Wait {_format_duration(self.retry_after)}, then try again.")


def register_attempt(attempt: Attempt) -> None:
    """Count an attempt as failed before it is checked.

    Raises:
        TooManyAttemptsError: it must not be checked yet, and is not counted.
    """
    limits, free = LIMITS[attempt.kind], LIMITS[attempt.kind].place
    account, network, place = _bucket_keys(attempt)
    with transaction() as work:
        if not attempt.device:
            failures = _count_outside_known_browsers(work, account, network, limits)
            free = free if failures <= limits.account else 1
        if increment_counter(work, place, PLACE_WINDOW, _wait_is_over(free)) is None:
            failed = work.get_one(AttemptCounter, place)
            wait = failed.last + _wait_time(failed.failures, free) - utc_now()
            raise TooManyAttemptsError(wait, f"{place}/{failed.failures}")


def _count_outside_known_browsers(work: Session, account: str, network: str, limits: AttemptLimits) -> int:
    """Count an attempt by account and by network in one statement; return the failures of the account."""
    failures = col(AttemptCounter.failures)
    by_account = FailureCounter(
        account, ACCOUNT_WINDOW, failures < limits.account if limits.strict else sa.true()
    )
    by_network = FailureCounter(network, NETWORK_WINDOW, failures < limits.network)
    counts = increment_counters(work, by_account, by_network)
    for counter in (by_account, by_network):
        if counter.bucket not in counts:
            raise TooManyAttemptsError(_window_remainder(counter.window), counter.bucket)
    return counts[account]


def clear_attempt(attempt: Attempt) -> None:
    """Uncount an attempt that succeeded, and reset the counter of its place."""
    account, network, place = _bucket_keys(attempt)
    with transaction() as work:
        if not attempt.device:
            counted = (col(AttemptCounter.bucket).in_([account, network]), col(AttemptCounter.failures) > 0)
            work.execute(
                sa.update(AttemptCounter).where(*counted).values(failures=AttemptCounter.failures - 1)
            )
        work.execute(sa.delete(AttemptCounter).where(col(AttemptCounter.bucket) == place))


def delete_old_counters(before: datetime) -> None:
    """Delete the counters that have not changed since this time."""
    with transaction() as work:
        work.execute(sa.delete(AttemptCounter).where(col(AttemptCounter.last) < before))


def increment_counter(
    work: Session, bucket: str, window: timedelta, condition: sa.ColumnElement[bool]
) -> int | None:
    """Count one more failure and return their number; None, uncounted, if ``condition`` forbids it now."""
    return increment_counters(work, FailureCounter(bucket, window, condition)).get(bucket)


def increment_counters(work: Session, *counters: FailureCounter) -> dict[str, int]:
    """Count one more failure in each bucket that allows it, in one statement; return their failures."""
    moment, bucket, last = utc_now(), col(AttemptCounter.bucket), col(AttemptCounter.last)
    insert = postgresql.insert if work.get_bind().dialect.name == "postgresql" else sqlite.insert
    old = sa.or_(*(sa.and_(bucket == each.bucket, last < moment - each.window) for each in counters))
    allowed = sa.or_(*(sa.and_(bucket == each.bucket, each.condition) for each in counters))
    more = sa.case((old, 1), else_=AttemptCounter.failures + 1)
    rows = [{"bucket": each.bucket, "failures": 1, "last": moment} for each in counters]
    change = (
        insert(AttemptCounter)
        .values(rows)
        .on_conflict_do_update(
            index_elements=["bucket"], set_={"failures": more, "last": moment}, where=sa.or_(old, allowed)
        )
    )
    counted = work.execute(change.returning(bucket, col(AttemptCounter.failures)))
    return {row.bucket: row.failures for row in counted}


def get_network(address: str) -> str:
    """Return the network of an address: its /64 for IPv6, as each client has 2^64 addresses there."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return str(parsed)


def _bucket_keys(attempt: Attempt) -> tuple[str, str, str]:
    """Return the buckets of an attempt: by account, by network, and by place."""
    network = get_network(attempt.address)
    parts = (
        ("account", attempt.account, _window_number(ACCOUNT_WINDOW)),
        ("network", network, _window_number(NETWORK_WINDOW)),
        ("device", attempt.account, attempt.device)
        if attempt.device
        else ("place", attempt.account, network),
    )
    names = [column_encryption.keyed_digest("\0".join((attempt.kind, *part)), "attempts") for part in parts]
    return names[0], names[1], names[2]


def _wait_is_over(free: int) -> sa.ColumnElement[bool]:
    """Return the condition that a place has free attempts left or its wait is over."""
    since = [
        (
            col(AttemptCounter.failures) == failures,
            sa.literal(utc_now() - _wait_time(failures, free), UtcDateTime()),
        )
        for failures in range(free, free + MAX_DOUBLINGS)
    ]
    longest = sa.literal(utc_now() - MAX_WAIT, UtcDateTime())
    return sa.or_(
        col(AttemptCounter.failures) < free, col(AttemptCounter.last) <= sa.case(*since, else_=longest)
    )


def _wait_time(failures: int, free: int) -> timedelta:
    return min(timedelta(seconds=2 ** min(failures - free, MAX_DOUBLINGS)), MAX_WAIT)


def _window_number(length: timedelta) -> str:
    return str(int(utc_now().timestamp() // length.total_seconds()))


def _window_remainder(length: timedelta) -> timedelta:
    """Return how long the current window still lasts."""
    return timedelta(seconds=length.total_seconds() - utc_now().timestamp() % length.total_seconds())


def _format_duration(seconds: int) -> str:
    if seconds < 100:
        return f"{seconds} second{'s' if seconds > 1 else ''}"
    return f"{ceil(seconds / 60)} minutes"
