"""Links to a password: by invitation, or for who has forgotten theirs."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from accounts import audit, mail, one_time_links, passwords, throttle, users
from accounts.audit import Action
from accounts.guard import public
from accounts.passwords import WeakPasswordError
from accounts.signin.flow import proceed, too_soon, tried
from accounts.signin.forms import ForgotForm, NewPasswordForm
from accounts.throttle import Kind, TooManyError
from db.tables import Purpose

blueprint = Blueprint("mending", __name__)


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> Response:
    return _choose(token, Purpose.INVITATION)


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> Response:
    return _choose(token, Purpose.RESET)


@blueprint.route("/forgot", methods=["GET", "POST"])
@public
def forgot() -> Response:
    """Mail a link to who has forgotten their password. The answer is the same whoever they are."""
    form = ForgotForm()
    if not mail.configured() or not form.validate_on_submit():
        page = render_template("forgot_password.html", form=form, mails=mail.configured())
        return make_response(page, 400 if form.errors else 200)
    try:
        throttle.allowed(tried(Kind.RESET, form.who.data, 0))
    except TooManyError as error:
        return too_soon(error, "forgot_password.html", form, mails=True)
    mail.later(mail.offer_reset, form.who.data)
    return make_response(render_template("forgot_password.html", form=form, mails=True, sent=True))


def _choose(token: str, purpose: Purpose) -> Response:
    """Looking at the form leaves the link good, as previews do; choosing a password uses it up."""
    form, owner = NewPasswordForm(), one_time_links.owner(token, purpose)
    if owner is None:
        return make_response(render_template("link_expired.html", purpose=purpose), 410)
    if form.validate_on_submit():
        try:
            passwords.check(form.password.data, owner.name)
        except WeakPasswordError as error:
            form.password.errors = [str(error)]
        else:
            return _chosen(token, purpose, form.password.data)
    page = render_template("new_password.html", form=form, name=owner.name, purpose=purpose)
    return make_response(page, 400 if form.errors else 200)


def _chosen(token: str, purpose: Purpose, password: str) -> Response:
    person = one_time_links.redeem(token, purpose)
    if person is None:  # another request was faster
        return make_response(render_template("link_expired.html", purpose=purpose), 410)
    users.set_password(person.name, password)
    audit.record(Action.PASSWORD_CHANGED, actor=person, resource=("user", person.name), by=purpose)
    return proceed(person, purpose, "/")
