"""Who is signed in, as the top bar shows them."""

from __future__ import annotations

from flask_login import current_user

from accounts.permissions import Permission
from accounts.principals import PrincipalKind
from components.shell import CurrentAccount


def get_current_account() -> CurrentAccount | None:
    """None for a guest, who has no account."""
    if current_user.kind is PrincipalKind.GUEST:
        return None
    administers, presents = map(current_user.has_permission, (Permission.ADMINISTER, Permission.PRESENT))
    return CurrentAccount(current_user.name, current_user.role, administers, presents)
