"""Dash props <-> services, one module a page; every callback declares who may call it."""

from __future__ import annotations

from callbacks import account, admin, explore, lives
from callbacks.asking import Acts


def register() -> None:
    """Make every callback known to the Dash app created last."""
    explore.register()
    account.register()
    lives.register()
    admin.register()
    Acts(account.ACTS | lives.ACTS | admin.ACTS).register()
