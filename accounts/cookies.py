"""Who a request is from: told by its cookies, which are renewed on the way out, or by its bearer token."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from flask import Flask, Request, Response, g, request
from flask_login import LoginManager

from accounts import api_tokens, audit, sessions, signed_tokens
from accounts.audit import Action, Outcome
from accounts.principals import Principal
from accounts.sessions import Browser, Tokens
from accounts.signed_tokens import Audience, BadTokenError
from config import settings
from db.tables import now
from db.tables.sessions import new_token_id

ACCESS, REFRESH, KNOWN = "dx-access", "dx-refresh", "dx-known"
MEMORY = timedelta(days=365)
WATCH = "/api/session"
"""Where a page asks whether its session still lives. Asking is no use of it: it would never end by itself."""


def install(server: Flask) -> None:
    """Let flask-login find the principal of each request, and answers carry renewed cookies."""
    manager = LoginManager(server)
    manager.session_protection = None
    manager.request_loader(load)
    server.after_request(_renew)


def browser_of(asked: Request) -> Browser:
    return Browser(asked.remote_addr or "", asked.user_agent.string)


def admit(given: Tokens) -> None:
    """Let this answer sign the browser in."""
    g.new_tokens = given


def remember(response: Response, user_id: int) -> None:
    """Let the browser be known from now on as one in which this user has signed in."""
    until = now() + MEMORY
    token = signed_tokens.issue(Audience.DEVICE, new_token_id(), until, user=user_id)
    response.set_cookie(_name(KNOWN), token, expires=until, httponly=True, samesite="Lax", secure=_secure())


def known(asked: Request, user_id: int) -> str:
    """What tells a browser in which this user has signed in before from all others; empty for others."""
    try:
        claims = signed_tokens.read(Audience.DEVICE, asked.cookies.get(_name(KNOWN), ""))
    except BadTokenError:
        return ""
    return str(claims["jti"]) if claims.get("user") == user_id else ""


def dismiss() -> None:
    """Let this answer sign the browser out."""
    g.new_tokens = None


def load(asked: Request) -> Principal | None:
    """The principal of a request; None for strangers."""
    header = asked.headers.get("Authorization", "")
    try:
        if header:
            scheme, _, token = header.partition(" ")
            return api_tokens.of(token.strip()) if scheme.lower() == "bearer" else None
        return _of_cookies(asked)
    except BadTokenError:
        return None


def _of_cookies(asked: Request) -> Principal | None:
    access, refresh = asked.cookies.get(_name(ACCESS)), asked.cookies.get(_name(REFRESH))
    if access:
        with suppress(BadTokenError):  # it lasts for minutes: the other tells whether the session is over
            return sessions.of_access(access)
    if not refresh:
        return None
    if asked.path == WATCH:
        return sessions.watched(refresh)
    try:
        person, g.new_tokens = sessions.renew(refresh, browser_of(asked))
    except BadTokenError as error:
        if isinstance(error, sessions.ReusedError):
            _record_reuse(error.owner)
        g.new_tokens = None
        raise
    return person


def _record_reuse(owner: Principal) -> None:
    """Once a session, as it has ended. Whoever came may be its owner or the thief: that nobody knows."""
    audit.record(
        Action.SESSION_REUSE, resource=("user", owner.name), outcome=Outcome.DENIED, session=owner.key
    )


def _renew(response: Response) -> Response:
    if "new_tokens" not in g:
        return response
    given: Tokens | None = g.new_tokens
    for name in (ACCESS, REFRESH):
        if given is None:
            response.delete_cookie(_name(name), httponly=True, samesite="Lax", secure=_secure())
        else:
            value = given.access if name == ACCESS else given.refresh
            response.set_cookie(
                _name(name), value, expires=given.expires, httponly=True, samesite="Lax", secure=_secure()
            )
    return response


def _name(name: str) -> str:
    """Over HTTPS a name that no neighbouring host and no page without TLS can set (RFC 6265bis)."""
    return f"__Host-{name}" if _secure() else name


def _secure() -> bool:
    return settings().https or request.is_secure
