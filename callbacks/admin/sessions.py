"""The callbacks of the page Sessions and tokens: active sessions, tokens and guest links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from accounts import access_listing, audit, user_agents
from accounts.access_listing import AccessRow
from accounts.audit import AuditAction
from accounts.paging import PageOptions
from accounts.principals import Principal
from callbacks.account.access_actions import confirm_end_session, confirm_revoke_token
from callbacks.admin import grid_data
from callbacks.admin.formatting import format_time
from callbacks.confirm_actions import Action, ActionResult, Confirmation, FormValues
from components.admin import access_panels, ids
from components.blocks import RowData
from datasets.access import guest_links


def register_callbacks() -> None:
    """Register the callbacks of three of its tables."""
    for table, pages, found, row, panel, things in GRIDS:
        grid_data.register_grid(table, _make_page_loader(pages, row), *things)
        grid_data.register_panel(table, _make_panel_renderer(found, row, panel))


def _make_page_loader(
    find_page: Callable[[str, PageOptions], tuple[list[AccessRow], int]],
    to_row: Callable[[AccessRow], RowData],
) -> Any:  # noqa: ANN401
    def load_page(filters: grid_data.GridFilters, window: PageOptions) -> grid_data.GridPage:
        found, total = find_page(filters.get("text") or "", window)
        return [to_row(each) for each in found], total

    return load_page


def _make_panel_renderer(
    find_item: Callable[[str], AccessRow | None],
    to_row: Callable[[AccessRow], RowData],
    render_row: Callable[[RowData], list[Component]],
) -> Callable[[str], list[Component] | None]:
    def render_panel(key: str) -> list[Component] | None:
        owned = find_item(key)
        return render_row(to_row(owned)) if owned else None

    return render_panel


def to_session_row(owned: AccessRow) -> RowData:
    own = owned.record
    return {
        "id": own.id,
        "user": own.user_id,
        "owner": f"Guest of {owned.owner}" if own.guest_link_id else owned.owner,
        "browser": user_agents.describe_user_agent(own.agent),
        "address": own.address,
        "method": own.method,
        **{name: format_time(getattr(own, name)) for name in ("created", "rotated", "confirmed", "expires")},
    }


def to_token_row(owned: AccessRow) -> RowData:
    own = owned.record
    moments = {name: format_time(getattr(own, name)) for name in ("created", "used", "expires")}
    return {"id": own.id, "owner": owned.owner, "name": own.name, "scopes": own.scopes, **moments}


def to_guest_link_row(owned: AccessRow) -> RowData:
    own = owned.record
    moments = {name: format_time(getattr(own, name)) for name in ("created", "opened", "expires")}
    return {"id": own.id, "owner": owned.owner, "view": owned.view, "label": own.label, **moments}


def render_session_panel(row: RowData) -> list[Component]:
    return access_panels.session_panel(row, mine=row["id"] == current_user.key)


GRIDS: tuple[tuple[Any, ...], ...] = (
    (
        ids.SESSIONS,
        access_listing.list_active_sessions,
        access_listing.get_active_session,
        to_session_row,
        render_session_panel,
        ("session", "sessions"),
    ),
    (
        ids.TOKENS,
        access_listing.list_active_tokens,
        access_listing.get_active_token,
        to_token_row,
        access_panels.token_panel,
        ("token", "tokens"),
    ),
    (
        ids.GUEST_LINKS,
        access_listing.list_active_guest_links,
        access_listing.get_active_guest_link,
        to_guest_link_row,
        access_panels.guest_link_panel,
        ("link", "links"),
    ),
)


def end_session(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    access_listing.end_session(by, key)
    return ActionResult("Session ended.")


def revoke_token(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    access_listing.revoke_token(by, key)
    return ActionResult("Token revoked.")


def confirm_revoke_guest_link(_key: str) -> Confirmation:
    words = "The link stops working, also for guests who have it open. This can't be undone."
    return Confirmation("Revoke this guest link?", [html.P(words)], "Revoke")


def revoke_guest_link(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    guest_links.revoke_link(by, key)
    audit.record_event(AuditAction.GUEST_REVOKED, actor=by, resource=("guest link", key))
    return ActionResult("Guest link revoked.")


ACTIONS = {
    "end-session": Action(end_session, confirm_end_session),
    "revoke-token": Action(revoke_token, confirm_revoke_token),
    "revoke-guest": Action(revoke_guest_link, confirm_revoke_guest_link),
}
