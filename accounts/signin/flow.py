"""The sign-in flow: from the first factor, and the second one if needed, to a session."""

from __future__ import annotations

from dataclasses import dataclass
from time import time

from flask import make_response, redirect, render_template, request, session
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from accounts import audit, cookies, factors, sessions, users
from accounts.audit import AuditAction
from accounts.factors import Factor
from accounts.principals import Principal
from accounts.throttle import Attempt, AttemptKind, TooManyAttemptsError
from db.name_keys import fold_name

PENDING_SECONDS = 300
"""The maximum number of seconds between the first and the second factor."""


@dataclass(frozen=True)
class PendingSignIn:
    """A user who has passed the first factor, how they did, and the path to open after signing in."""

    person: Principal
    method: str
    next: str


def continue_signin(
    person: Principal, method: str, address: str, held: frozenset[Factor] | None = None
) -> Response:
    """Sign in a user who has passed the first factor: at once, or after they pass or set up the second one.

    ``held``: the second factors they have, if the caller knows them already.
    """
    has_one = bool(factors.list_factors(person.id) if held is None else held)
    if not has_one and not factors.is_factor_required(person.role):
        return complete_signin(person, method, redirect(address))
    session.clear()
    session["pending"] = {"user": person.id, "method": method, "next": address, "at": int(time())}
    return redirect("/signin/factor" if has_one else "/signin/setup")


def get_pending_signin() -> PendingSignIn | None:
    """Return the pending sign-in of this browser; None if there is none or it has expired."""
    kept = session.get("pending")
    if kept is None or kept["at"] < time() - PENDING_SECONDS:
        return None
    person = users.find_by_id(kept["user"])
    return PendingSignIn(person, kept["method"], kept["next"]) if person else None


def complete_signin(person: Principal, method: str, answer: Response | str) -> Response:
    """Start a session and set its cookies on this response; clear what an earlier session left behind."""
    session.clear()
    cookies.set_session(sessions.start_session(person.id, method, cookies.get_browser(request)))
    audit.record_event(AuditAction.SIGNIN, actor=person, method=method)
    response = make_response(answer)
    cookies.remember_device(response, person.id)
    return response


def attempt_for_request(kind: AttemptKind, account: str, user_id: int) -> Attempt:
    """Return this request as an attempt on an account; ``user_id`` is 0 if there is no such user.

    Another spelling of the account gives nobody more attempts.
    """
    device = cookies.get_device_id(request, user_id)
    return Attempt(kind, fold_name(account), request.remote_addr or "", device)


def rate_limited_page(
    error: TooManyAttemptsError, template: str, form: FlaskForm, **shown: object
) -> Response:
    """Return the page again with how long to wait."""
    answer = make_response(render_template(template, form=form, problem=error, **shown), 429)
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def safe_redirect_target(address: str | None) -> str:
    """Return the address if it leads to this service, else the front page's.

    Refuse ``//host``, backslashes and control characters, with which browsers would leave this service.
    """
    plain = address and address.isprintable() and "\\" not in address
    return address if address and plain and address.startswith("/") and not address.startswith("//") else "/"
