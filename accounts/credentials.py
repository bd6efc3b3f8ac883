"""Changes that users make to their own credentials. Each change is recorded in the audit log.

Users can't lock themselves out: their last sign-in method can't be removed, nor their last required factor.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import request
from sqlmodel import Session, col, select

from accounts import audit, factors, failure_audit, identities, passkeys, recovery, throttle, totp, users
from accounts.audit import AuditAction
from accounts.factors import Factor
from accounts.last_admin import has_signin_method
from accounts.principals import Principal
from accounts.throttle import Attempt, TooManyAttemptsError
from db.engine import exclusive_transaction
from db.tables import RecoveryCode, Role, User
from errors import ConflictError, InvalidError, NotFoundError


class WrongPasswordError(InvalidError):
    """The current password that was given is wrong."""

    where = "current"

    def __init__(self) -> None:
        super().__init__("The current password is wrong.")


class LastSignInMethodError(ConflictError, ValueError):
    """The user's last sign-in method can't be removed."""

    code = "last-way-in"

    def __init__(self) -> None:
        super().__init__("This is your only way to sign in. Set up another one first.")


class LastFactorError(ConflictError, ValueError):
    """The last second factor of a user who must have one can't be removed."""

    code = "last-factor"

    def __init__(self) -> None:
        super().__init__("You must have a second factor. Add another one first.")


class NoAuthenticatorError(NotFoundError):
    """The user has no authenticator that could be removed."""

    def __init__(self) -> None:
        super().__init__("You have no authenticator.")


def change_password(me: Principal, current: str | None, new: str) -> None:
    """Change the password of ``me`` and end their other sessions. ``current`` is needed if they have one.

    Raises:
        WrongPasswordError: ``current`` is wrong.
        TooManyAttemptsError: ``current`` was wrong too often.
        WeakPasswordError: the new password is too weak.
    """
    if users.has_password(me.id):
        _verify_password(me, current or "")
    users.set_password(me.name, new, except_session_id=me.key)
    _record_event(AuditAction.PASSWORD_CHANGED, me)


def set_authenticator(me: Principal, secret: str, code: str) -> list[str]:
    """Require codes of this authenticator from ``me`` from now on; return new recovery codes.

    Raises:
        BadSecretError, WrongCodeError: the secret or the code is wrong; nothing has changed.
    """
    totp.enable_totp(me.id, secret, code)
    _record_event(AuditAction.FACTOR_ADDED, me, factor=Factor.TOTP)
    return renew_recovery_codes(me)


def remove_authenticator(me: Principal) -> None:
    """Remove the authenticator of ``me``.

    Raises:
        NoAuthenticatorError, LastFactorError: there is none, or it is their last required factor.
    """
    with _transaction_keeping_access(me) as work:
        user = work.get_one(User, me.id)
        if user.totp is None:
            raise NoAuthenticatorError
        user.totp = None
        work.add(user)
        _record_event(AuditAction.FACTOR_REMOVED, me, work, factor=Factor.TOTP)


def renew_recovery_codes(me: Principal) -> list[str]:
    """Replace the recovery codes of ``me`` and return the new ones. They can't be shown again."""
    codes = recovery.renew_codes(me.id)
    _record_event(AuditAction.RECOVERY_CREATED, me)
    return codes


def rename_passkey(me: Principal, id_: int, name: str) -> None:
    """Rename a passkey of ``me``.

    Raises:
        UnknownPasskeyError: there is none with this id.
        BadPasskeyNameError: the name is empty or too long.
    """
    passkeys.rename_passkey(me.id, id_, name)
    _record_event(AuditAction.FACTOR_RENAMED, me, factor=Factor.PASSKEY, name=name.strip())


def remove_passkey(me: Principal, id_: int) -> None:
    """Remove a passkey of ``me``.

    Raises:
        UnknownPasskeyError: there is none with this id.
        LastSignInMethodError, LastFactorError: it is their last one and can't be removed.
    """
    with _transaction_keeping_access(me) as work:
        name = passkeys.delete_passkey(work, me.id, id_)
        _record_event(AuditAction.FACTOR_REMOVED, me, work, factor=Factor.PASSKEY, name=name)


def unlink_identity(me: Principal, id_: int) -> None:
    """Unlink an identity at an OpenID provider from ``me``.

    Raises:
        UnknownIdentityError: they have no such identity.
        LastSignInMethodError: it is their last sign-in method.
    """
    with _transaction_keeping_access(me) as work:
        issuer = identities.delete_identity(work, me.id, id_)
        _record_event(AuditAction.IDENTITY_UNLINKED, me, work, issuer=issuer)


@contextmanager
def _transaction_keeping_access(me: Principal) -> Iterator[Session]:
    """Open a transaction, one at a time per user, that is rolled back if it would lock them out.

    With the last factor, the recovery codes are deleted too.

    Raises:
        LastSignInMethodError, LastFactorError: the user would have no sign-in method or required factor.
    """
    with exclusive_transaction(f"credentials of {me.id}") as work:
        before = factors.query_factors(work, me.id)
        yield work
        work.flush()
        if work.exec(select(User.id).where(User.id == me.id, has_signin_method())).first() is None:
            raise LastSignInMethodError
        if before and not factors.query_factors(work, me.id):
            if factors.is_factor_required(Role(work.get_one(User, me.id).role)):
                raise LastFactorError
            work.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.user_id) == me.id))


def _verify_password(me: Principal, password: str) -> None:
    one = Attempt(throttle.AttemptKind.PASSWORD, str(me.id), request.remote_addr or "", me.key)
    try:
        throttle.register_attempt(one)
    except TooManyAttemptsError as error:
        failure_audit.record_step_up_failure(me, "password", error)
        raise
    if users.authenticate_user(me.name, password) is None:
        failure_audit.record_step_up_failure(me, "password", "wrong password")
        raise WrongPasswordError
    throttle.clear_attempt(one)


def _record_event(
    action: AuditAction,
    me: Principal,
    work: Session | None = None,
    **details: Any,  # noqa: ANN401
) -> None:
    audit.record_event(action, actor=me, resource=("user", me.name), work=work, **details)
