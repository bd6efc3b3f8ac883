"""The permissions of each role. docs/security.md has the same table, and tests compare the two."""

from __future__ import annotations

from enum import StrEnum

from db.tables import Role


class Permission(StrEnum):
    """The permissions. Every callback and API route names the one it needs."""

    EXPLORE = "explore"
    ACCOUNT = "account"
    SAVE = "save"
    PRESENT = "present"
    ADMINISTER = "administer"


_VIEWER = frozenset({Permission.EXPLORE, Permission.ACCOUNT})
_ANALYST = _VIEWER | {Permission.SAVE}

GUEST_PERMISSIONS = frozenset({Permission.EXPLORE})
"""The permissions of a guest, whichever user's rights the guest link gives."""

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.ANALYST: _ANALYST,
    Role.PRESENTER: _ANALYST | {Permission.PRESENT},
    Role.ADMIN: frozenset(Permission),
}
