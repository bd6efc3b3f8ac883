"""The routes for signing in with the OpenID provider."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, make_response, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from accounts import failure_audit, identities, throttle
from accounts.guard import is_same_origin, public, requires
from accounts.identities import LinkedElsewhereError, NoAccountForIdentityError
from accounts.permissions import Permission
from accounts.principals import PrincipalKind
from accounts.signin import oidc_client
from accounts.signin.flow import complete_signin, continue_signin, safe_redirect_target
from accounts.signin.forms import SignInForm
from accounts.signin.oidc_client import OidcResult, ProviderError

METHOD = "oidc"
ACCOUNT_PATH = "/account"

blueprint = Blueprint("oidc", __name__, url_prefix="/signin/oidc")


def register_routes(server: Flask) -> None:
    """Add the routes to the server, and the provider's name to its pages. Requests are posted as JSON."""
    server.extensions["csrf"].exempt(blueprint)
    server.register_blueprint(blueprint)
    server.context_processor(lambda: {"provider": oidc_client.get_provider_name()})


@blueprint.get("")
@public
def start_signin() -> Response:
    """Redirect to the provider to sign in."""
    _require_provider()
    if current_user.is_authenticated:
        return redirect(safe_redirect_target(request.args.get("next")))
    try:
        return redirect(oidc_client.get_authorization_url(safe_redirect_target(request.args.get("next"))))
    except ProviderError as error:
        return _error_page(str(error), 502)


@blueprint.post("/link")
@requires(Permission.ACCOUNT, fresh=True)
def start_link() -> Response:
    """Return where to go and sign in to link that to one's account here."""
    _require_provider()
    if not request.is_json or not is_same_origin():
        abort(403)
    try:
        return make_response({"address": oidc_client.get_authorization_url(ACCOUNT_PATH, current_user.id)})
    except ProviderError as error:
        return make_response({"error": {"message": str(error)}}, 502)


@blueprint.get("/callback")
@public
def handle_callback() -> Response:
    """Handle the return from the provider: sign in, or link the identity."""
    _require_provider()
    try:
        came = oidc_client.verify_callback()
        return _sign_in(came) if came.link_user_id is None else _link_identity(came)
    except (ProviderError, NoAccountForIdentityError, LinkedElsewhereError) as error:
        _record_failure(error)
        return _error_page(str(error), 403)


def _record_failure(error: Exception) -> None:
    """Record a failure, at most once a minute per network, as anybody can open this route at will."""
    network = throttle.get_network(request.remote_addr or "")
    if failure_audit.is_first_within(METHOD, network, within=failure_audit.MIN_REPEAT_INTERVAL):
        failure_audit.record_signin_failure("", METHOD, str(error))


def _require_provider() -> None:
    if not oidc_client.get_provider_name():
        abort(404, "No external sign-in provider is configured.")


def _sign_in(came: OidcResult) -> Response:
    person = identities.get_or_create_principal(came.issuer, came.subject, came.claims)
    if came.has_multiple_factors:
        return complete_signin(person, f"{METHOD}+mfa", redirect(came.next))
    return continue_signin(person, METHOD, came.next)


def _link_identity(came: OidcResult) -> Response:
    if (
        not current_user.is_authenticated
        or current_user.kind is not PrincipalKind.PERSON
        or current_user.id != came.link_user_id
    ):
        raise LinkedElsewhereError
    identities.link_identity(current_user._get_current_object(), came.issuer, came.subject)
    return redirect(came.next)


def _error_page(problem: str, status: int) -> Response:
    if current_user.is_authenticated:
        page = render_template("error.html", title="This did not work", advice=problem)
    else:
        page = render_template("signin.html", form=SignInForm(formdata=None), problem=problem)
    return make_response(page, status)
