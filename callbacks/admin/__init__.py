"""The callbacks of the administration pages: everything here is for those who administer."""

from __future__ import annotations

from callbacks.admin import (
    audit,
    datasets,
    groups,
    health,
    live,
    people,
    persons,
    sessions,
    settings,
    sight,
    views,
)
from callbacks.asking import Act


def register() -> None:
    """Wire all administration pages."""
    for page in (people, groups, datasets, views, sessions, live, audit, health, settings):
        page.register()


ACTS: dict[str, Act] = persons.ACTS | groups.ACTS | datasets.ACTS | views.ACTS | sessions.ACTS
ACTS |= live.ACTS | sight.ACTS
