"""One module a page: where it lives and a pure layout."""

from __future__ import annotations

import dash

from accounts.guard import requires
from accounts.permissions import Permission
from components.admin.frame import PAGES
from pages import account, explore, lives
from pages.admin import audit, datasets, groups, health, people, sessions, settings

ADMINISTRATION = {
    "people": people.layout,
    "groups": groups.layout,
    "datasets": datasets.layout,
    "sessions": sessions.layout,
    "audit": audit.layout,
    "health": health.layout,
    "settings": settings.layout,
}


def register() -> None:
    """Make every page known to the Dash app created last."""
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
        "pages.lives",
        path="/live",
        title="Live sessions · DataXchange",
        layout=requires(Permission.ACCOUNT)(lives.layout),
        permission=Permission.ACCOUNT,
    )
    dash.register_page(
        "pages.account",
        path="/account",
        title="Account · DataXchange",
        layout=requires(Permission.ACCOUNT)(account.layout),
        permission=Permission.ACCOUNT,
    )
    for name, layout in ADMINISTRATION.items():
        dash.register_page(
            f"pages.admin.{name}",
            path=f"/admin/{name}",
            title=f"{PAGES[name]} · DataXchange",
            layout=requires(Permission.ADMINISTER)(layout),
            permission=Permission.ADMINISTER,
        )
