"""The callbacks of the account page: everything here is about the person who asks, and nobody else."""

from __future__ import annotations

from callbacks.account import access_actions, credential_actions, page
from callbacks.confirm_actions import Action

ACTIONS: dict[str, Action] = credential_actions.ACTIONS | access_actions.ACTIONS


def register_callbacks() -> None:
    """Wire the account page."""
    page.register_callbacks()
