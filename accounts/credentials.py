"""What proves that people are who they are, as they change it themselves; each change has its audit entry.

Nobody shuts themselves out: their last way in stays, and so does the last second factor that they must have.
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
    """This is not the password they have now."""

    where = "current"

    def __init__(self) -> None:
        super().__init__("The current password is wrong.")


class LastSignInMethodError(ConflictError, ValueError):
    """Without this they could not sign in any more."""

    code = "last-way-in"

    def __init__(self) -> None:
        super().__init__("This is your only way to sign in. Set up another one first.")


class LastFactorError(ConflictError, ValueError):
    """Without this they would have no second factor, but must have one."""

    code = "last-factor"

    def __init__(self) -> None:
        super().__init__("You must have a second factor. Add another one first.")


class NoAuthenticatorError(NotFoundError):
    """They have no authenticator that could be removed."""

    def __init__(self) -> None:
        super().__init__("You have no authenticator.")


def change_password(me: Principal, current: str | None, new: str) -> None:
    """Choose a password, which ends my other sessions. Who has one must say it: ``current``.

    Raises:
        WrongPasswordError: the current one is another.
        TooManyAttemptsError: that was said too often.
        WeakPasswordError: the new one is guessed too soon.
    """
    if users.has_password(me.id):
        _verify_password(me, current or "")
    users.set_password(me.name, new, except_session_id=me.key)
    _record_event(AuditAction.PASSWORD_CHANGED, me)


def set_authenticator(me: Principal, secret: str, code: str) -> list[str]:
    """Ask me for codes of this authenticator from now on; returns new recovery codes.

    Raises:
        BadSecretError, WrongCodeError: this is no secret, or it shows another code now; nothing has changed.
    """
    totp.enable_totp(me.id, secret, code)
    _record_event(AuditAction.FACTOR_ADDED, me, factor=Factor.TOTP)
    return renew_recovery_codes(me)


def remove_authenticator(me: Principal) -> None:
    """Ask me for no more codes.

    Raises:
        NoAuthenticatorError, LastFactorError: they can't be left out.
    """
    with _transaction_keeping_access(me) as work:
        user = work.get_one(User, me.id)
        if user.totp is None:
            raise NoAuthenticatorError
        user.totp = None
        work.add(user)
        _record_event(AuditAction.FACTOR_REMOVED, me, work, factor=Factor.TOTP)


def renew_recovery_codes(me: Principal) -> list[str]:
    """New recovery codes, shown this once; those before are good no longer."""
    codes = recovery.renew_codes(me.id)
    _record_event(AuditAction.RECOVERY_CREATED, me)
    return codes


def rename_passkey(me: Principal, id_: int, name: str) -> None:
    """Give a passkey of mine another name.

    Raises:
        UnknownPasskeyError: I have no such one.
        BadPasskeyNameError: the name is empty or too long.
    """
    passkeys.rename_passkey(me.id, id_, name)
    _record_event(AuditAction.FACTOR_RENAMED, me, factor=Factor.PASSKEY, name=name.strip())


def remove_passkey(me: Principal, id_: int) -> None:
    """Refuse a passkey of mine from now on.

    Raises:
        UnknownPasskeyError: I have no such one.
        LastSignInMethodError, LastFactorError: it can't be left out.
    """
    with _transaction_keeping_access(me) as work:
        name = passkeys.delete_passkey(work, me.id, id_)
        _record_event(AuditAction.FACTOR_REMOVED, me, work, factor=Factor.PASSKEY, name=name)


def unlink_identity(me: Principal, id_: int) -> None:
    """Let an identity of mine sign me in no longer.

    Raises:
        UnknownIdentityError: I have no such one.
        LastSignInMethodError: it can't be left out.
    """
    with _transaction_keeping_access(me) as work:
        issuer = identities.delete_identity(work, me.id, id_)
        _record_event(AuditAction.IDENTITY_UNLINKED, me, work, issuer=issuer)


@contextmanager
def _transaction_keeping_access(me: Principal) -> Iterator[Session]:
    """A transaction, one at a time for each person, that is undone when it would shut them out.

    With the last factor go the recovery codes that would stand in for it.

    Raises:
        LastSignInMethodError, LastFactorError: it would.
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
