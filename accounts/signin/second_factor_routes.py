"""The routes of the second factor: enter a code, or set up the authenticator that is required."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, session
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from accounts import audit, factors, failure_audit, qr, recovery, throttle, totp
from accounts.audit import AuditAction
from accounts.factors import Factor
from accounts.guard import public
from accounts.principals import Principal
from accounts.signin.flow import (
    PendingSignIn,
    attempt_for_request,
    complete_signin,
    get_pending_signin,
    rate_limited_page,
)
from accounts.signin.forms import CodeForm
from accounts.throttle import AttemptKind, TooManyAttemptsError
from accounts.totp import WrongCodeError

WRONG_CODE = "This code is wrong or was already used."
LATE_SIGNIN_PATH = "/signin?late"
METHOD = "code"
"""The method recorded for failed sign-ins: a wrong code is neither ``totp`` nor ``recovery``."""

blueprint = Blueprint("second_factor", __name__)


@blueprint.route("/signin/factor", methods=["GET", "POST"])
@public
def verify_second_factor() -> Response | str | tuple[str, int]:
    """Ask for a code. The one field accepts authenticator and recovery codes."""
    pending, form = get_pending_signin(), CodeForm()
    if pending is None:
        return redirect(LATE_SIGNIN_PATH)
    if not form.validate_on_submit():
        return _code_page(form, pending.person), 400 if form.is_submitted() else 200
    return _verify_code(pending, form)


def _verify_code(pending: PendingSignIn, form: CodeForm) -> Response | tuple[str, int]:
    person = pending.person
    attempt = attempt_for_request(AttemptKind.FACTOR, str(person.id), person.id)
    try:
        throttle.register_attempt(attempt)
    except TooManyAttemptsError as error:
        failure_audit.record_signin_failure(person.name, METHOD, error)
        return rate_limited_page(error, "second_factor.html", form, **_code_page_context(person))
    proof = factors.verify_code(person, form.code.data)
    if proof is None:
        failure_audit.record_signin_failure(person.name, METHOD, "wrong code")
        return _code_page(form, person, problem=WRONG_CODE), 401
    throttle.clear_attempt(attempt)
    return complete_signin(person, f"{pending.method}+{proof}", redirect(pending.next))


def _code_page(form: CodeForm, person: Principal, problem: str | None = None) -> str:
    context = _code_page_context(person)
    return render_template("second_factor.html", form=form, problem=problem, **context)


def _code_page_context(person: Principal) -> dict[str, object]:
    return {"factors": factors.list_factors(person.id), "Factor": Factor}


@blueprint.route("/signin/setup", methods=["GET", "POST"])
@public
def setup_authenticator() -> Response | str | tuple[str, int]:
    """Set up the authenticator of a user who must have a second factor but has none yet."""
    one, form = get_pending_signin(), CodeForm()
    if one is None:
        return redirect(LATE_SIGNIN_PATH)
    if factors.list_factors(one.person.id):
        return redirect("/signin/factor")
    secret = session.setdefault("proposed", totp.generate_secret())
    if not form.validate_on_submit():
        return _setup_page(form, one, secret), 400 if form.is_submitted() else 200
    try:
        totp.enable_totp(one.person.id, secret, form.code.data)
    except WrongCodeError as error:
        form.code.errors = [str(error)]
        return _setup_page(form, one, secret), 401
    whose = ("user", one.person.name)
    audit.record_event(AuditAction.FACTOR_ADDED, actor=one.person, resource=whose, factor=Factor.TOTP)
    codes = recovery.renew_codes(one.person.id)
    audit.record_event(AuditAction.RECOVERY_CREATED, actor=one.person, resource=whose)
    page = render_template("recovery_codes.html", codes=codes, next=one.next)
    return complete_signin(one.person, f"{one.method}+{Factor.TOTP}", page)


def _setup_page(form: FlaskForm, one: PendingSignIn, secret: str) -> str:
    return render_template(
        "authenticator_setup.html",
        form=form,
        name=one.person.name,
        secret=secret,
        qr=qr.to_svg_markup(totp.build_provisioning_uri(one.person.name, secret)),
    )
