"""The callback that fills the account page for the person who is signed in."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback
from dash.development.base_component import Component
from flask import request
from flask_login import current_user

from accounts import (
    api_tokens,
    factors,
    groups,
    identities,
    passkeys,
    recovery,
    sessions,
    totp,
    user_agents,
    users,
)
from accounts.guard import requires
from accounts.permissions import Permission
from components import account, ids
from config import get_settings
from db.tables import UserSession


def register_callbacks() -> None:
    """Register the callbacks. The browser itself talks to passkeys and providers."""
    callback(Output(ids.ACCOUNT, "children"), Input(ids.change_signal(ids.ACCOUNT), "data"))(render_account)
    clientside_callback(
        ClientsideFunction("account", "addPasskey"),
        Output(ids.PASSKEY_ERROR, "children"),
        Output(ids.change_signal(ids.ACCOUNT), "data", allow_duplicate=True),
        Input(ids.ADD_PASSKEY, "n_clicks"),
        State(ids.PASSKEY_NAME, "value"),
        prevent_initial_call=True,
    )
    clientside_callback(
        ClientsideFunction("account", "linkProvider"),
        Output(ids.LINK_IDENTITY_ERROR, "children"),
        Input(ids.LINK_IDENTITY, "n_clicks"),
        prevent_initial_call=True,
    )


@requires(Permission.ACCOUNT)
def render_account(_changed: int | None) -> list[Component]:
    """Return all sections of the page."""
    me, agent = current_user.id, request.headers.get("User-Agent", "")
    return [
        account.person_section(_get_person()),
        account.password_section(users.has_password(me)),
        account.factors_section(
            totp.is_enabled(me), recovery.count_unused(me), factors.is_factor_required(current_user.role)
        ),
        account.passkeys_section(_list_passkeys(), user_agents.describe_user_agent(agent)),
        *_build_identities(),
        account.sessions_section([_to_session_row(each) for each in sessions.list_active_sessions(me)]),
        account.tokens_section(_list_tokens()),
    ]


def _get_person() -> dict[str, Any]:
    return {
        "name": current_user.name,
        "role": current_user.role.value,
        "groups": [each.name for each in groups.list_user_groups(current_user.id)],
        "email": users.get_email(current_user.id),
    }


def _build_identities() -> list[Component]:
    """Return the section of linked providers; nothing if none is linked and none is configured."""
    own = [
        each.model_dump(include={"id", "issuer", "created"})
        for each in identities.list_identities(current_user.id)
    ]
    provider = get_settings().oidc_name if get_settings().oidc_issuer else None
    return [account.identities_section(own, provider)] if own or provider else []


def _list_passkeys() -> list[dict[str, Any]]:
    return [
        each.model_dump(include={"id", "name", "created", "used"})
        for each in passkeys.list_passkeys(current_user.id)
    ]


def _to_session_row(own: UserSession) -> dict[str, Any]:
    known = own.model_dump(include={"id", "address", "method", "rotated"})
    return {
        **known,
        "current": own.id == current_user.key,
        "browser": user_agents.describe_user_agent(own.agent),
    }


def _list_tokens() -> list[dict[str, Any]]:
    shown = {"id", "name", "scopes", "used", "expires"}
    return [each.model_dump(include=shown) for each in api_tokens.list_active_tokens(current_user.id)]
