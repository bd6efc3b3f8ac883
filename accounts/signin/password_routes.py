"""The routes to sign in by password or one-time link and to sign out, without JavaScript."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, make_response, redirect, render_template, request, session
from flask_login import current_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from accounts import audit, cookies, failure_audit, one_time_links, sessions, throttle, users
from accounts.audit import AuditAction
from accounts.guard import is_same_origin, public
from accounts.principals import PrincipalKind
from accounts.signin import password_reset_routes, second_factor_routes
from accounts.signin.flow import attempt_for_request, continue_signin, rate_limited_page, safe_redirect_target
from accounts.signin.forms import SignInForm
from accounts.throttle import AttemptKind, TooManyAttemptsError

CSRF_EXEMPT_VIEWS = (
    "accounts.signin.password_routes.sign_out",  # checks the origin of the request itself
    "dash.dash.dispatch",  # accepts only JSON, which no form on another site can send with our cookie
)
PROBLEM_TEXTS = {
    "password": "The name or password is wrong.",
    "link": "This link has expired or was already used. Sign in with your password, or ask for a new link.",
    "form": "This page has expired. Sign in again.",
    "late": "That took too long. Sign in again.",
    "ended": "You have been signed out: your session expired or was ended elsewhere.",
}

blueprint = Blueprint("password", __name__)


def install_signin(server: Flask) -> None:
    """Add the sign-in routes, sessions and CSRF protection to the server."""
    cookies.install_cookies(server)
    for room in (blueprint, second_factor_routes.blueprint, password_reset_routes.blueprint):
        server.register_blueprint(room)
    csrf = CSRFProtect(server)
    for view in CSRF_EXEMPT_VIEWS:
        csrf.exempt(view)
    server.register_error_handler(CSRFError, _stale_form)


@blueprint.route("/signin", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    form = SignInForm(next=request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(safe_redirect_target(form.next.data))
    if form.validate_on_submit():
        return _sign_in_by_password(form)
    why = next((each for each in ("ended", "late") if each in request.args), "")
    return _signin_page(form, why, 400 if form.is_submitted() else 200)


@blueprint.get("/signin/link/<token>")
@public
def sign_in_by_link(token: str) -> Response:
    if request.method == "HEAD":  # a preview, which must not redeem the link
        return make_response("")
    person = one_time_links.redeem_link(token)
    if person is None:
        return _signin_page(SignInForm(formdata=None), "link", 410)
    return continue_signin(person, "link", "/")


@blueprint.post("/signout")
@public
def sign_out() -> Response:
    """End the session and clear the browser's cache of this service. Other sites can't trigger it."""
    if not is_same_origin():
        abort(403)
    if current_user.is_authenticated and current_user.kind is not PrincipalKind.PROGRAM:
        sessions.end_session(current_user.key)
        audit.record_event(AuditAction.SIGNOUT, actor=current_user)
    cookies.clear_session()
    session.clear()
    answer = redirect("/signin")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _sign_in_by_password(form: SignInForm) -> Response:
    name, user = users.load_signin_user(form.name.data)
    attempt = attempt_for_request(AttemptKind.PASSWORD, form.name.data, user.principal.id if user else 0)
    try:
        throttle.register_attempt(attempt)
    except TooManyAttemptsError as error:
        failure_audit.record_signin_failure(name, AttemptKind.PASSWORD, error)
        return rate_limited_page(error, "signin.html", form)
    if not users.verify_user_password(user, form.password.data) or user is None:
        failure_audit.record_signin_failure(name, AttemptKind.PASSWORD, "wrong name or password")
        return _signin_page(form, "password", 401)
    throttle.clear_attempt(attempt)
    return continue_signin(user.principal, "password", safe_redirect_target(form.next.data), user.factors)


def _signin_page(form: SignInForm, problem: str, status: int) -> Response:
    return make_response(
        render_template("signin.html", form=form, problem=PROBLEM_TEXTS.get(problem)), status
    )


def _stale_form(_error: CSRFError) -> Response:
    if current_user.is_authenticated:
        return redirect("/")
    return _signin_page(SignInForm(formdata=None, next=request.form.get("next", "")), "form", 400)
