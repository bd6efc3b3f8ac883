"""The routes of a person's own API tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from flask import Blueprint
from flask_login import current_user
from pydantic import AwareDatetime, Field

from accounts import access_listing, api_tokens
from accounts.api_tokens import SCOPES
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import register_error_handlers
from api.field_types import Text
from api.operations import RequestBody, ResponseBody, operation

routes = Blueprint("tokens", __name__)
register_error_handlers(routes)


class NewToken(RequestBody):
    """The name, scopes and expiry of a new token: at most a year from now."""

    name: Text
    scopes: Annotated[list[Permission], Field(max_length=len(Permission))]
    expires: AwareDatetime


class ListedToken(ResponseBody):
    """A valid token; ``used`` is when it was last used, within a minute."""

    id: str
    name: str
    scopes: list[Permission]
    created: datetime
    expires: datetime
    used: datetime | None


class TokenList(ResponseBody):
    """Your tokens, newest first, and the scopes that a new one can have."""

    tokens: list[ListedToken]
    scopes: list[Permission]


class CreatedToken(ResponseBody):
    """The token itself, which is not shown again."""

    token: str


@routes.get("/api/account/tokens")
@requires(Permission.ACCOUNT)
@operation()
def list_tokens() -> TokenList:
    """List your API tokens."""
    return TokenList(
        tokens=[ListedToken.model_validate(own) for own in api_tokens.list_active_tokens(current_user.id)],
        scopes=[scope for scope in SCOPES if current_user.has_permission(scope)],
    )


@routes.post("/api/account/tokens")
@requires(Permission.ACCOUNT, fresh=True)
@operation(status=201)
def create_token(body: NewToken) -> CreatedToken:
    """Create an API token."""
    return CreatedToken(token=api_tokens.create_token(current_user, body.name, body.scopes, body.expires))


@routes.delete("/api/account/tokens/<token_id>")
@requires(Permission.ACCOUNT)
@operation()
def revoke_token(token_id: str) -> None:
    """Revoke an API token immediately."""
    access_listing.revoke_own_token(current_user, token_id)
