"""The routes of invitation and password reset links."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from accounts import audit, mail, one_time_links, passwords, throttle, users
from accounts.audit import AuditAction
from accounts.guard import public
from accounts.passwords import WeakPasswordError
from accounts.signin.flow import attempt_for_request, continue_signin, rate_limited_page
from accounts.signin.forms import ForgotForm, NewPasswordForm
from accounts.throttle import AttemptKind, TooManyAttemptsError
from db.tables import LinkPurpose

blueprint = Blueprint("password_reset", __name__)


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@public
def accept_invitation(token: str) -> Response:
    return _choose_password(token, LinkPurpose.INVITATION)


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@public
def reset_password(token: str) -> Response:
    return _choose_password(token, LinkPurpose.RESET)


@blueprint.route("/forgot", methods=["GET", "POST"])
@public
def request_password_reset() -> Response:
    """Mail a password reset link. The response is the same whether or not the user exists."""
    form = ForgotForm()
    if not mail.is_configured() or not form.validate_on_submit():
        page = render_template("forgot_password.html", form=form, can_send_mail=mail.is_configured())
        return make_response(page, 400 if form.errors else 200)
    try:
        throttle.register_attempt(attempt_for_request(AttemptKind.RESET, form.who.data, 0))
    except TooManyAttemptsError as error:
        return rate_limited_page(error, "forgot_password.html", form, can_send_mail=True)
    mail.send_in_background(mail.send_reset_link, form.who.data)
    return make_response(render_template("forgot_password.html", form=form, can_send_mail=True, sent=True))


def _choose_password(token: str, purpose: LinkPurpose) -> Response:
    """Show or handle the form. Showing it leaves the link valid (for previews); a new password redeems it."""
    form, owner = NewPasswordForm(), one_time_links.get_link_owner(token, purpose)
    if owner is None:
        return make_response(render_template("link_expired.html", purpose=purpose), 410)
    if form.validate_on_submit():
        try:
            passwords.check_strength(form.password.data, owner.name)
        except WeakPasswordError as error:
            form.password.errors = [str(error)]
        else:
            return _save_password(token, purpose, form.password.data)
    page = render_template("new_password.html", form=form, name=owner.name, purpose=purpose)
    return make_response(page, 400 if form.errors else 200)


def _save_password(token: str, purpose: LinkPurpose, password: str) -> Response:
    person = one_time_links.redeem_link(token, purpose)
    if person is None:  # another request has redeemed the link
        return make_response(render_template("link_expired.html", purpose=purpose), 410)
    users.set_password(person.name, password)
    audit.record_event(AuditAction.PASSWORD_CHANGED, actor=person, resource=("user", person.name), by=purpose)
    return continue_signin(person, purpose, "/")
