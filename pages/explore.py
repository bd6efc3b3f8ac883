"""Explore a dataset: brush one chart, and all others follow."""

from __future__ import annotations

from dash import dcc
from dash.development.base_component import Component
from flask_login import current_user

from components import ids
from components.explorer import Explorer
from components.shell import Account, shell


def layout(dataset: str | None = None, **_query: str) -> Component:
    """The top bar, the explorer and a store with the exploration as committed, for callbacks to listen to."""
    account = Account(name=current_user.name, role=current_user.role)
    return shell(account, Explorer(id=ids.EXPLORER, dataset=dataset), dcc.Store(id=ids.EXPLORATION))
