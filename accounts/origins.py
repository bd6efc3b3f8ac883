"""The origin of this service, to which passkeys are bound and OpenID providers send users back."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

from config import get_settings


def get_origin() -> str:
    """Return scheme, host and port: of ``public_url``, else those of the request.

    A client gains nothing by naming another host: passkeys are bound to the origin that the browser sees.
    """
    public = urlsplit(get_settings().public_url)
    if public.netloc:
        return f"{public.scheme}://{public.netloc}".lower()
    secure = get_settings().is_https or request.is_secure
    return f"{'https' if secure else 'http'}://{request.host}".lower()
