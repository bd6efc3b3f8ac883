"""Guest links: given out and revoked by people, opened by anybody who has one."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, redirect, render_template, request
from flask_login import current_user
from flask_wtf import FlaskForm
from pydantic import AwareDatetime
from werkzeug.wrappers import Response as AnyResponse

from accounts import audit, cookies, sessions
from accounts.audit import Action
from accounts.guard import public, requires
from accounts.permissions import Permission
from accounts.principals import Kind
from accounts.signed_tokens import BadTokenError
from api.errors import explain
from api.operations import Answer, Body, operation
from datasets.access import guest_links
from datasets.access.guest_links import Place, Wish
from datasets.explorations import saved_views
from db.tables import GuestLink, SavedView
from realtime.live import sessions as live_sessions

Page = Response | AnyResponse | str | tuple[str, int]


class NewLink(Body):
    """Until when, what it is for, and whose rights it has (None: whoever asks)."""

    expires: AwareDatetime
    label: str = ""
    rights_of: str | None = None


class LinkPath(Answer):
    """The address of a link, below that of the service."""

    path: str


class ListedLink(LinkPath):
    """A guest link: whose rights it has, and when somebody last came by it."""

    id: str
    label: str
    rights_of: str
    expires: datetime
    opened: datetime | None


class Links(Answer):
    """Guest links that are good, newest first."""

    links: list[ListedLink]


def guest_routes() -> Blueprint:
    """The routes by which people give links to saved views and live sessions out, and end them."""
    routes = Blueprint("guests", __name__)
    explain(routes)

    @routes.get("/api/views/<key>/guests")
    @requires(Permission.SAVE)
    @operation()
    def list_guest_links(key: str) -> Links:
        """The guest links to a saved view."""
        return _listed(saved_views.find(current_user, key)[0])

    @routes.post("/api/views/<key>/guests")
    @requires(Permission.SAVE)
    @operation(status=201)
    def create_guest_link(key: str, body: NewLink) -> LinkPath:
        """Give out a guest link to a saved view."""
        return _created(saved_views.find(current_user, key)[0], body)

    @routes.get("/api/live/<key>/guests")
    @requires(Permission.SAVE)
    @operation()
    def list_live_guest_links(key: str) -> Links:
        """The guest links to a live session of yours."""
        return _listed(live_sessions.find(current_user, key).live)

    @routes.post("/api/live/<key>/guests")
    @requires(Permission.SAVE)
    @operation(status=201)
    def create_live_guest_link(key: str, body: NewLink) -> LinkPath:
        """Give out a guest link to a live session of yours: whoever has it may follow, and nothing else."""
        return _created(live_sessions.find(current_user, key).live, body)

    @routes.delete("/api/guests/<link_id>")
    @requires(Permission.SAVE)
    @operation()
    def revoke_guest_link(link_id: str) -> None:
        """Revoke a guest link; its guests are out at once."""
        guest_links.revoke(current_user, link_id)
        audit.record(Action.GUEST_REVOKED, actor=current_user, resource=("guest link", link_id))

    return routes


def guest_page() -> Blueprint:
    """The page that a link leads to."""
    routes = Blueprint("guest", __name__)

    @routes.route("/guest/<token>", methods=["GET", "POST"])
    @public
    def open_link(token: str) -> Page:
        if request.method == "HEAD":  # a preview
            return ""
        try:
            link = guest_links.read(token)
        except BadTokenError:
            return render_template("guest.html", form=None), 410
        if request.method == "GET" and _is_signed_in():
            return _for_somebody(link)
        return _admit(link)

    return routes


def _is_signed_in() -> bool:
    return bool(current_user.is_authenticated and current_user.kind is not Kind.GUEST)


def _for_somebody(link: GuestLink) -> Page:
    """Their own rights are enough, or they choose to be a guest instead: nobody is signed out by a link."""
    home = guest_links.home(link)
    find = live_sessions.find if link.view_id is None else saved_views.find
    try:
        find(current_user, home.rpartition("/")[2])
    except (saved_views.UnknownViewError, live_sessions.UnknownLiveError):
        return render_template("guest.html", form=FlaskForm(), name=current_user.name)
    return redirect(home)


def _admit(link: GuestLink) -> Page:
    if _is_signed_in():
        sessions.end(current_user.key)
    guest_links.opened(link)
    home = guest_links.home(link)
    audit.record(Action.GUEST_OPENED, resource=("guest link", link.id), at=home)
    browser = cookies.browser_of(request)
    cookies.admit(sessions.begin(link.as_user_id, "guest", browser, guest_link=link.id, until=link.expires))
    return redirect(home)


def _listed(place: Place) -> Links:
    return Links(links=[_said(link, name) for link, name in guest_links.of(current_user, place)])


def _created(place: Place, body: NewLink) -> LinkPath:
    link = guest_links.create(current_user, place, Wish(body.expires, body.label.strip(), body.rights_of))
    what = ("view" if isinstance(place, SavedView) else "live session", place.key)
    audit.record(Action.GUEST_LINK, actor=current_user, resource=what, link=link.id, until=link.expires)
    return LinkPath(path=guest_links.path(link))


def _said(link: GuestLink, rights_of: str) -> ListedLink:
    return ListedLink(
        id=link.id,
        label=link.label,
        path=guest_links.path(link),
        rights_of=rights_of,
        expires=link.expires,
        opened=link.opened,
    )
