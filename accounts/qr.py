"""Text as a picture for a phone's camera: a QR code (ISO/IEC 18004), dark on light whatever the theme."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from segno import QRCode

DRAWN: dict[str, Any] = {"scale": 4, "border": 4, "light": "#fff", "dark": "#000"}


def inline(text: str) -> Markup:
    """As SVG to stand within HTML."""
    return Markup(_code(text).svg_inline(**DRAWN))  # noqa: S704 # nosec B704 nosemgrep (drawn by us)


def image(text: str) -> bytes:
    """As a file of SVG."""
    file = BytesIO()
    _code(text).save(file, kind="svg", **DRAWN)
    return file.getvalue()


def address(text: str) -> str:
    """As a ``data:`` address of an image."""
    return _code(text).svg_data_uri(**DRAWN)


def _code(text: str) -> QRCode:
    import segno  # noqa: PLC0415  (only who sets up a factor waits for it)

    return segno.make(text, error="m", micro=False)
