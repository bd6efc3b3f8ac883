"""Text as a picture for a phone's camera: a QR code (ISO/IEC 18004), dark on light whatever the theme."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from segno import QRCode

SVG_OPTIONS: dict[str, Any] = {"scale": 4, "border": 4, "light": "#fff", "dark": "#000"}


def to_svg_markup(text: str) -> Markup:
    """As SVG to stand within HTML."""
    return Markup(_make_code(text).svg_inline(**SVG_OPTIONS))  # nosec B704 nosemgrep (drawn by us)  # noqa: S704 # nosec B704 nosemgrep (drawn by us)


def to_svg_bytes(text: str) -> bytes:
    """As a file of SVG."""
    file = BytesIO()
    _make_code(text).save(file, kind="svg", **SVG_OPTIONS)
    return file.getvalue()


def to_data_uri(text: str) -> str:
    """As a ``data:`` address of an image."""
    return _make_code(text).svg_data_uri(**SVG_OPTIONS)


def _make_code(text: str) -> QRCode:
    import segno  # noqa: PLC0415  (only who sets up a factor waits for it)

    return segno.make(text, error="m", micro=False)
