"""Proving again that it is you, and whether your session still lives."""

from __future__ import annotations

from flask import Blueprint, abort, request
from flask_login import current_user

from accounts import audit, factors, failure_audit, sessions, throttle, users
from accounts.audit import Action
from accounts.guard import requires
from accounts.permissions import Permission
from accounts.principals import Kind as PrincipalKind
from accounts.throttle import Kind, TooManyError, Try
from api.errors import explain
from api.operations import Answer, Body, operation

routes = Blueprint("confirm", __name__)
explain(routes)


class Proof(Body):
    """A code of the authenticator or a recovery code; the password of who has no second factor."""

    code: str | None = None
    password: str | None = None


class Alive(Answer):
    """As what the session is there."""

    kind: PrincipalKind


@routes.get("/api/session")
@requires(Permission.EXPLORE)
@operation()
def show_session() -> Alive:
    """Whether the session lives; asking does not keep it alive."""
    return Alive(kind=current_user.kind)


@routes.post("/api/confirm")
@requires(Permission.ACCOUNT)
@operation()
def confirm(body: Proof) -> None:
    """Prove that it is you: what is dangerous can be done for some minutes. Answers 403 if it is wrong."""
    if current_user.kind is not PrincipalKind.PERSON:
        abort(403, "This is done in person, not by a program.")
    one = Try(Kind.FACTOR, str(current_user.id), request.remote_addr or "", current_user.key)
    method = "password" if body.code is None else "code"
    try:
        throttle.allowed(one)
    except TooManyError as error:
        failure_audit.stepup(current_user, method, error)
        raise
    proven = _proven(body)
    if proven is None:
        failure_audit.stepup(current_user, method, f"wrong {method}")
        abort(403, "This code is wrong or was used before." if body.code else "This password is wrong.")
    throttle.succeeded(one)
    sessions.confirm(current_user.key)
    audit.record(Action.STEPUP, actor=current_user, method=proven)


def _proven(proof: Proof) -> str | None:
    """By what it proves the person; None: it doesn't. Who has a second factor must use it."""
    if proof.code is not None:
        return factors.proven(current_user.id, proof.code)
    good = factors.ways(current_user.id) == ["password"] and proof.password is not None
    return "password" if good and users.of_password(current_user.name, proof.password or "") else None
