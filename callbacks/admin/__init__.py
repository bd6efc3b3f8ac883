"""The callbacks of the administration pages: for those who administer; feeds for those who present, too."""

from __future__ import annotations

from callbacks.admin import (
    access_preview,
    audit,
    datasets,
    dead_letters,
    feeds,
    groups,
    health,
    live,
    people,
    people_actions,
    sessions,
    settings,
    views,
)
from callbacks.confirm_actions import Act


def register() -> None:
    """Wire all administration pages."""
    for page in (
        people,
        groups,
        datasets,
        views,
        feeds,
        dead_letters,
        sessions,
        live,
        audit,
        health,
        settings,
    ):
        page.register()


ACTS: dict[str, Act] = people_actions.ACTS | groups.ACTS | datasets.ACTS | views.ACTS | sessions.ACTS
ACTS |= live.ACTS | access_preview.ACTS | feeds.ACTS | dead_letters.ACTS
