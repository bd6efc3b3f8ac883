"""The principals, who make requests: users in a browser, programs with a token, guests with a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from accounts.permissions import GUEST_PERMISSIONS, ROLE_PERMISSIONS, Permission
from db.tables import Role, User


class PrincipalKind(StrEnum):
    PERSON = "person"
    PROGRAM = "program"
    GUEST = "guest"


@dataclass(frozen=True)
class Principal:
    """Who makes a request. It has the properties that flask-login needs of a user.

    ``key`` is the id of the session or token. ``confirmed`` is when a user last confirmed their identity.
    A guest has the id of the user whose rights they have, and the one saved view (``view_id``) that they may
    open or live session (``live_id``) that they may follow.
    """

    is_authenticated: ClassVar = True
    is_active: ClassVar = True
    is_anonymous: ClassVar = False

    id: int
    name: str
    role: Role
    key: str = ""
    kind: PrincipalKind = PrincipalKind.PERSON
    scopes: frozenset[Permission] = frozenset(Permission)
    confirmed: datetime | None = None
    view_id: int | None = None
    live_id: int | None = None

    def get_id(self) -> str:
        return self.key

    def has_permission(self, permission: Permission) -> bool:
        granted = GUEST_PERMISSIONS if self.kind is PrincipalKind.GUEST else ROLE_PERMISSIONS[self.role]
        return permission in granted & self.scopes


def principal_from_user(user: User) -> Principal:
    if user.id is None:
        raise ValueError("a principal is a user the database knows")
    return Principal(user.id, user.name, Role(user.role))
