"""The pages: one module per page with a layout that loads no data, and their addresses."""

from __future__ import annotations

import dash

from accounts.guard import requires
from accounts.permissions import Permission
from components.admin.admin_page import ADMIN_PAGES, PRESENTER_PAGES
from pages import account, explore, live_sessions
from pages.admin import audit, datasets, feeds, groups, health, people, sessions, settings

ADMIN_LAYOUTS = {
    "people": people.layout,
    "groups": groups.layout,
    "datasets": datasets.layout,
    "feeds": feeds.layout,
    "sessions": sessions.layout,
    "audit": audit.layout,
    "health": health.layout,
    "settings": settings.layout,
}


def register_pages() -> None:
    """Register every page with the Dash app that was created last."""
    dash.register_page(
        "pages.explore",
        path_template="/explore/<dataset>",
        path="/explore",
        title="Explore · DataXchange",
        layout=explore.layout,
    )
    dash.register_page(
        "pages.view",
        path_template="/view/<view>",
        path="/view",
        title="Explore · DataXchange",
        layout=explore.layout,
    )
    dash.register_page(
        "pages.live",
        path_template="/live/<live>",
        title="Live · DataXchange",
        layout=explore.layout,
    )
    dash.register_page(
        "pages.live_sessions",
        path="/live",
        title="Live sessions · DataXchange",
        layout=requires(Permission.ACCOUNT)(live_sessions.layout),
        permission=Permission.ACCOUNT,
    )
    dash.register_page(
        "pages.account",
        path="/account",
        title="Account · DataXchange",
        layout=requires(Permission.ACCOUNT)(account.layout),
        permission=Permission.ACCOUNT,
    )
    for name, layout in ADMIN_LAYOUTS.items():
        permission = Permission.PRESENT if name in PRESENTER_PAGES else Permission.ADMINISTER
        dash.register_page(
            f"pages.admin.{name}",
            path=f"/admin/{name}",
            title=f"{ADMIN_PAGES[name]} · DataXchange",
            layout=requires(permission)(layout),
            permission=permission,
        )
