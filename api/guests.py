"""The routes that create, list and revoke guest links, and the page that opens one."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, redirect, render_template, request
from flask_login import current_user
from flask_wtf import FlaskForm
from pydantic import AwareDatetime

from accounts import audit, cookies, sessions
from accounts.audit import AuditAction
from accounts.guard import public, requires
from accounts.permissions import Permission
from accounts.principals import PrincipalKind
from accounts.signed_tokens import BadTokenError
from api.errors import register_error_handlers
from api.field_types import Text
from api.operations import PageResponse, RequestBody, ResponseBody, operation
from datasets.access import guest_links
from datasets.access.guest_links import GuestLinkRequest, LinkTarget
from datasets.explorations import saved_views
from db.tables import GuestLink, SavedView
from realtime.live import sessions as live_sessions


class NewGuestLink(RequestBody):
    """The expiry, the label, and the name of the person whose rights the link has (None: yours)."""

    expires: AwareDatetime
    label: Text = ""
    rights_of: Text | None = None


class GuestLinkPath(ResponseBody):
    """The path of a link, below the address of the service."""

    path: str


class ListedGuestLink(GuestLinkPath):
    """A guest link: whose rights it has, and when it was last opened."""

    id: str
    label: str
    rights_of: str
    expires: datetime
    opened: datetime | None


class GuestLinkList(ResponseBody):
    """The valid guest links, newest first."""

    links: list[ListedGuestLink]


def create_guest_routes() -> Blueprint:
    """Return the routes that create, list and revoke links to saved views and live sessions."""
    routes = Blueprint("guests", __name__)
    register_error_handlers(routes)

    @routes.get("/api/views/<key>/guests")
    @requires(Permission.SAVE)
    @operation()
    def list_guest_links(key: str) -> GuestLinkList:
        """List the guest links to a saved view."""
        return _list_links(saved_views.find_view(current_user, key)[0])

    @routes.post("/api/views/<key>/guests")
    @requires(Permission.SAVE)
    @operation(status=201)
    def create_guest_link(key: str, body: NewGuestLink) -> GuestLinkPath:
        """Create a guest link to a saved view."""
        return _create_link(saved_views.find_view(current_user, key)[0], body)

    @routes.get("/api/live/<key>/guests")
    @requires(Permission.SAVE)
    @operation()
    def list_live_guest_links(key: str) -> GuestLinkList:
        """List the guest links to a live session of yours."""
        return _list_links(live_sessions.find_session(current_user, key).live)

    @routes.post("/api/live/<key>/guests")
    @requires(Permission.SAVE)
    @operation(status=201)
    def create_live_guest_link(key: str, body: NewGuestLink) -> GuestLinkPath:
        """Create a guest link to a live session of yours. Its guests can follow, and do nothing else."""
        return _create_link(live_sessions.find_session(current_user, key).live, body)

    @routes.delete("/api/guests/<link_id>")
    @requires(Permission.SAVE)
    @operation()
    def revoke_guest_link(link_id: str) -> None:
        """Revoke a guest link. Its guests lose access immediately."""
        guest_links.revoke_link(current_user, link_id)
        audit.record_event(AuditAction.GUEST_REVOKED, actor=current_user, resource=("guest link", link_id))

    return routes


def create_guest_page() -> Blueprint:
    """Return the page that a link leads to."""
    routes = Blueprint("guest", __name__)

    @routes.route("/guest/<token>", methods=["GET", "POST"])
    @public
    def open_guest_link(token: str) -> PageResponse:
        if request.method == "HEAD":  # a link preview must not open it
            return ""
        try:
            link = guest_links.resolve_token(token)
        except BadTokenError:
            return render_template("guest.html", form=None), 410
        if request.method == "GET" and _is_signed_in():
            return _open_for_user(link)
        return _start_guest_session(link)

    return routes


def _is_signed_in() -> bool:
    return bool(current_user.is_authenticated and current_user.kind is not PrincipalKind.GUEST)


def _open_for_user(link: GuestLink) -> PageResponse:
    """Open the target with the person's own rights, or else offer to sign out and open it as a guest."""
    home = guest_links.landing_path(link)
    find = live_sessions.find_session if link.view_id is None else saved_views.find_view
    try:
        find(current_user, home.rpartition("/")[2])
    except (saved_views.UnknownViewError, live_sessions.UnknownLiveSessionError):
        return render_template("guest.html", form=FlaskForm(), name=current_user.name)
    return redirect(home)


def _start_guest_session(link: GuestLink) -> PageResponse:
    if _is_signed_in():
        sessions.end_session(current_user.key)
    guest_links.record_opened(link)
    home = guest_links.landing_path(link)
    audit.record_event(AuditAction.GUEST_OPENED, resource=("guest link", link.id), at=home)
    browser = cookies.get_browser(request)
    cookies.set_session(
        sessions.start_session(link.as_user_id, "guest", browser, guest_link=link.id, until=link.expires)
    )
    return redirect(home)


def _list_links(target: LinkTarget) -> GuestLinkList:
    return GuestLinkList(
        links=[_to_listed_link(link, name) for link, name in guest_links.list_links(current_user, target)]
    )


def _create_link(target: LinkTarget, body: NewGuestLink) -> GuestLinkPath:
    link = guest_links.create_link(
        current_user, target, GuestLinkRequest(body.expires, body.label.strip(), body.rights_of)
    )
    what = ("view" if isinstance(target, SavedView) else "live session", target.key)
    audit.record_event(
        AuditAction.GUEST_LINK, actor=current_user, resource=what, link=link.id, until=link.expires
    )
    return GuestLinkPath(path=guest_links.link_path(link))


def _to_listed_link(link: GuestLink, rights_of: str) -> ListedGuestLink:
    return ListedGuestLink(
        id=link.id,
        label=link.label,
        path=guest_links.link_path(link),
        rights_of=rights_of,
        expires=link.expires,
        opened=link.opened,
    )
