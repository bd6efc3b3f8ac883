"""Where a browser sees this service: passkeys are bound to it, and other services send people back there."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

from config import get_settings


def get_origin() -> str:
    """Scheme, host and port: of ``public_url``, else as the browser that asks has named them.

    A browser can name any host, but gains nothing by it: its passkeys are bound to the one it really sees.
    """
    public = urlsplit(get_settings().public_url)
    if public.netloc:
        return f"{public.scheme}://{public.netloc}".lower()
    secure = get_settings().is_https or request.is_secure
    return f"{'https' if secure else 'http'}://{request.host}".lower()
