"""The actions of people on their own password, factors and linked providers, and their confirmations."""

from __future__ import annotations

from dash import html
from flask_login import current_user

from accounts import credentials, identities, passkeys, qr, totp, users
from accounts.passkeys import UnknownPasskeyError
from accounts.permissions import Permission
from accounts.principals import Principal
from callbacks.confirm_actions import Action, ActionResult, Confirmation, FormValues
from components import account, ids
from components.controls import Field
from db.tables import Passkey

RECOVERY_CODES_ADVICE = (
    "Each code replaces your second factor once, if you have lost it. Store them where only you can read "
    "them: they won't be shown again."
)


def confirm_change_password(_key: str) -> Confirmation:
    has_one = users.has_password(current_user.id)
    current = [
        Field(ids.form_field("current"), "Current password", "password", fill="current-password")
    ] * has_one
    new = Field(ids.form_field("new"), "New password", "password", fill="new-password")
    again = Field(ids.form_field("again"), "Confirm new password", "password", fill="new-password")
    title = "Change your password" if has_one else "Set a password"
    return Confirmation(title, [*current, new, again], "Change password" if has_one else "Set password")


def change_password(me: Principal, _key: str, answers: FormValues) -> ActionResult:
    new = str(answers.get("new") or "")
    if new != (answers.get("again") or ""):
        raise ValueError("The passwords don't match.")
    credentials.change_password(me, answers.get("current"), new)
    return ActionResult("Password changed. You are signed out everywhere else.")


def confirm_set_authenticator(_key: str) -> Confirmation:
    secret, uri = totp.propose_secret(current_user.name)
    words = html.P("Scan this with an authenticator app, then enter the code that it shows.")
    picture = html.Img(src=qr.to_data_uri(uri), alt="QR code of the secret", className="dx-qr")
    typed = Field(ids.form_field("secret"), "Or enter this secret into the app", value=secret)
    code = Field(ids.form_field("code"), "Code from the app", fill="one-time-code")
    return Confirmation("Set up an authenticator app", [words, picture, typed, code], "Turn on")


def set_authenticator(me: Principal, _key: str, answers: FormValues) -> ActionResult:
    secret, code = (str(answers.get(name) or "").strip() for name in ("secret", "code"))
    return _show_codes(credentials.set_authenticator(me, secret, code))


def confirm_remove_authenticator(_key: str) -> Confirmation:
    words = "You sign in without a code. If it is your last second factor, your recovery codes are deleted."
    return Confirmation("Remove the authenticator app?", [html.P(words)], "Remove")


def remove_authenticator(me: Principal, _key: str, _answers: FormValues) -> ActionResult:
    credentials.remove_authenticator(me)
    return ActionResult("Authenticator app removed.")


def confirm_renew_recovery_codes(_key: str) -> Confirmation:
    return Confirmation("Create new recovery codes?", [html.P("The old codes stop working.")], "Create codes")


def renew_recovery_codes(me: Principal, _key: str, _answers: FormValues) -> ActionResult:
    return _show_codes(credentials.renew_recovery_codes(me))


def confirm_rename_passkey(key: str) -> Confirmation:
    name = Field(ids.form_field("name"), "Name", value=_get_passkey(key).name)
    return Confirmation("Rename passkey", [name], "Rename")


def rename_passkey(me: Principal, key: str, answers: FormValues) -> ActionResult:
    credentials.rename_passkey(me, int(key), str(answers.get("name") or ""))
    return ActionResult("Passkey renamed.")


def confirm_remove_passkey(key: str) -> Confirmation:
    words = "You can no longer sign in with it. Remove it from your device too."
    return Confirmation(f"Remove the passkey {_get_passkey(key).name}?", [html.P(words)], "Remove")


def remove_passkey(me: Principal, key: str, _answers: FormValues) -> ActionResult:
    credentials.remove_passkey(me, int(key))
    return ActionResult("Passkey removed.")


def confirm_unlink_identity(key: str) -> Confirmation:
    issuer = next(
        (each.issuer for each in identities.list_identities(current_user.id) if str(each.id) == key), None
    )
    if issuer is None:
        raise identities.UnknownIdentityError
    return Confirmation(
        "Unlink this provider?", [html.P(f"You can no longer sign in with {issuer}.")], "Unlink"
    )


def unlink_identity(me: Principal, key: str, _answers: FormValues) -> ActionResult:
    credentials.unlink_identity(me, int(key))
    return ActionResult("Provider unlinked.")


def _get_passkey(key: str) -> Passkey:
    for each in passkeys.list_passkeys(current_user.id):
        if str(each.id) == key:
            return each
    raise UnknownPasskeyError


def _show_codes(codes: list[str]) -> ActionResult:
    return ActionResult("", dialog_content=account.one_time_secret(RECOVERY_CODES_ADVICE, "\n".join(codes)))


ACTIONS = {
    "password": Action(change_password, confirm_change_password, Permission.ACCOUNT),
    "authenticator": Action(set_authenticator, confirm_set_authenticator, Permission.ACCOUNT),
    "no-authenticator": Action(remove_authenticator, confirm_remove_authenticator, Permission.ACCOUNT),
    "recovery-codes": Action(renew_recovery_codes, confirm_renew_recovery_codes, Permission.ACCOUNT),
    "rename-passkey": Action(rename_passkey, confirm_rename_passkey, Permission.ACCOUNT, fresh=False),
    "remove-passkey": Action(remove_passkey, confirm_remove_passkey, Permission.ACCOUNT),
    "unlink": Action(unlink_identity, confirm_unlink_identity, Permission.ACCOUNT),
}
