"""Audit entries for failed authentication and denied requests, limited so that nobody can flood the log.

Each wrong password or code that was checked is recorded; accounts.throttle limits how many those are by
account and by network. Attempts refused unchecked are recorded once per lock, and what a user can repeat
at will once a minute. Only existing user names are recorded: people type passwords into the name field.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import request

from accounts import audit, throttle
from accounts.audit import AuditAction, Outcome
from accounts.permissions import Permission
from accounts.principals import Principal
from accounts.throttle import TooManyAttemptsError
from db.engine import transaction
from db.keys import column_encryption

MIN_REPEAT_INTERVAL = timedelta(minutes=1)


def record_signin_failure(name: str, method: str, why: str | TooManyAttemptsError) -> None:
    """Record a failed sign-in as ``name``, which is empty if no user has the given name."""
    if _is_new_failure(why):
        audit.record_event(
            AuditAction.SIGNIN_FAILED, resource=("user", name), outcome=Outcome.FAILED, method=method, why=why
        )


def record_step_up_failure(person: Principal, method: str, why: str | TooManyAttemptsError) -> None:
    """Record that a user failed to confirm their identity."""
    if _is_new_failure(why):
        audit.record_event(
            AuditAction.STEPUP_FAILED, actor=person, outcome=Outcome.FAILED, method=method, why=why
        )


def record_access_denied(person: Principal, permission: Permission, what: str) -> None:
    """Record that a principal called ``what`` (a function of ours) without the permission for it."""
    if is_first_within("denied", person.id, person.kind, what, within=MIN_REPEAT_INTERVAL):
        audit.record_event(
            AuditAction.ACCESS_DENIED,
            actor=person,
            resource=("path", request.path),
            outcome=Outcome.DENIED,
            permission=permission,
            what=what,
        )


def is_first_within(*what: object, within: timedelta) -> bool:
    """Count an event in all processes and return whether it is the first one ``within`` this time."""
    bucket = column_encryption.keyed_digest("\0".join(map(str, what)), "attempts")
    with transaction() as work:
        return throttle.increment_counter(work, bucket, within, sa.false()) is not None


def _is_new_failure(why: str | TooManyAttemptsError) -> bool:
    return isinstance(why, str) or is_first_within("lock", why.lock_key, within=throttle.PLACE_WINDOW)
