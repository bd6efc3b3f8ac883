"""QR codes (ISO/IEC 18004), dark on light in every theme."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from segno import QRCode

SVG_OPTIONS: dict[str, Any] = {"scale": 4, "border": 4, "light": "#fff", "dark": "#000"}


def to_svg_markup(text: str) -> Markup:
    """Return the QR code of a text as SVG to embed in HTML."""
    return Markup(_make_code(text).svg_inline(**SVG_OPTIONS))  # noqa: S704 # nosec B704 nosemgrep (drawn by us)


def to_svg_bytes(text: str) -> bytes:
    """Return the QR code of a text as an SVG file."""
    file = BytesIO()
    _make_code(text).save(file, kind="svg", **SVG_OPTIONS)
    return file.getvalue()


def to_data_uri(text: str) -> str:
    """Return the QR code of a text as an image in a ``data:`` URI."""
    return _make_code(text).svg_data_uri(**SVG_OPTIONS)


def _make_code(text: str) -> QRCode:
    import segno  # noqa: PLC0415  (only who sets up a factor waits for it)

    return segno.make(text, error="m", micro=False)
