"""Signing in elsewhere: to the OpenID provider, and back."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, make_response, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from accounts import failure_audit, identities, throttle
from accounts.guard import public, requires, same_origin
from accounts.identities import LinkedElsewhereError, StrangerError
from accounts.permissions import Permission
from accounts.principals import Kind
from accounts.signin import oidc_client
from accounts.signin.flow import admit, local, proceed
from accounts.signin.forms import SignInForm
from accounts.signin.oidc_client import Arrival, ProviderError

METHOD = "oidc"
ACCOUNT = "/account"

blueprint = Blueprint("elsewhere", __name__, url_prefix="/signin/oidc")


def install(server: Flask) -> None:
    """Give the server the routes, and pages the provider's name. What is posted is JSON."""
    server.extensions["csrf"].exempt(blueprint)
    server.register_blueprint(blueprint)
    server.context_processor(lambda: {"provider": oidc_client.name()})


@blueprint.get("")
@public
def leave() -> Response:
    """Go and sign in there."""
    _require_provider()
    if current_user.is_authenticated:
        return redirect(local(request.args.get("next")))
    try:
        return redirect(oidc_client.start(local(request.args.get("next"))))
    except ProviderError as error:
        return _refusal(str(error), 502)


@blueprint.post("/link")
@requires(Permission.ACCOUNT, fresh=True)
def leave_to_link() -> Response:
    """Where to go and sign in to link that to one's account here."""
    _require_provider()
    if not request.is_json or not same_origin():
        abort(403)
    try:
        return make_response({"address": oidc_client.start(ACCOUNT, current_user.id)})
    except ProviderError as error:
        return make_response({"error": {"message": str(error)}}, 502)


@blueprint.get("/callback")
@public
def arrive() -> Response:
    """Come back: let in, or link."""
    _require_provider()
    try:
        came = oidc_client.finish()
        return _enter(came) if came.link is None else _link(came)
    except (ProviderError, StrangerError, LinkedElsewhereError) as error:
        _record(error)
        return _refusal(str(error), 403)


def _record(error: Exception) -> None:
    """Once a minute for each network: anybody may come from nowhere, as often as they like."""
    network = throttle.network_of(request.remote_addr or "")
    if failure_audit.first(METHOD, network, within=failure_audit.SELDOM):
        failure_audit.signin("", METHOD, str(error))


def _require_provider() -> None:
    if not oidc_client.name():
        abort(404, "There is no other service to sign in at.")


def _enter(came: Arrival) -> Response:
    person = identities.person(came.issuer, came.subject, came.claims)
    if came.twice_proved:
        return admit(person, f"{METHOD}+mfa", redirect(came.next))
    return proceed(person, METHOD, came.next)


def _link(came: Arrival) -> Response:
    if (
        not current_user.is_authenticated
        or current_user.kind is not Kind.PERSON
        or current_user.id != came.link
    ):
        raise LinkedElsewhereError
    identities.link(current_user._get_current_object(), came.issuer, came.subject)
    return redirect(came.next)


def _refusal(problem: str, status: int) -> Response:
    if current_user.is_authenticated:
        page = render_template("error.html", title="This did not work", advice=problem)
    else:
        page = render_template("signin.html", form=SignInForm(formdata=None), problem=problem)
    return make_response(page, status)
