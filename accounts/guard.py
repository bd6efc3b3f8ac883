"""Deny by default: every request needs a signed-in person, unless what answers it is declared public."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlencode

from flask import Flask, Request, Response, abort, current_app, make_response, redirect, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from accounts.permissions import GRANTED, Permission
from db.tables import Role

P = ParamSpec("P")
R = TypeVar("R")
PUBLIC = "public"
PUBLIC_PATHS = ("/assets/",)


def requires(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only people with this permission through; put it right under ``@callback`` or the route.

    Sets ``policy`` on the function, which a test demands of every callback and route. Answers 401 to
    strangers and 403 to people who may not.
    """

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            demand(permission)
            return function(*args, **kwargs)

        vars(guarded)["policy"] = permission
        return guarded

    return declare


def public(function: Callable[P, R]) -> Callable[P, R]:
    """Declare that anyone may call this route, signed in or not."""
    vars(function)["policy"] = PUBLIC
    return function


def demand(permission: Permission) -> None:
    """End the request unless the person who asks has this permission.

    Raises:
        werkzeug.exceptions.HTTPException: 401 nobody is signed in, 403 they may not.
    """
    if not current_user.is_authenticated:
        abort(401)
    if permission not in GRANTED[Role(current_user.role)]:
        abort(403)


class Sessions(SecureCookieSessionInterface):
    """Assets are the same for everybody: no session there, so that nobody's cookie parts them in a cache."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return None if request.path.startswith(PUBLIC_PATHS) else super().open_session(app, request)


def guard(server: Flask) -> None:
    """Put the guard before every route of this server, those of Dash included."""
    server.session_interface = Sessions()
    server.before_request(_deny_by_default)


def _deny_by_default() -> AnyResponse | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "policy", None) == PUBLIC or request.path.startswith(PUBLIC_PATHS):
        return None
    if current_user.is_authenticated:
        return None
    if _wants_page():
        query = request.full_path.rstrip("?")
        return redirect("/signin" if query == "/" else "/signin?" + urlencode({"next": query}))
    return _unauthorised()


def _wants_page() -> bool:
    programs = ("/_", "/api/")
    return request.method == "GET" and not request.path.startswith(programs) and not request.is_json


def _unauthorised() -> Response:
    return make_response({"error": {"message": "Sign in first."}}, 401)
