"""The routes of a person's own sessions."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint
from flask_login import current_user

from accounts import access_listing, sessions, user_agents
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import register_error_handlers
from api.operations import ResponseBody, operation
from db.tables import UserSession

routes = Blueprint("sessions", __name__)
register_error_handlers(routes)


class ListedSession(ResponseBody):
    """A browser in which you are signed in; ``seen`` is when it was last used, within ten minutes."""

    id: str
    current: bool
    browser: str
    address: str
    method: str
    since: datetime
    seen: datetime
    expires: datetime


class SessionList(ResponseBody):
    """Your sessions, newest first."""

    sessions: list[ListedSession]


@routes.get("/api/account/sessions")
@requires(Permission.ACCOUNT)
@operation()
def list_sessions() -> SessionList:
    """List your sessions."""
    return SessionList(
        sessions=[_to_listed_session(own) for own in sessions.list_active_sessions(current_user.id)]
    )


@routes.delete("/api/account/sessions/<session_id>")
@requires(Permission.ACCOUNT, fresh=True)
@operation()
def end_session(session_id: str) -> None:
    """End one of your sessions."""
    access_listing.end_own_session(current_user, session_id)


@routes.delete("/api/account/sessions")
@requires(Permission.ACCOUNT, fresh=True)
@operation()
def end_other_sessions() -> None:
    """End all of your sessions except this one."""
    access_listing.end_user_sessions(current_user, current_user.id)


def _to_listed_session(own: UserSession) -> ListedSession:
    return ListedSession(
        id=own.id,
        current=own.id == current_user.key,
        browser=user_agents.describe_user_agent(own.agent),
        address=own.address,
        method=own.method,
        since=own.created,
        seen=own.rotated,
        expires=own.expires,
    )
