"""One module a page: where it lives and a pure layout."""

from __future__ import annotations

import dash

from pages import explore


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
