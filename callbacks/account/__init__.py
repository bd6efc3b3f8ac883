"""The callbacks of the account page: everything here is about the person who asks, and nobody else."""

from __future__ import annotations

from callbacks.account import access_actions, credential_actions, page
from callbacks.confirm_actions import Act

ACTS: dict[str, Act] = credential_actions.ACTS | access_actions.ACTS


def register() -> None:
    """Wire the account page."""
    page.register()
