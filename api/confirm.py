"""Proving again that it is you, and whether your session still lives."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, request
from flask_login import current_user
from pydantic import BaseModel, ConfigDict, ValidationError

from accounts import attempts, audit, factors, failures, sessions, users
from accounts.attempts import Kind, TooManyError, Try
from accounts.audit import Action
from accounts.guard import requires
from accounts.permissions import Permission
from accounts.principals import Kind as PrincipalKind

routes = Blueprint("confirm", __name__)


class Proof(BaseModel):
    """A code of the authenticator or a recovery code; the password of who has no second factor."""

    model_config = ConfigDict(extra="forbid")

    code: str | None = None
    password: str | None = None


@routes.get("/api/session")
@requires(Permission.EXPLORE)
def show_session() -> dict[str, str]:
    """Answers while the session lives, without keeping it alive."""
    return {"kind": current_user.kind}


@routes.post("/api/confirm")
@requires(Permission.ACCOUNT)
def confirm() -> Response:
    """Prove that it is you: what is dangerous can be done for some minutes. Answers 403 if it is wrong."""
    if current_user.kind is not PrincipalKind.PERSON:
        abort(403, "This is done in person, not by a program.")
    try:
        proof = Proof.model_validate_json(request.get_data())
    except ValidationError:
        abort(400, "Send your code or your password.")
    one = Try(Kind.FACTOR, str(current_user.id), request.remote_addr or "", current_user.key)
    method = "password" if proof.code is None else "code"
    try:
        attempts.allowed(one)
    except TooManyError as error:
        failures.stepup(current_user, method, error)
        raise
    proven = _proven(proof)
    if proven is None:
        failures.stepup(current_user, method, f"wrong {method}")
        abort(403, "This code is wrong or was used before." if proof.code else "This password is wrong.")
    attempts.succeeded(one)
    sessions.confirm(current_user.key)
    audit.record(Action.STEPUP, actor=current_user, method=proven)
    return make_response("", 204)


def _proven(proof: Proof) -> str | None:
    """By what it proves the person; None: it doesn't. Who has a second factor must use it."""
    if proof.code is not None:
        return factors.proven(current_user.id, proof.code)
    good = factors.ways(current_user.id) == ["password"] and proof.password is not None
    return "password" if good and users.of_password(current_user.name, proof.password or "") else None
