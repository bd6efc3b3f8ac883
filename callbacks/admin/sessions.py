"""The page Sessions and tokens: every way in that is open, and how it is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from accounts import access_listing, audit, user_agents
from accounts.access_listing import Owned
from accounts.audit import Action
from accounts.paging import Window
from accounts.principals import Principal
from callbacks.admin import grid_data
from callbacks.admin.formatting import moment
from callbacks.confirm_actions import Act, Answers, Done, Question
from components.admin import access_panels, ids
from datasets.access import guest_links

Row = dict[str, Any]


def register() -> None:
    """Wire the three tables of the page."""
    for table, pages, found, row, panel, things in PARTS:
        grid_data.register(table, _page(pages, row), *things)
        grid_data.register_panel(table, _panel(found, row, panel))


def _page(pages: Callable[[str, Window], tuple[list[Owned], int]], row: Callable[[Owned], Row]) -> Any:  # noqa: ANN401
    def page(filters: grid_data.Filters, window: Window) -> grid_data.Page:
        found, total = pages(filters.get("text") or "", window)
        return [row(each) for each in found], total

    return page


def _panel(
    found: Callable[[str], Owned | None], row: Callable[[Owned], Row], panel: Callable[[Row], list[Component]]
) -> Callable[[str], list[Component] | None]:
    def show(key: str) -> list[Component] | None:
        owned = found(key)
        return panel(row(owned)) if owned else None

    return show


def session_row(owned: Owned) -> Row:
    own = owned.what
    return {
        "id": own.id,
        "user": own.user_id,
        "owner": f"Guest of {owned.owner}" if own.guest_link_id else owned.owner,
        "browser": user_agents.in_words(own.agent),
        "address": own.address,
        "method": own.method,
        **{name: moment(getattr(own, name)) for name in ("created", "rotated", "confirmed", "expires")},
    }


def token_row(owned: Owned) -> Row:
    own = owned.what
    moments = {name: moment(getattr(own, name)) for name in ("created", "used", "expires")}
    return {"id": own.id, "owner": owned.owner, "name": own.name, "scopes": own.scopes, **moments}


def guest_row(owned: Owned) -> Row:
    own = owned.what
    moments = {name: moment(getattr(own, name)) for name in ("created", "opened", "expires")}
    return {"id": own.id, "owner": owned.owner, "view": owned.view, "label": own.label, **moments}


def session_panel(row: Row) -> list[Component]:
    return access_panels.session(row, mine=row["id"] == current_user.key)


PARTS: tuple[tuple[Any, ...], ...] = (
    (
        ids.SESSIONS,
        access_listing.open_sessions,
        access_listing.open_session,
        session_row,
        session_panel,
        ("session", "sessions"),
    ),
    (
        ids.TOKENS,
        access_listing.open_tokens,
        access_listing.open_token,
        token_row,
        access_panels.token,
        ("token", "tokens"),
    ),
    (
        ids.GUESTS,
        access_listing.open_guest_links,
        access_listing.open_guest_link,
        guest_row,
        access_panels.guest,
        ("link", "links"),
    ),
)


def ask_end(_key: str) -> Question:
    return Question(
        "End this session?", [html.P("The browser asks to sign in again at its next click.")], "End"
    )


def end(by: Principal, key: str, _answers: Answers) -> Done:
    access_listing.end_session(by, key)
    return Done("The session has ended.")


def ask_revoke_token(_key: str) -> Question:
    words = "Programs that use it are refused from now on. This can't be undone."
    return Question("Revoke this token?", [html.P(words)], "Revoke")


def revoke_token(by: Principal, key: str, _answers: Answers) -> Done:
    access_listing.revoke_token(by, key)
    return Done("The token is revoked.")


def ask_revoke_guest(_key: str) -> Question:
    words = "Whoever has the link sees nothing from now on. This can't be undone."
    return Question("Revoke this guest link?", [html.P(words)], "Revoke")


def revoke_guest(by: Principal, key: str, _answers: Answers) -> Done:
    guest_links.revoke(by, key)
    audit.record(Action.GUEST_REVOKED, actor=by, resource=("guest link", key))
    return Done("The guest link is revoked.")


ACTS = {
    "end-session": Act(end, ask_end),
    "revoke-token": Act(revoke_token, ask_revoke_token),
    "revoke-guest": Act(revoke_guest, ask_revoke_guest),
}
