"""What a person does to their own password, factors and other sign-ins, and what is asked before."""

from __future__ import annotations

from dash import html
from flask_login import current_user

from accounts import credentials, identities, passkeys, qr, totp, users
from accounts.passkeys import UnknownPasskeyError
from accounts.permissions import Permission
from accounts.principals import Principal
from callbacks.confirm_actions import Act, Answers, Done, Question
from components import account, ids
from components.controls import Field
from db.tables import Passkey

KEEP = (
    "Each stands in once for your second factor when you have lost it. Keep them where only you can read "
    "them: they are not shown again."
)


def ask_password(_key: str) -> Question:
    has_one = users.has_password(current_user.id)
    current = [
        Field(ids.answer("current"), "Your password now", "password", fill="current-password")
    ] * has_one
    new = Field(ids.answer("new"), "New password", "password", fill="new-password")
    again = Field(ids.answer("again"), "New password, once more", "password", fill="new-password")
    title = "Change your password" if has_one else "Set a password"
    return Question(title, [*current, new, again], "Change the password" if has_one else "Set the password")


def password(me: Principal, _key: str, answers: Answers) -> Done:
    new = str(answers.get("new") or "")
    if new != (answers.get("again") or ""):
        raise ValueError("The new password was typed in two ways.")
    credentials.change_password(me, answers.get("current"), new)
    return Done("Your password is changed, and you are signed out everywhere else.")


def ask_authenticator(_key: str) -> Question:
    secret, uri = totp.propose(current_user.name)
    words = html.P("Scan this with an authenticator app, then enter the code that it shows.")
    picture = html.Img(src=qr.address(uri), alt="QR code of the secret", className="dx-qr")
    typed = Field(ids.answer("secret"), "Or enter this secret into the app", value=secret)
    code = Field(ids.answer("code"), "Code of the app", fill="one-time-code")
    return Question("Set up an authenticator app", [words, picture, typed, code], "Turn on")


def authenticator(me: Principal, _key: str, answers: Answers) -> Done:
    secret, code = (str(answers.get(name) or "").strip() for name in ("secret", "code"))
    return _shown(credentials.set_authenticator(me, secret, code))


def ask_no_authenticator(_key: str) -> Question:
    words = "Signing in asks for no more codes. With your last second factor the recovery codes go too."
    return Question("Remove the authenticator app?", [html.P(words)], "Remove")


def no_authenticator(me: Principal, _key: str, _answers: Answers) -> Done:
    credentials.remove_authenticator(me)
    return Done("The authenticator app is removed.")


def ask_recovery_codes(_key: str) -> Question:
    return Question(
        "Make new recovery codes?", [html.P("The old ones are good no longer.")], "Make new codes"
    )


def recovery_codes(me: Principal, _key: str, _answers: Answers) -> Done:
    return _shown(credentials.renew_recovery_codes(me))


def ask_rename_passkey(key: str) -> Question:
    name = Field(ids.answer("name"), "Name", value=_passkey(key).name)
    return Question("Rename the passkey", [name], "Rename")


def rename_passkey(me: Principal, key: str, answers: Answers) -> Done:
    credentials.rename_passkey(me, int(key), str(answers.get("name") or ""))
    return Done("The passkey is renamed.")


def ask_remove_passkey(key: str) -> Question:
    words = "It signs you in no longer. Remove it on your device too, so that it isn't offered in vain."
    return Question(f"Remove the passkey {_passkey(key).name}?", [html.P(words)], "Remove")


def remove_passkey(me: Principal, key: str, _answers: Answers) -> Done:
    credentials.remove_passkey(me, int(key))
    return Done("The passkey is removed.")


def ask_unlink(key: str) -> Question:
    issuer = next((each.issuer for each in identities.of(current_user.id) if str(each.id) == key), None)
    if issuer is None:
        raise identities.UnknownIdentityError
    return Question("Unlink this sign-in?", [html.P(f"{issuer} signs you in no longer.")], "Unlink")


def unlink(me: Principal, key: str, _answers: Answers) -> Done:
    credentials.unlink_identity(me, int(key))
    return Done("The sign-in is unlinked.")


def _passkey(key: str) -> Passkey:
    for each in passkeys.of(current_user.id):
        if str(each.id) == key:
            return each
    raise UnknownPasskeyError


def _shown(codes: list[str]) -> Done:
    return Done("", show=account.once(KEEP, "\n".join(codes)))


ACTS = {
    "password": Act(password, ask_password, Permission.ACCOUNT),
    "authenticator": Act(authenticator, ask_authenticator, Permission.ACCOUNT),
    "no-authenticator": Act(no_authenticator, ask_no_authenticator, Permission.ACCOUNT),
    "recovery-codes": Act(recovery_codes, ask_recovery_codes, Permission.ACCOUNT),
    "rename-passkey": Act(rename_passkey, ask_rename_passkey, Permission.ACCOUNT, fresh=False),
    "remove-passkey": Act(remove_passkey, ask_remove_passkey, Permission.ACCOUNT),
    "unlink": Act(unlink, ask_unlink, Permission.ACCOUNT),
}
