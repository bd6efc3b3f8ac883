"""Failed proofs and refused requests in the audit log: all are found there, and nobody can flood it.

A wrong password or code is recorded each time one is looked at; how many that are, ``attempts`` bounds by
account and by network. What it refuses to look at is recorded once a lock, and what a person can repeat at
will once a minute. Of names only those that somebody has: people type passwords into the field of the name.
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
    """Record that somebody failed to sign in as ``name``; empty if nobody has the name they gave."""
    if _is_new_failure(why):
        audit.record_event(
            AuditAction.SIGNIN_FAILED, resource=("user", name), outcome=Outcome.FAILED, method=method, why=why
        )


def record_step_up_failure(person: Principal, method: str, why: str | TooManyAttemptsError) -> None:
    """Record that a person failed to prove again who they are."""
    if _is_new_failure(why):
        audit.record_event(
            AuditAction.STEPUP_FAILED, actor=person, outcome=Outcome.FAILED, method=method, why=why
        )


def record_access_denied(person: Principal, permission: Permission, what: str) -> None:
    """Record that a person asked for ``what`` (a function of ours) without the permission for it."""
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
    """Whether this has not happened within so long, in any process. It has now."""
    bucket = column_encryption.keyed_digest("\0".join(map(str, what)), "attempts")
    with transaction() as work:
        return throttle.increment_counter(work, bucket, within, sa.false()) is not None


def _is_new_failure(why: str | TooManyAttemptsError) -> bool:
    return isinstance(why, str) or is_first_within("lock", why.lock_key, within=throttle.PLACE_WINDOW)
