"""The callbacks of the account page. All of them concern only the person who is signed in."""

from __future__ import annotations

from callbacks.account import access_actions, credential_actions, page
from callbacks.confirm_actions import Action

ACTIONS: dict[str, Action] = credential_actions.ACTIONS | access_actions.ACTIONS


def register_callbacks() -> None:
    """Register the callbacks of the account page."""
    page.register_callbacks()
