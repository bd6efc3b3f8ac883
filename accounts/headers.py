"""Security headers: run our scripts only, don't embed the pages, and don't cache by default."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Flask, Response

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
A_YEAR = 365 * 24 * 3600


ABLY_ORIGINS = " ".join(
    f"{scheme}://*.{host}" for scheme in ("https", "wss") for host in ("ably.net", "ably-realtime.com")
)
"""The servers that live sessions connect to when an Ably key is set."""


def build_content_security_policy(script_hashes: Sequence[str], connections: str = "") -> str:
    """Return the Content-Security-Policy. ``script_hashes`` are those of the inline scripts of Dash's page.

    ``connections`` are other servers that our scripts may connect to.

    Inline styles are allowed, as Dash's components insert their styles that way.
    """
    directives = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *script_hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "connect-src": f"'self' {connections}".strip(),
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def add_security_headers(
    server: Flask, script_hashes: Callable[[], Sequence[str]], secure: bool, connections: str = ""
) -> None:
    """Add the headers to every response of this server; ``secure`` also adds HSTS for a year.

    The hashes are computed each time, as Dash adds scripts of its own at its first request.
    """
    headers = HEADERS | ({"Strict-Transport-Security": f"max-age={A_YEAR}"} if secure else {})

    @server.after_request
    def set_headers(response: Response) -> Response:
        response.headers.update(headers)
        response.headers["Content-Security-Policy"] = build_content_security_policy(
            script_hashes(), connections
        )
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response
