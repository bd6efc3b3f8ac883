"""Dash props <-> services, one module a page; every callback declares who may call it."""

from __future__ import annotations

from callbacks import account, admin, explore, live_sessions
from callbacks.confirm_actions import Acts


def register() -> None:
    """Make every callback known to the Dash app created last."""
    explore.register()
    account.register()
    live_sessions.register()
    admin.register()
    Acts(account.ACTS | live_sessions.ACTS | admin.ACTS).register()
