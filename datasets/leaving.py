"""Leaving for good: what somebody owns goes to somebody else, then they are deleted."""

from __future__ import annotations

from accounts import user_admin
from accounts.principals import Principal
from datasets.access import owners


class NoHeirError(ValueError):
    """Somebody who owns something is deleted, and nobody gets it."""

    def __init__(self) -> None:
        super().__init__("Choose somebody else who gets what they own.")


def leave(by: Principal, user_id: int, heir: int | None = None) -> None:
    """Delete a person; the heir gets their datasets, saved views and live sessions.

    Raises:
        NoHeirError: they own something, and there is no heir, or it is themselves.
        LookupError: there is no such person, or no such heir.
        LastAdminError: nobody would be left to administer.
    """
    owned = owners.owned(user_id)
    if owned.names:
        if heir is None or heir == user_id:
            raise NoHeirError
        user_admin.disable(by, user_id)  # so that they don't save another view meanwhile
        owners.transfer(by, user_id, heir)
    user_admin.delete(by, user_id)
