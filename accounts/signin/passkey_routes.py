"""The passkey routes, two per ceremony: the options for the browser, and the response of its passkey.

They are not below ``/api/``, since challenges are stored in the form cookie, which is not read there.
"""

from __future__ import annotations

from types import ModuleType
from typing import TypeVar

from flask import Blueprint, Flask, Response, abort, make_response, request
from flask_login import current_user
from pydantic import BaseModel, ValidationError
from werkzeug.wrappers import Response as AnyResponse

from accounts import audit, failure_audit, sessions
from accounts.audit import AuditAction
from accounts.factors import Factor
from accounts.guard import is_same_origin, public, requires
from accounts.passkeys import (
    BadPasskeyNameError,
    HostNameRequiredError,
    PasskeyVerificationError,
    UnknownPasskeyError,
)
from accounts.permissions import Permission
from accounts.principals import Principal, PrincipalKind
from accounts.signin.challenges import Ceremony, StaleChallengeError
from accounts.signin.flow import complete_signin, get_pending_signin, safe_redirect_target
from accounts.signin.webauthn_schemas import AssertionResponse, AttestationResponse, PublicKeyCredential

blueprint = Blueprint("passkeys", __name__, url_prefix="/passkeys")
Body = TypeVar("Body", bound=BaseModel)


class PasskeyRegistration(BaseModel):
    """A new passkey and its name."""

    name: str
    credential: PublicKeyCredential[AttestationResponse]


class PasskeyAssertion(BaseModel):
    """A passkey's response, and the local address to open next."""

    credential: PublicKeyCredential[AssertionResponse]
    next: str = ""


def register_routes(server: Flask) -> None:
    """Add the routes to the server. They accept only JSON, which no other site can send with our cookies."""
    server.extensions["csrf"].exempt(blueprint)
    server.register_blueprint(blueprint)


@blueprint.before_request
def _require_own_json() -> None:
    if not request.is_json or not is_same_origin():
        abort(403)


def _load_webauthn() -> ModuleType:
    """Import and return the WebAuthn module, which is slow to import and would delay the start."""
    from accounts.signin import webauthn  # noqa: PLC0415

    return webauthn


@blueprint.post("/registration/options")
@requires(Permission.ACCOUNT, fresh=True)
def registration_options() -> Response:
    return _json_response(_load_webauthn().create_registration_options(current_user))


@blueprint.post("/registration")
@requires(Permission.ACCOUNT, fresh=True)
def register_passkey() -> Response:
    asked = _parse_body(PasskeyRegistration)
    own = _load_webauthn().register_passkey(current_user, asked.name, asked.credential)
    audit.record_event(AuditAction.FACTOR_ADDED, actor=current_user, factor=Factor.PASSKEY, name=own.name)
    return make_response({"id": own.id, "name": own.name}, 201)


@blueprint.post("/signin/options")
@public
def signin_options() -> Response:
    return _json_response(_load_webauthn().create_authentication_options(Ceremony.SIGN_IN))


@blueprint.post("/signin")
@public
def sign_in() -> AnyResponse:
    """Sign in with a passkey alone, or as the second factor of a pending sign-in."""
    asked = _parse_body(PasskeyAssertion)
    try:
        person: Principal = _load_webauthn().verify_authentication(Ceremony.SIGN_IN, asked.credential)
    except PasskeyVerificationError as error:
        _record_failure(error)
        raise
    first = get_pending_signin()
    if first is None or first.person.id != person.id:
        return _complete_signin(person, Factor.PASSKEY, safe_redirect_target(asked.next))
    return _complete_signin(person, f"{first.method}+{Factor.PASSKEY}", first.next)


@blueprint.post("/confirmation/options")
@requires(Permission.ACCOUNT)
def confirmation_options() -> Response:
    return _json_response(
        _load_webauthn().create_authentication_options(Ceremony.CONFIRM, _require_person().id)
    )


@blueprint.post("/confirmation")
@requires(Permission.ACCOUNT)
def confirm_identity() -> Response:
    me = _require_person()
    given = _parse_body(PasskeyAssertion).credential
    try:
        _verify_own(me, given)
    except (PasskeyVerificationError, UnknownPasskeyError) as error:
        if failure_audit.is_first_within(Ceremony.CONFIRM, me.id, within=failure_audit.MIN_REPEAT_INTERVAL):
            failure_audit.record_step_up_failure(me, Factor.PASSKEY, _describe_error(error))
        raise
    sessions.mark_confirmed(me.key)
    audit.record_event(AuditAction.STEPUP, actor=me, method=Factor.PASSKEY)
    return Response(status=204)


def _verify_own(me: Principal, given: PublicKeyCredential[AssertionResponse]) -> None:
    if _load_webauthn().verify_authentication(Ceremony.CONFIRM, given).id != me.id:
        raise UnknownPasskeyError


def _record_failure(error: PasskeyVerificationError) -> None:
    """Record a failure of a known passkey, at most once a minute, as anybody can try at will."""
    if error.owner and failure_audit.is_first_within(
        Ceremony.SIGN_IN, error.owner.id, within=failure_audit.MIN_REPEAT_INTERVAL
    ):
        failure_audit.record_signin_failure(error.owner.name, Factor.PASSKEY, _describe_error(error))


def _describe_error(error: Exception) -> str:
    return str(error.__cause__ or error)


@blueprint.errorhandler(BadPasskeyNameError)
@blueprint.errorhandler(HostNameRequiredError)
@blueprint.errorhandler(PasskeyVerificationError)
@blueprint.errorhandler(StaleChallengeError)
@blueprint.errorhandler(UnknownPasskeyError)
def _handle_refusal(error: Exception) -> Response:
    return make_response({"error": {"message": str(error)}}, 400)


@blueprint.errorhandler(ValidationError)
def _handle_malformed(error: ValidationError) -> Response:
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"])
    return make_response({"error": {"message": first["msg"], "where": where}}, 400)


def _complete_signin(person: Principal, method: str, address: str) -> AnyResponse:
    return complete_signin(person, method, make_response({"next": address}))


def _require_person() -> Principal:
    """Return the user of this request, who must not be a program or guest."""
    me: Principal = current_user._get_current_object()
    if me.kind is not PrincipalKind.PERSON:
        abort(403, "API tokens can't do this. Sign in with a browser.")
    return me


def _parse_body(model: type[Body]) -> Body:
    return model.model_validate_json(request.get_data())


def _json_response(text: str) -> Response:
    return Response(text, mimetype="application/json")
