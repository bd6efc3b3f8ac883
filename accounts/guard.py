"""Access control that denies by default: every request needs a signed-in user unless its route is public."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import Flask, Request, Response, abort, current_app, make_response, redirect, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import current_user
from itsdangerous import URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from accounts import factors, failure_audit, throttle
from accounts.form_cookie import derive_form_key
from accounts.permissions import Permission
from accounts.principals import PrincipalKind
from accounts.request_text import refuse_nul_characters
from accounts.throttle import Attempt, TooManyAttemptsError
from config import get_settings
from db.tables import utc_now

P = ParamSpec("P")
R = TypeVar("R")
PUBLIC = "public"
PUBLIC_PATHS = ("/assets/",)
PROGRAM_PREFIXES = ("/_", "/api/")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
FORM_CONTENT_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}
"""The content types that a form on another site can send together with our cookies."""


def requires(permission: Permission, *, fresh: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only principals with this permission call the function; put it under ``@callback`` or the route.

    Dangerous operations are ``fresh``: the user must just have confirmed their identity. Set ``policy`` and
    ``fresh`` on the function; a test requires ``policy`` of every callback and route. A call answers 401 if
    nobody is signed in, 403 without the permission, and 403 with ``X-Step-Up`` if they must confirm first.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call_if_allowed(*args: P.args, **kwargs: P.kwargs) -> R:
            require_permission(permission, f"{function.__module__}.{function.__qualname__}")
            if fresh:
                require_step_up()
            return function(*args, **kwargs)

        vars(call_if_allowed).update(policy=permission, fresh=fresh)
        return call_if_allowed

    return decorate


def public(function: Callable[P, R]) -> Callable[P, R]:
    """Declare that anyone may call this route, signed in or not."""
    vars(function)["policy"] = PUBLIC
    return function


def require_permission(permission: Permission, what: str) -> None:
    """End the request unless its principal has this permission; record a denial in the audit log.

    Raises:
        werkzeug.exceptions.HTTPException: 401 if nobody is signed in, 403 without the permission.
    """
    if not current_user.is_authenticated:
        abort(401)
    if not current_user.has_permission(permission):
        failure_audit.record_access_denied(current_user, permission, what)
        abort(403)


def require_step_up() -> None:
    """End the request unless the user has just confirmed their identity, which programs and guests can't.

    Raises:
        werkzeug.exceptions.HTTPException: 403, with ``X-Step-Up`` if confirming would help.
    """
    if current_user.kind is not PrincipalKind.PERSON:
        abort(403, "API tokens can't do this. Sign in with a browser.")
    if current_user.confirmed <= utc_now() - get_settings().step_up:
        error = {"message": "Confirm that it is you.", "code": "step-up"}
        answer = make_response(
            {"error": error, "ways": factors.list_confirmation_methods(current_user.id)}, 403
        )
        answer.headers["X-Step-Up"] = "required"
        abort(answer)


def is_same_origin() -> bool:
    """Return whether one of our pages, or no page, makes this request, according to its headers."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    ours = {request.host, urlsplit(get_settings().public_url).netloc} - {""}
    return origin is None or urlsplit(origin).netloc in ours


def rate_limited_response(error: TooManyAttemptsError) -> Response:
    answer = make_response({"error": {"message": str(error)}}, 429)
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


class FormSessionInterface(SecureCookieSessionInterface):
    """Flask's sessions, for forms only: on assets and the API, a cookie would prevent shared caching."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        without = (*PUBLIC_PATHS, "/api/")
        return None if request.path.startswith(without) else super().open_session(app, request)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs the cookie with the current key, which may be replaced while the service runs."""
        app.secret_key = derive_form_key()
        return super().get_signing_serializer(app)


def install_guard(server: Flask) -> None:
    """Check the requests to every route of this server, including Dash's."""
    server.session_interface = FormSessionInterface()
    server.before_request(refuse_nul_characters)
    server.before_request(_deny_by_default)
    server.before_request(_refuse_other_sites)
    server.register_error_handler(TooManyAttemptsError, rate_limited_response)


def _deny_by_default() -> AnyResponse | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "policy", None) == PUBLIC or request.path.startswith(PUBLIC_PATHS):
        return None
    if current_user.is_authenticated:
        return None
    if _wants_page():
        query = request.full_path.rstrip("?")
        return redirect("/signin" if query == "/" else "/signin?" + urlencode({"next": query}))
    return _answer_unauthenticated()


def _refuse_other_sites() -> None:
    """Refuse requests with our cookies that change something, unless our own pages send them (as JSON)."""
    if (
        request.method in SAFE_METHODS
        or not request.path.startswith(PROGRAM_PREFIXES)
        or "Authorization" in request.headers
    ):
        return
    if not is_same_origin():
        abort(403, "This request came from another site.")
    if request.mimetype in FORM_CONTENT_TYPES:
        abort(415, "Send the request body as JSON.")


def _wants_page() -> bool:
    return request.method == "GET" and not request.path.startswith(PROGRAM_PREFIXES) and not request.is_json


def _answer_unauthenticated() -> Response:
    if "Authorization" in request.headers:
        address = request.remote_addr or ""
        throttle.register_attempt(Attempt(throttle.AttemptKind.TOKEN, throttle.get_network(address), address))
    return make_response({"error": {"message": "Sign in first."}}, 401)
