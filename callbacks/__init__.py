"""Dash props <-> services, one module a page; every callback declares who may call it."""

from __future__ import annotations

from callbacks import account, admin, explore, live_sessions
from callbacks.confirm_actions import ActionRegistry


def register_callbacks() -> None:
    """Make every callback known to the Dash app created last."""
    explore.register_callbacks()
    account.register_callbacks()
    live_sessions.register_callbacks()
    admin.register_callbacks()
    ActionRegistry(account.ACTIONS | live_sessions.ACTIONS | admin.ACTIONS).register_callbacks()
