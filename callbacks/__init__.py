"""Dash props <-> services, one module a page; every callback declares who may call it."""

from __future__ import annotations

from callbacks import account, admin, explore
from callbacks.asking import Acts


def register() -> None:
    """Make every callback known to the Dash app created last."""
    explore.register()
    account.register()
    admin.register()
    Acts(account.ACTS | admin.ACTS).register()
