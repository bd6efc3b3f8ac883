"""Sign in by password or one-time link, and sign out: plain forms that work without a script."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, redirect, render_template, request, session
from flask_login import current_user
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from accounts import cookies, links, passwords, sessions, users
from accounts.guard import public
from accounts.principals import Kind, Principal

EXEMPT = (
    "accounts.signin.signout",  # checks where the request comes from by itself
    "dash.dash.dispatch",  # takes JSON only, which no form of another site can send along with our cookie
)
PROBLEMS = {
    "password": "Name or password is wrong.",
    "link": "This link has expired or was used before. Sign in with your password, or ask for a new link.",
    "form": "This page was open for too long. Please sign in again.",
}

blueprint = Blueprint("accounts", __name__)


class SignInForm(FlaskForm):
    """Name and password, and the local address to open next."""

    name = StringField("Name", [InputRequired("Enter your name."), Length(max=users.LONGEST_NAME)])
    password = PasswordField(
        "Password", [InputRequired("Enter your password."), Length(max=passwords.LONGEST)]
    )
    next = HiddenField()


def install(server: Flask) -> None:
    """Give the server its sign-in routes, sessions and CSRF protection."""
    cookies.install(server)
    server.register_blueprint(blueprint)
    csrf = CSRFProtect(server)
    for view in EXEMPT:
        csrf.exempt(view)
    server.register_error_handler(CSRFError, _stale_form)


@blueprint.route("/signin", methods=["GET", "POST"])
@public
def signin() -> Response | str | tuple[str, int]:
    form = SignInForm(next=request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(local(form.next.data))
    if not form.validate_on_submit():
        return render_template("signin.html", form=form), 400 if form.is_submitted() else 200
    person = users.of_password(form.name.data, form.password.data)
    if person is None:
        return render_template("signin.html", form=form, problem=PROBLEMS["password"]), 401
    return _admit(person, "password", local(form.next.data))


@blueprint.get("/signin/link/<token>")
@public
def signin_by_link(token: str) -> Response | str | tuple[str, int]:
    if request.method == "HEAD":  # a preview, which must not use the link up
        return ""
    person = links.redeem(token)
    if person is None:
        return render_template("signin.html", form=SignInForm(formdata=None), problem=PROBLEMS["link"]), 410
    return _admit(person, "link", "/")


@blueprint.post("/signout")
@public
def signout() -> Response:
    """Forget who was signed in, and what their browser keeps of us. Other sites can't do this to somebody."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        abort(403)
    if current_user.is_authenticated and current_user.kind is not Kind.PROGRAM:
        sessions.end(current_user.key)
    cookies.dismiss()
    session.clear()
    answer = redirect("/signin")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def local(address: str | None) -> str:
    """The address if it leads to this service, else the front page.

    Browsers read ``//host``, a backslash and control characters as more than a path.
    """
    plain = address and address.isprintable() and "\\" not in address
    return address if address and plain and address.startswith("/") and not address.startswith("//") else "/"


def _admit(person: Principal, method: str, address: str) -> Response:
    session.clear()
    cookies.admit(sessions.begin(person.id, method, cookies.browser_of(request)))
    return redirect(address)


def _stale_form(_error: CSRFError) -> Response | tuple[str, int]:
    if current_user.is_authenticated:
        return redirect("/")
    form = SignInForm(formdata=None, next=request.form.get("next", ""))
    return render_template("signin.html", form=form, problem=PROBLEMS["form"]), 400
