"""The way in: from the first proof, over the second factor where there is one, to a session."""

from __future__ import annotations

from dataclasses import dataclass
from time import time

from flask import make_response, redirect, render_template, request, session
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from accounts import audit, cookies, factors, sessions, users
from accounts.audit import Action
from accounts.principals import Principal
from accounts.throttle import Kind, TooManyError, Try

PATIENCE = 300
"""Seconds between the first proof and the second."""


@dataclass(frozen=True)
class Pending:
    """Who has proved the first, how, and where they are going."""

    person: Principal
    method: str
    next: str


def proceed(person: Principal, method: str, address: str) -> Response:
    """Let somebody in who has proved the first: at once, or once they have proved or set up the second."""
    has_one = bool(factors.of(person.id))
    if not has_one and not factors.demanded(person.role):
        return admit(person, method, redirect(address))
    session.clear()
    session["pending"] = {"user": person.id, "method": method, "next": address, "at": int(time())}
    return redirect("/signin/factor" if has_one else "/signin/setup")


def pending() -> Pending | None:
    """Who is on the way in with this browser; None: nobody, or for too long."""
    kept = session.get("pending")
    if kept is None or kept["at"] < time() - PATIENCE:
        return None
    person = users.of_id(kept["user"])
    return Pending(person, kept["method"], kept["next"]) if person else None


def admit(person: Principal, method: str, answer: Response | str) -> Response:
    """Begin a session and let this answer carry it; what the browser had of another one is forgotten."""
    session.clear()
    cookies.admit(sessions.begin(person.id, method, cookies.browser_of(request)))
    audit.record(Action.SIGNIN, actor=person, method=method)
    response = make_response(answer)
    cookies.remember(response, person.id)
    return response


def tried(kind: Kind, account: str, user_id: int) -> Try:
    """This request as a try to get into an account; ``user_id`` is 0 if there is no such user."""
    return Try(kind, account, request.remote_addr or "", cookies.known(request, user_id))


def too_soon(error: TooManyError, template: str, form: FlaskForm, **shown: object) -> Response:
    """The page again, saying how long to wait."""
    answer = make_response(render_template(template, form=form, problem=error, **shown), 429)
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


def local(address: str | None) -> str:
    """The address if it leads to this service, else the front page.

    Browsers read ``//host``, a backslash and control characters as more than a path.
    """
    plain = address and address.isprintable() and "\\" not in address
    return address if address and plain and address.startswith("/") and not address.startswith("//") else "/"
