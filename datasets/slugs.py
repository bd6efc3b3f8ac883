"""Names in addresses."""

from __future__ import annotations

import re
import unicodedata

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")


def require_slug(slug: str) -> None:
    """Check that a slug can be part of an address.

    Raises:
        ValueError: it is not made of a-z, 0-9 and inner hyphens.
    """
    if not SLUG.fullmatch(slug):
        raise ValueError(f"{slug!r} can't be an address: use a-z, 0-9 and hyphens between them, 80 at most")


def slug_of(name: str) -> str:
    """The name as an address: ``Café (2)`` becomes ``cafe-2``; empty if nothing of it can stay."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].rstrip("-")
