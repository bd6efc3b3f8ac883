"""The callbacks of the account page: everything here is about the person who asks, and nobody else."""

from __future__ import annotations

from callbacks.account import access, credentials, page
from callbacks.asking import Act

ACTS: dict[str, Act] = credentials.ACTS | access.ACTS


def register() -> None:
    """Wire the account page."""
    page.register()
