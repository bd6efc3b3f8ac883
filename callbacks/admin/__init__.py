"""The callbacks of the administration pages: everything here is for those who administer."""

from __future__ import annotations

from callbacks.admin import audit, datasets, groups, health, people, persons, sessions, settings, sight
from callbacks.admin.asking import Acts


def register() -> None:
    """Wire all administration pages."""
    for page in (people, groups, datasets, sessions, audit, health, settings):
        page.register()
    Acts(persons.ACTS | groups.ACTS | datasets.ACTS | sessions.ACTS | sight.ACTS).register()
