"""What each role may do; docs/security.md has the same as a table, and tests compare the two."""

from __future__ import annotations

from enum import StrEnum

from db.tables import Role


class Permission(StrEnum):
    """Something a person may do; every callback and API route names the one it needs."""

    EXPLORE = "explore"
    ACCOUNT = "account"
    SAVE = "save"
    PRESENT = "present"
    ADMINISTER = "administer"


_VIEWER = frozenset({Permission.EXPLORE, Permission.ACCOUNT})
_ANALYST = _VIEWER | {Permission.SAVE}

GUEST_PERMISSIONS = frozenset({Permission.EXPLORE})
"""What the holder of a guest link may do, whoever's rights it has."""

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.ANALYST: _ANALYST,
    Role.PRESENTER: _ANALYST | {Permission.PRESENT},
    Role.ADMIN: frozenset(Permission),
}
