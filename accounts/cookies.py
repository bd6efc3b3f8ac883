"""The principal of a request, found by its session cookies (which responses renew) or its bearer token."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from flask import Flask, Request, Response, g, request
from flask_login import LoginManager

from accounts import api_tokens, audit, sessions, signed_tokens
from accounts.audit import AuditAction, Outcome
from accounts.principals import Principal
from accounts.sessions import Browser, SessionTokens
from accounts.signed_tokens import Audience, BadTokenError
from config import get_settings
from db.tables import utc_now
from db.tables.sessions import new_token_id

ACCESS_COOKIE, REFRESH_COOKIE, DEVICE_COOKIE = "dx-access", "dx-refresh", "dx-known"
DEVICE_LIFETIME = timedelta(days=365)
SESSION_CHECK_PATH = "/api/session"
"""The path where a page checks its session. A check must not count as use, or no session would ever end."""


def install_cookies(server: Flask) -> None:
    """Let flask-login find the principal of each request, and let responses carry renewed cookies."""
    manager = LoginManager(server)
    manager.session_protection = None
    manager.request_loader(load_principal)
    server.after_request(_write_cookies)


def get_browser(asked: Request) -> Browser:
    return Browser(asked.remote_addr or "", asked.user_agent.string)


def set_session(given: SessionTokens) -> None:
    """Let the response to this request sign the browser in."""
    g.new_tokens = given


def remember_device(response: Response, user_id: int) -> None:
    """Set a cookie that marks the browser as one in which this user has signed in."""
    until = utc_now() + DEVICE_LIFETIME
    token = signed_tokens.issue_token(Audience.DEVICE, new_token_id(), until, user=user_id)
    response.set_cookie(
        _cookie_name(DEVICE_COOKIE), token, expires=until, httponly=True, samesite="Lax", secure=_is_secure()
    )


def get_device_id(asked: Request, user_id: int) -> str:
    """Return the id of a browser in which this user has signed in before; empty for other browsers."""
    try:
        claims = signed_tokens.decode_token(
            Audience.DEVICE, asked.cookies.get(_cookie_name(DEVICE_COOKIE), "")
        )
    except BadTokenError:
        return ""
    return str(claims["jti"]) if claims.get("user") == user_id else ""


def clear_session() -> None:
    """Let the response to this request sign the browser out."""
    g.new_tokens = None


def load_principal(asked: Request) -> Principal | None:
    """Return the principal of a request; None if nobody is signed in."""
    header = asked.headers.get("Authorization", "")
    try:
        if header:
            scheme, _, token = header.partition(" ")
            return api_tokens.authenticate_token(token.strip()) if scheme.lower() == "bearer" else None
        return _load_from_cookies(asked)
    except BadTokenError:
        return None


def _load_from_cookies(asked: Request) -> Principal | None:
    access, refresh = (
        asked.cookies.get(_cookie_name(ACCESS_COOKIE)),
        asked.cookies.get(_cookie_name(REFRESH_COOKIE)),
    )
    if access:
        with suppress(BadTokenError):  # it expires in minutes: then the refresh token decides
            return sessions.authenticate_access_token(access)
    if not refresh:
        return None
    if asked.path == SESSION_CHECK_PATH:
        return sessions.peek_refresh_token(refresh)
    try:
        person, g.new_tokens = sessions.renew_tokens(refresh, get_browser(asked))
    except BadTokenError as error:
        if isinstance(error, sessions.TokenReuseError):
            _record_reuse(error.owner)
        g.new_tokens = None
        raise
    return person


def _record_reuse(owner: Principal) -> None:
    """Record the reuse, once per session, as it has ended. The client may be the owner or a thief."""
    audit.record_event(
        AuditAction.SESSION_REUSE, resource=("user", owner.name), outcome=Outcome.DENIED, session=owner.key
    )


def _write_cookies(response: Response) -> Response:
    if "new_tokens" not in g:
        return response
    given: SessionTokens | None = g.new_tokens
    for name in (ACCESS_COOKIE, REFRESH_COOKIE):
        if given is None:
            response.delete_cookie(_cookie_name(name), httponly=True, samesite="Lax", secure=_is_secure())
        else:
            value = given.access if name == ACCESS_COOKIE else given.refresh
            response.set_cookie(
                _cookie_name(name),
                value,
                expires=given.expires,
                httponly=True,
                samesite="Lax",
                secure=_is_secure(),
            )
    return response


def _cookie_name(name: str) -> str:
    """Return the name; over HTTPS with the prefix that keeps other hosts from setting it (RFC 6265bis)."""
    return f"__Host-{name}" if _is_secure() else name


def _is_secure() -> bool:
    return get_settings().is_https or request.is_secure
