"""Guest links: given out and revoked by people, opened by anybody who has one."""

from __future__ import annotations

from typing import Any

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
from accounts.tokens import BadTokenError
from api.answers import Body, body, explain
from datasets import guests, views
from datasets.guests import Wish
from db.tables import GuestLink

Page = Response | AnyResponse | str | tuple[str, int]


class LinkBody(Body):
    """Until when, what it is for, and whose rights it has (None: whoever asks)."""

    expires: AwareDatetime
    label: str = ""
    rights_of: str | None = None


def guest_routes() -> Blueprint:
    """The routes by which people give links out and end them."""
    routes = Blueprint("guests", __name__)
    explain(routes)

    @routes.get("/api/views/<key>/guests")
    @requires(Permission.SAVE)
    def list_links(key: str) -> dict[str, Any]:
        return {"links": [_said(link, name) for link, name in guests.of(current_user, key)]}

    @routes.post("/api/views/<key>/guests")
    @requires(Permission.SAVE)
    def create_link(key: str) -> tuple[dict[str, Any], int]:
        wanted = body(LinkBody)
        wish = Wish(wanted.expires, wanted.label.strip(), wanted.rights_of)
        link = guests.create(current_user, key, wish)
        audit.record(
            Action.GUEST_LINK, actor=current_user, resource=("view", key), link=link.id, until=link.expires
        )
        return {"path": guests.path(link)}, 201

    @routes.delete("/api/guests/<id_>")
    @requires(Permission.SAVE)
    def revoke_link(id_: str) -> tuple[str, int]:
        guests.revoke(current_user, id_)
        audit.record(Action.GUEST_REVOKED, actor=current_user, resource=("guest link", id_))
        return "", 204

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
            link, key = guests.read(token)
        except BadTokenError:
            return render_template("guest.html", form=None), 410
        if request.method == "GET" and _is_signed_in():
            return _for_somebody(key)
        return _admit(link, key)

    return routes


def _is_signed_in() -> bool:
    return bool(current_user.is_authenticated and current_user.kind is not Kind.GUEST)


def _for_somebody(key: str) -> Page:
    """Their own rights are enough, or they choose to be a guest instead: nobody is signed out by a link."""
    try:
        views.find(current_user, key)
    except views.UnknownViewError:
        return render_template("guest.html", form=FlaskForm(), name=current_user.name)
    return redirect(f"/view/{key}")


def _admit(link: GuestLink, key: str) -> Page:
    if _is_signed_in():
        sessions.end(current_user.key)
    guests.opened(link)
    audit.record(Action.GUEST_OPENED, resource=("guest link", link.id), view=key)
    browser = cookies.browser_of(request)
    cookies.admit(sessions.begin(link.as_user_id, "guest", browser, guest_link=link.id, until=link.expires))
    return redirect(f"/view/{key}")


def _said(link: GuestLink, rights_of: str) -> dict[str, Any]:
    return {
        "id": link.id,
        "label": link.label,
        "path": guests.path(link),
        "rights_of": rights_of,
        "expires": link.expires.isoformat(),
        "opened": link.opened and link.opened.isoformat(),
    }
