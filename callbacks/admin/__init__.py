"""The callbacks of the administration pages. They are for admins; feeds are also for presenters."""

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
from callbacks.confirm_actions import Action


def register_callbacks() -> None:
    """Register the callbacks of all administration pages."""
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
        page.register_callbacks()


ACTIONS: dict[str, Action] = (
    people_actions.ACTIONS | groups.ACTIONS | datasets.ACTIONS | views.ACTIONS | sessions.ACTIONS
)
ACTIONS |= live.ACTIONS | access_preview.ACTIONS | feeds.ACTIONS | dead_letters.ACTIONS
