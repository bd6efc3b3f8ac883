"""Callbacks connect Dash props with services: one module per page. Every callback declares its permission."""

from __future__ import annotations

from callbacks import account, admin, explore, live_sessions
from callbacks.confirm_actions import ActionRegistry


def register_callbacks() -> None:
    """Register every callback with the Dash app that was created last."""
    explore.register_callbacks()
    account.register_callbacks()
    live_sessions.register_callbacks()
    admin.register_callbacks()
    ActionRegistry(account.ACTIONS | live_sessions.ACTIONS | admin.ACTIONS).register_callbacks()
