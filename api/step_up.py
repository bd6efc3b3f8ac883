"""The routes that confirm a person's identity again, and show whether a session is active."""

from __future__ import annotations

from flask import Blueprint, abort, request
from flask_login import current_user

from accounts import audit, factors, failure_audit, sessions, throttle, users
from accounts.audit import AuditAction
from accounts.guard import requires
from accounts.permissions import Permission
from accounts.principals import PrincipalKind
from accounts.throttle import Attempt, AttemptKind, TooManyAttemptsError
from api.errors import register_error_handlers
from api.field_types import Text
from api.operations import RequestBody, ResponseBody, operation

routes = Blueprint("confirm", __name__)
register_error_handlers(routes)


class StepUpProof(RequestBody):
    """A code of the authenticator or a recovery code; without a second factor, the password."""

    code: Text | None = None
    password: Text | None = None


class SessionStatus(ResponseBody):
    """The kind of principal that the session has."""

    kind: PrincipalKind


@routes.get("/api/session")
@requires(Permission.EXPLORE)
@operation()
def show_session() -> SessionStatus:
    """Show whether the session is active. This does not extend it."""
    return SessionStatus(kind=current_user.kind)


@routes.post("/api/confirm")
@requires(Permission.ACCOUNT)
@operation()
def confirm(body: StepUpProof) -> None:
    """Confirm your identity, which allows dangerous actions for some minutes. Responds 403 if it is wrong."""
    if current_user.kind is not PrincipalKind.PERSON:
        abort(403, "API tokens can't do this. Sign in with a browser.")
    one = Attempt(AttemptKind.FACTOR, str(current_user.id), request.remote_addr or "", current_user.key)
    method = "password" if body.code is None else "code"
    try:
        throttle.register_attempt(one)
    except TooManyAttemptsError as error:
        failure_audit.record_step_up_failure(current_user, method, error)
        raise
    proven = _verify_proof(body)
    if proven is None:
        failure_audit.record_step_up_failure(current_user, method, f"wrong {method}")
        abort(403, "This code is wrong or was already used." if body.code else "This password is wrong.")
    throttle.clear_attempt(one)
    sessions.mark_confirmed(current_user.key)
    audit.record_event(AuditAction.STEPUP, actor=current_user, method=proven)


def _verify_proof(proof: StepUpProof) -> str | None:
    """Return the method that confirms the identity, or None. A person with a second factor must use it."""
    if proof.code is not None:
        return factors.verify_code(current_user, proof.code)
    good = factors.list_confirmation_methods(current_user.id) == ["password"] and proof.password is not None
    return "password" if good and users.authenticate_user(current_user.name, proof.password or "") else None
