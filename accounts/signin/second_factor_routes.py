"""The second step of signing in: a code, or setting up the authenticator that one has to have."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, session
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from accounts import audit, factors, failure_audit, qr, recovery, throttle, totp
from accounts.audit import Action
from accounts.factors import Factor
from accounts.guard import public
from accounts.signin.flow import Pending, admit, pending, too_soon, tried
from accounts.signin.forms import CodeForm
from accounts.throttle import Kind, TooManyError
from accounts.totp import WrongCodeError

WRONG = "This code is wrong or was used before."
AGAIN = "/signin?late"
METHOD = "code"
"""What failed sign-ins are filed under: a wrong code is of no kind."""

blueprint = Blueprint("secondstep", __name__)


@blueprint.route("/signin/factor", methods=["GET", "POST"])
@public
def factor() -> Response | str | tuple[str, int]:
    """Ask for a code. Codes of both kinds fit the one field."""
    one, form = pending(), CodeForm()
    if one is None:
        return redirect(AGAIN)
    shown = {"has": factors.of(one.person.id), "Factor": Factor}
    if not form.validate_on_submit():
        return render_template("second_factor.html", form=form, **shown), 400 if form.is_submitted() else 200
    trial = tried(Kind.FACTOR, str(one.person.id), one.person.id)
    try:
        throttle.allowed(trial)
    except TooManyError as error:
        failure_audit.signin(one.person.name, METHOD, error)
        return too_soon(error, "second_factor.html", form, **shown)
    proof = factors.proven(one.person.id, form.code.data)
    if proof is None:
        failure_audit.signin(one.person.name, METHOD, "wrong code")
        return render_template("second_factor.html", form=form, problem=WRONG, **shown), 401
    throttle.succeeded(trial)
    return admit(one.person, f"{one.method}+{proof}", redirect(one.next))


@blueprint.route("/signin/setup", methods=["GET", "POST"])
@public
def setup() -> Response | str | tuple[str, int]:
    """Set up the authenticator of somebody who must have one, but has no second factor yet."""
    one, form = pending(), CodeForm()
    if one is None:
        return redirect(AGAIN)
    if factors.of(one.person.id):
        return redirect("/signin/factor")
    secret = session.setdefault("proposed", totp.new_secret())
    if not form.validate_on_submit():
        return _setup_page(form, one, secret), 400 if form.is_submitted() else 200
    try:
        totp.enable(one.person.id, secret, form.code.data)
    except WrongCodeError as error:
        form.code.errors = [str(error)]
        return _setup_page(form, one, secret), 401
    whose = ("user", one.person.name)
    audit.record(Action.FACTOR_ADDED, actor=one.person, resource=whose, factor=Factor.TOTP)
    codes = recovery.renew(one.person.id)
    audit.record(Action.RECOVERY_CREATED, actor=one.person, resource=whose)
    page = render_template("recovery_codes.html", codes=codes, next=one.next)
    return admit(one.person, f"{one.method}+{Factor.TOTP}", page)


def _setup_page(form: FlaskForm, one: Pending, secret: str) -> str:
    return render_template(
        "authenticator_setup.html",
        form=form,
        name=one.person.name,
        secret=secret,
        qr=qr.inline(totp.address(one.person.name, secret)),
    )
