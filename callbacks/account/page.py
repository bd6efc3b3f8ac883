"""The account page as it stands: what is known of the person who asks."""

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
from config import settings
from db.tables import UserSession


def register() -> None:
    """Wire the page. Passkeys and other services are asked by the browser itself."""
    callback(Output(ids.ACCOUNT, "children"), Input(ids.changed(ids.ACCOUNT), "data"))(parts)
    clientside_callback(
        ClientsideFunction("account", "addPasskey"),
        Output(ids.PASSKEY_PROBLEM, "children"),
        Output(ids.changed(ids.ACCOUNT), "data", allow_duplicate=True),
        Input(ids.ADD_PASSKEY, "n_clicks"),
        State(ids.PASSKEY_NAME, "value"),
        prevent_initial_call=True,
    )
    clientside_callback(
        ClientsideFunction("account", "linkProvider"),
        Output(ids.LINK_PROBLEM, "children"),
        Input(ids.LINK, "n_clicks"),
        prevent_initial_call=True,
    )


@requires(Permission.ACCOUNT)
def parts(_changed: int | None) -> list[Component]:
    """Everything on the page."""
    me, agent = current_user.id, request.headers.get("User-Agent", "")
    return [
        account.person(_person()),
        account.password(users.has_password(me)),
        account.factors(totp.is_on(me), recovery.left(me), factors.demanded(current_user.role)),
        account.passkeys(_passkeys(), user_agents.in_words(agent)),
        *_identities(),
        account.sessions([_session(each) for each in sessions.alive(me)]),
        account.tokens(_tokens()),
    ]


def _person() -> dict[str, Any]:
    return {
        "name": current_user.name,
        "role": current_user.role.value,
        "groups": [each.name for each in groups.of(current_user.id)],
        "email": users.email_of(current_user.id),
    }


def _identities() -> list[Component]:
    """Nothing where no other service could be linked, nor ever was."""
    own = [each.model_dump(include={"id", "issuer", "created"}) for each in identities.of(current_user.id)]
    provider = settings().oidc_name if settings().oidc_issuer else None
    return [account.identities(own, provider)] if own or provider else []


def _passkeys() -> list[dict[str, Any]]:
    return [
        each.model_dump(include={"id", "name", "created", "used"}) for each in passkeys.of(current_user.id)
    ]


def _session(own: UserSession) -> dict[str, Any]:
    known = own.model_dump(include={"id", "address", "method", "rotated"})
    return {**known, "current": own.id == current_user.key, "browser": user_agents.in_words(own.agent)}


def _tokens() -> list[dict[str, Any]]:
    shown = {"id", "name", "scopes", "used", "expires"}
    return [each.model_dump(include=shown) for each in api_tokens.alive(current_user.id)]
