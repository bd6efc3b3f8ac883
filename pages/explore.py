"""Explore a dataset, or a saved view of one: brush one chart, and all others follow."""

from __future__ import annotations

from dash import dcc
from dash.development.base_component import Component
from flask_login import current_user

from accounts.principals import Kind
from components import ids
from components.explorer import Explorer
from components.shell import Account, shell


def layout(dataset: str | None = None, view: str | None = None, **_query: str) -> Component:
    """The top bar, the explorer and a store with the exploration as committed, for callbacks to listen to."""
    guest = current_user.kind is Kind.GUEST
    account = None if guest else Account(name=current_user.name, role=current_user.role)
    explorer = Explorer(id=ids.EXPLORER, dataset=dataset, view=view)
    return shell(account, explorer, dcc.Store(id=ids.EXPLORATION))
