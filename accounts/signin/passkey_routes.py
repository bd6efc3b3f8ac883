"""The passkey routes: two a ceremony, what the browser is to ask its passkeys and what they answered.

They are not below ``/api/``: challenges are kept in the form cookie, which is not read there.
"""

from __future__ import annotations

from types import ModuleType
from typing import TypeVar

from flask import Blueprint, Flask, Response, abort, make_response, request
from flask_login import current_user
from pydantic import BaseModel, ValidationError
from werkzeug.wrappers import Response as AnyResponse

from accounts import audit, failure_audit, sessions
from accounts.audit import Action
from accounts.factors import Factor
from accounts.guard import public, requires, same_origin
from accounts.passkeys import BadPasskeyNameError, NoNameError, RefusedError, UnknownPasskeyError
from accounts.permissions import Permission
from accounts.principals import Kind, Principal
from accounts.signin.challenges import Ceremony, StaleChallengeError
from accounts.signin.flow import admit, local, pending
from accounts.signin.webauthn_schemas import Answer, Given, Made

blueprint = Blueprint("passkeys", __name__, url_prefix="/passkeys")
Body = TypeVar("Body", bound=BaseModel)


class Registration(BaseModel):
    """A new passkey, and what its owner calls it."""

    name: str
    credential: Answer[Made]


class Proof(BaseModel):
    """A passkey's proof, and the local address to open next."""

    credential: Answer[Given]
    next: str = ""


def install(server: Flask) -> None:
    """Give the server the routes. They take JSON, which no other site can send along with a cookie."""
    server.extensions["csrf"].exempt(blueprint)
    server.register_blueprint(blueprint)


@blueprint.before_request
def _take_json_of_our_own_pages_only() -> None:
    if not request.is_json or not same_origin():
        abort(403)


def _ceremonies() -> ModuleType:
    """WebAuthn takes a while to import: no start waits for it."""
    from accounts.signin import webauthn  # noqa: PLC0415

    return webauthn


@blueprint.post("/registration/options")
@requires(Permission.ACCOUNT, fresh=True)
def registration_options() -> Response:
    return _json(_ceremonies().creation(current_user))


@blueprint.post("/registration")
@requires(Permission.ACCOUNT, fresh=True)
def register() -> Response:
    asked = _body(Registration)
    own = _ceremonies().register(current_user, asked.name, asked.credential)
    audit.record(Action.FACTOR_ADDED, actor=current_user, factor=Factor.PASSKEY, name=own.name)
    return make_response({"id": own.id, "name": own.name}, 201)


@blueprint.post("/signin/options")
@public
def signin_options() -> Response:
    return _json(_ceremonies().proof(Ceremony.SIGN_IN))


@blueprint.post("/signin")
@public
def signin() -> AnyResponse:
    """Let in by a passkey alone, or as the second step of whoever has proved the first."""
    asked = _body(Proof)
    try:
        person: Principal = _ceremonies().prove(Ceremony.SIGN_IN, asked.credential)
    except RefusedError as error:
        _record_failure(error)
        raise
    first = pending()
    if first is None or first.person.id != person.id:
        return _admit(person, Factor.PASSKEY, local(asked.next))
    return _admit(person, f"{first.method}+{Factor.PASSKEY}", first.next)


@blueprint.post("/confirmation/options")
@requires(Permission.ACCOUNT)
def confirmation_options() -> Response:
    return _json(_ceremonies().proof(Ceremony.CONFIRM, _in_person().id))


@blueprint.post("/confirmation")
@requires(Permission.ACCOUNT)
def confirm() -> Response:
    me = _in_person()
    given = _body(Proof).credential
    try:
        _prove_own(me, given)
    except (RefusedError, UnknownPasskeyError) as error:
        if failure_audit.first(Ceremony.CONFIRM, me.id, within=failure_audit.SELDOM):
            failure_audit.stepup(me, Factor.PASSKEY, _why(error))
        raise
    sessions.confirm(me.key)
    audit.record(Action.STEPUP, actor=me, method=Factor.PASSKEY)
    return Response(status=204)


def _prove_own(me: Principal, given: Answer[Given]) -> None:
    if _ceremonies().prove(Ceremony.CONFIRM, given).id != me.id:
        raise UnknownPasskeyError


def _record_failure(error: RefusedError) -> None:
    """Only what is wrong with a known passkey, once a minute: anybody may try at will."""
    if error.owner and failure_audit.first(Ceremony.SIGN_IN, error.owner.id, within=failure_audit.SELDOM):
        failure_audit.signin(error.owner.name, Factor.PASSKEY, _why(error))


def _why(error: Exception) -> str:
    return str(error.__cause__ or error)


@blueprint.errorhandler(BadPasskeyNameError)
@blueprint.errorhandler(NoNameError)
@blueprint.errorhandler(RefusedError)
@blueprint.errorhandler(StaleChallengeError)
@blueprint.errorhandler(UnknownPasskeyError)
def _refused(error: Exception) -> Response:
    return make_response({"error": {"message": str(error)}}, 400)


@blueprint.errorhandler(ValidationError)
def _malformed(error: ValidationError) -> Response:
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"])
    return make_response({"error": {"message": first["msg"], "where": where}}, 400)


def _admit(person: Principal, method: str, address: str) -> AnyResponse:
    return admit(person, method, make_response({"next": address}))


def _in_person() -> Principal:
    """The person who asks: what a program does, nobody confirms."""
    me: Principal = current_user._get_current_object()
    if me.kind is not Kind.PERSON:
        abort(403, "This is done in person, not by a program.")
    return me


def _body(model: type[Body]) -> Body:
    return model.model_validate_json(request.get_data())


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json")
