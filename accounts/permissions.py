"""What each role may do."""

from __future__ import annotations

from enum import StrEnum

from db.tables import Role


class Permission(StrEnum):
    """Something a person may do; every callback and API route names the one it needs."""

    EXPLORE = "explore"
    PRESENT = "present"
    ADMINISTER = "administer"


GRANTED: dict[Role, frozenset[Permission]] = {
    Role.ANALYST: frozenset({Permission.EXPLORE}),
    Role.PRESENTER: frozenset({Permission.EXPLORE, Permission.PRESENT}),
    Role.ADMIN: frozenset(Permission),
}
