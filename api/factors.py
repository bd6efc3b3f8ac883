"""The routes of a person's second factors: authenticator, recovery codes and passkeys."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint
from flask_login import current_user

from accounts import credentials, factors, passkeys, qr, recovery, totp
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import register_error_handlers
from api.field_types import Text
from api.operations import RequestBody, ResponseBody, operation

routes = Blueprint("factors", __name__)
register_error_handlers(routes)


class ListedPasskey(ResponseBody):
    """A passkey, and when it was last used."""

    id: int
    name: str
    created: datetime
    used: datetime | None


class SecondFactors(ResponseBody):
    """Your second factors; ``demanded``: your role requires one."""

    demanded: bool
    authenticator: bool
    recovery_codes: int
    passkeys: list[ListedPasskey]


class AuthenticatorProposal(ResponseBody):
    """A secret for an authenticator app: as text, as a URI, and as a QR code in SVG."""

    secret: str
    uri: str
    qr: str


class AuthenticatorSetup(RequestBody):
    """The secret that was proposed, and the code that the app shows for it."""

    secret: Text
    code: Text


class RecoveryCodes(ResponseBody):
    """Codes that each replace a lost second factor once; they are not shown again."""

    codes: list[str]


class PasskeyName(RequestBody):
    """The name of a passkey."""

    name: Text


@routes.get("/api/account/factors")
@requires(Permission.ACCOUNT)
@operation()
def list_factors() -> SecondFactors:
    """List your second factors. Passkeys are registered in a browser, on the account page."""
    return SecondFactors(
        demanded=factors.is_factor_required(current_user.role),
        authenticator=totp.is_enabled(current_user.id),
        recovery_codes=recovery.count_unused(current_user.id),
        passkeys=[ListedPasskey.model_validate(each) for each in passkeys.list_passkeys(current_user.id)],
    )


@routes.post("/api/account/authenticator/proposal")
@requires(Permission.ACCOUNT, fresh=True)
@operation()
def propose_authenticator() -> AuthenticatorProposal:
    """Propose a secret for an authenticator app. Nothing changes yet."""
    secret, uri = totp.propose_secret(current_user.name)
    return AuthenticatorProposal(secret=secret, uri=uri, qr=qr.to_svg_markup(uri))


@routes.put("/api/account/authenticator")
@requires(Permission.ACCOUNT, fresh=True)
@operation()
def set_authenticator(body: AuthenticatorSetup) -> RecoveryCodes:
    """Set up an authenticator app.

    Returns new recovery codes; the old ones stop working.
    """
    return RecoveryCodes(codes=credentials.set_authenticator(current_user, body.secret, body.code))


@routes.delete("/api/account/authenticator")
@requires(Permission.ACCOUNT, fresh=True)
@operation()
def remove_authenticator() -> None:
    """Remove the authenticator app. Rejected if your role requires a second factor and this is the last."""
    credentials.remove_authenticator(current_user)


@routes.post("/api/account/recovery-codes")
@requires(Permission.ACCOUNT, fresh=True)
@operation(status=201)
def renew_recovery_codes() -> RecoveryCodes:
    """Create ten new recovery codes. The old ones stop working."""
    return RecoveryCodes(codes=credentials.renew_recovery_codes(current_user))


@routes.patch("/api/account/passkeys/<int(max=2147483647):passkey_id>")
@requires(Permission.ACCOUNT)
@operation()
def rename_passkey(passkey_id: int, body: PasskeyName) -> None:
    """Rename a passkey."""
    credentials.rename_passkey(current_user, passkey_id, body.name)


@routes.delete("/api/account/passkeys/<int(max=2147483647):passkey_id>")
@requires(Permission.ACCOUNT, fresh=True)
@operation()
def remove_passkey(passkey_id: int) -> None:
    """Remove a passkey. Rejected if you couldn't sign in, or would lack a required factor, without it."""
    credentials.remove_passkey(current_user, passkey_id)
