"""Sign in by password or one-time link, and sign out: plain forms that work without a script."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, make_response, redirect, render_template, request, session
from flask_login import current_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from accounts import audit, cookies, failure_audit, one_time_links, sessions, throttle, users
from accounts.audit import Action
from accounts.guard import public, same_origin
from accounts.principals import Kind as PrincipalKind
from accounts.signin import password_reset_routes, second_factor_routes
from accounts.signin.flow import local, proceed, too_soon, tried
from accounts.signin.forms import SignInForm
from accounts.throttle import Kind, TooManyError

EXEMPT = (
    "accounts.signin.password_routes.signout",  # checks where the request comes from by itself
    "dash.dash.dispatch",  # takes JSON only, which no form of another site can send along with our cookie
)
PROBLEMS = {
    "password": "Name or password is wrong.",
    "link": "This link has expired or was used before. Sign in with your password, or ask for a new link.",
    "form": "This page was open for too long. Please sign in again.",
    "late": "That took too long. Please sign in again.",
    "ended": "You were signed out: your session was over, or was ended elsewhere.",
}

blueprint = Blueprint("accounts", __name__)


def install(server: Flask) -> None:
    """Give the server its sign-in routes, sessions and CSRF protection."""
    cookies.install(server)
    for room in (blueprint, second_factor_routes.blueprint, password_reset_routes.blueprint):
        server.register_blueprint(room)
    csrf = CSRFProtect(server)
    for view in EXEMPT:
        csrf.exempt(view)
    server.register_error_handler(CSRFError, _stale_form)


@blueprint.route("/signin", methods=["GET", "POST"])
@public
def signin() -> Response:
    form = SignInForm(next=request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(local(form.next.data))
    if form.validate_on_submit():
        return _by_password(form)
    why = next((each for each in ("ended", "late") if each in request.args), "")
    return _page(form, why, 400 if form.is_submitted() else 200)


@blueprint.get("/signin/link/<token>")
@public
def signin_by_link(token: str) -> Response:
    if request.method == "HEAD":  # a preview, which must not use the link up
        return make_response("")
    person = one_time_links.redeem(token)
    if person is None:
        return _page(SignInForm(formdata=None), "link", 410)
    return proceed(person, "link", "/")


@blueprint.post("/signout")
@public
def signout() -> Response:
    """Forget who was signed in, and what their browser keeps of us. Other sites can't do this to somebody."""
    if not same_origin():
        abort(403)
    if current_user.is_authenticated and current_user.kind is not PrincipalKind.PROGRAM:
        sessions.end(current_user.key)
        audit.record(Action.SIGNOUT, actor=current_user)
    cookies.dismiss()
    session.clear()
    answer = redirect("/signin")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _by_password(form: SignInForm) -> Response:
    named = users.of_name(form.name.data)
    one = tried(Kind.PASSWORD, form.name.data, named.id if named else 0)
    try:
        throttle.allowed(one)
    except TooManyError as error:
        failure_audit.signin(users.spelled(form.name.data), Kind.PASSWORD, error)
        return too_soon(error, "signin.html", form)
    person = users.of_password(form.name.data, form.password.data)
    if person is None:
        failure_audit.signin(users.spelled(form.name.data), Kind.PASSWORD, "wrong name or password")
        return _page(form, "password", 401)
    throttle.succeeded(one)
    return proceed(person, "password", local(form.next.data))


def _page(form: SignInForm, problem: str, status: int) -> Response:
    return make_response(render_template("signin.html", form=form, problem=PROBLEMS.get(problem)), status)


def _stale_form(_error: CSRFError) -> Response:
    if current_user.is_authenticated:
        return redirect("/")
    return _page(SignInForm(formdata=None, next=request.form.get("next", "")), "form", 400)
