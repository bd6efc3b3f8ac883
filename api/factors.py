"""A person's second factors: an authenticator, recovery codes and passkeys."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint
from flask_login import current_user

from accounts import credentials, factors, passkeys, qr, recovery, totp
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import explain
from api.operations import Answer, Body, operation

routes = Blueprint("factors", __name__)
explain(routes)


class ListedPasskey(Answer):
    """A passkey, and when it was last used."""

    id: int
    name: str
    created: datetime
    used: datetime | None


class Factors(Answer):
    """What you prove besides your password; ``demanded``: you must have a second factor."""

    demanded: bool
    authenticator: bool
    recovery_codes: int
    passkeys: list[ListedPasskey]


class Proposal(Answer):
    """A secret for an authenticator app: as text, as an address, and as an SVG that its camera reads."""

    secret: str
    uri: str
    qr: str


class Authenticator(Body):
    """The secret that was proposed, and the code that the app shows for it."""

    secret: str
    code: str


class RecoveryCodes(Answer):
    """Each stands in once for a second factor that is lost; shown this once."""

    codes: list[str]


class PasskeyName(Body):
    """What you call it."""

    name: str


@routes.get("/api/account/factors")
@requires(Permission.ACCOUNT)
@operation()
def list_factors() -> Factors:
    """Your second factors. Passkeys are registered in a browser, on the account page."""
    return Factors(
        demanded=factors.demanded(current_user.role),
        authenticator=totp.is_on(current_user.id),
        recovery_codes=recovery.left(current_user.id),
        passkeys=[ListedPasskey.model_validate(each) for each in passkeys.of(current_user.id)],
    )


@routes.post("/api/account/authenticator/proposal")
@requires(Permission.ACCOUNT, fresh=True)
@operation()
def propose_authenticator() -> Proposal:
    """A new secret to set up an authenticator app with. Nothing changes yet."""
    secret, uri = totp.propose(current_user.name)
    return Proposal(secret=secret, uri=uri, qr=qr.inline(uri))


@routes.put("/api/account/authenticator")
@requires(Permission.ACCOUNT, fresh=True)
@operation()
def set_authenticator(body: Authenticator) -> RecoveryCodes:
    """Ask you for codes of this authenticator from now on.

    New recovery codes are answered; those before are good no longer.
    """
    return RecoveryCodes(codes=credentials.set_authenticator(current_user, body.secret, body.code))


@routes.delete("/api/account/authenticator")
@requires(Permission.ACCOUNT, fresh=True)
@operation()
def remove_authenticator() -> None:
    """Ask you for no more codes. Refused if you must have a second factor and this is the last."""
    credentials.remove_authenticator(current_user)


@routes.post("/api/account/recovery-codes")
@requires(Permission.ACCOUNT, fresh=True)
@operation(status=201)
def renew_recovery_codes() -> RecoveryCodes:
    """Ten new recovery codes; those before are good no longer."""
    return RecoveryCodes(codes=credentials.renew_recovery_codes(current_user))


@routes.patch("/api/account/passkeys/<int(max=2147483647):passkey_id>")
@requires(Permission.ACCOUNT)
@operation()
def rename_passkey(passkey_id: int, body: PasskeyName) -> None:
    """Give a passkey another name."""
    credentials.rename_passkey(current_user, passkey_id, body.name)


@routes.delete("/api/account/passkeys/<int(max=2147483647):passkey_id>")
@requires(Permission.ACCOUNT, fresh=True)
@operation()
def remove_passkey(passkey_id: int) -> None:
    """Refuse a passkey from now on. Refused itself if you could not sign in, or lack a factor, without it."""
    credentials.remove_passkey(current_user, passkey_id)
