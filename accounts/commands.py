"""The commands ``dataxchange accounts``: users, their roles and sign-in, and the keys of the database."""

from __future__ import annotations

import argparse
import smtplib
import sys
from getpass import getpass

from accounts import audit, mail, one_time_links, passwords, user_admin, users
from accounts.audit import AuditAction
from accounts.first_run import ADMIN_NAME
from accounts.last_admin import LastAdminError
from accounts.leaked_keys import replace_leaked_keys
from db.keys import rotation
from db.keys.column_encryption import DecryptionError
from db.keys.key_ring import LostKeyError
from db.keys.master import MasterKeyError
from db.preparation import prepare_database
from db.tables import LinkPurpose, Role

EXPECTED_ERRORS = (
    users.UnknownUserError,
    users.NameTakenError,
    users.BadNameError,
    users.BadEmailError,
    users.EmailTakenError,
    passwords.WeakPasswordError,
    MasterKeyError,
    LostKeyError,
    DecryptionError,
)


def main(arguments: list[str]) -> None:
    choice = _parser().parse_args(arguments)
    prepare_database()
    try:
        sys.stdout.write(choice.answer(choice) + "\n")
    except LastAdminError as error:
        raise SystemExit(f"{error} Try: dataxchange accounts add NAME --role admin") from error
    except EXPECTED_ERRORS as error:
        raise SystemExit(str(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise SystemExit(
            f"The e-mail could not be sent ({error}). The user has been added: invite them again."
        ) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dataxchange accounts", description="Manage users and rotate keys.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    link = commands.add_parser("link", help="print a single-use sign-in link")
    link.set_defaults(answer=_link)
    password = commands.add_parser("password", help="set a new password and end the user's sessions")
    password.set_defaults(answer=_password)
    for command in (link, password):
        command.add_argument("--user", default=ADMIN_NAME, metavar="NAME")
    add = commands.add_parser("add", help="add a user and print their first password")
    add.set_defaults(answer=_add)
    invite = commands.add_parser(
        "invite", help="add a user, or invite one again: by e-mail, or print the link"
    )
    invite.add_argument("--email", help="the e-mail address of the user")
    invite.set_defaults(answer=_invite)
    reset = commands.add_parser("reset-factors", help="remove all second factors of a user who has lost them")
    reset.set_defaults(answer=_reset_factors)
    role = commands.add_parser("role", help="change the role of a user")
    role.set_defaults(answer=_role)
    disable = commands.add_parser("disable", help="disable a user and end their sessions")
    disable.set_defaults(answer=_disable)
    enable = commands.add_parser("enable", help="enable a disabled user")
    enable.set_defaults(answer=_enable)
    for command in (add, invite, reset, role, disable, enable):
        command.add_argument("user", metavar="NAME")
    for command in (add, invite):
        command.add_argument("--role", type=Role, choices=list(Role), default=Role.ANALYST)
    role.add_argument("role", type=Role, choices=list(Role), metavar="ROLE")
    keys = commands.add_parser(
        "rotate-keys", help="create new signing and encryption keys, and encrypt everything again"
    )
    keys.add_argument(
        "--compromised",
        action="store_true",
        help="after a leak: refuse what older keys signed, and end all sessions, API tokens and links",
    )
    keys.set_defaults(answer=_rotate_keys)
    master = commands.add_parser("rotate-master", help="create a new master key, and wrap all keys with it")
    master.set_defaults(answer=_rotate_master)
    return parser


def _link(choice: argparse.Namespace) -> str:
    return one_time_links.build_link_url(
        one_time_links.get_base_url(), user_admin.create_link(None, _user_id(choice), LinkPurpose.SIGN_IN)
    )


def _password(choice: argparse.Namespace) -> str:
    new = getpass("New password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    name = users.require_principal(choice.user).name
    users.set_password(name, new)
    audit.record_event(AuditAction.PASSWORD_CHANGED, resource=("user", name))
    return f"The password of {name} has been changed."


def _add(choice: argparse.Namespace) -> str:
    password = passwords.generate_password()
    users.create_user(choice.user, password, choice.role)
    audit.record_event(AuditAction.USER_CREATED, resource=("user", choice.user), role=choice.role)
    return password


def _invite(choice: argparse.Namespace) -> str:
    if users.find_existing_name(choice.user):
        if choice.email:
            users.set_email(choice.user, choice.email)
        token = user_admin.create_link(None, _user_id(choice), LinkPurpose.INVITATION)
    else:
        _, token = user_admin.invite_user(None, choice.user, choice.role, choice.email)
    sent = mail.send_link(_user_id(choice), LinkPurpose.INVITATION, token)
    if sent:
        return f"An invitation has been sent to {sent}."
    return one_time_links.build_link_url(one_time_links.get_base_url(), token, LinkPurpose.INVITATION)


def _reset_factors(choice: argparse.Namespace) -> str:
    user_admin.remove_factors(None, _user_id(choice))
    return f"All second factors of {choice.user} have been removed, and their sessions have ended."


def _role(choice: argparse.Namespace) -> str:
    user_admin.change_role(None, _user_id(choice), choice.role)
    return f"{choice.user} now has the role {choice.role}."


def _disable(choice: argparse.Namespace) -> str:
    user_admin.disable_user(None, _user_id(choice))
    return f"{choice.user} has been disabled, and their sessions have ended."


def _enable(choice: argparse.Namespace) -> str:
    user_admin.enable_user(None, _user_id(choice))
    return f"{choice.user} has been enabled and can sign in again."


def _rotate_keys(choice: argparse.Namespace) -> str:
    if choice.compromised:
        revoked = replace_leaked_keys()
        return f"All older keys are refused. Ended: {revoked}. Everybody signs in again."
    count = rotation.rotate_keys()
    audit.record_event(AuditAction.KEY_ROTATED, resource=("key", "sign and seal"), sealed=count)
    return f"All values are encrypted with the current keys: {count:,} were encrypted again."


def _rotate_master(_choice: argparse.Namespace) -> str:
    count = rotation.rotate_master_key()
    audit.record_event(AuditAction.KEY_ROTATED, resource=("key", "master"), wrapped=count)
    return f"All keys are wrapped with the current master key: {count:,} were wrapped again."


def _user_id(choice: argparse.Namespace) -> int:
    return users.require_principal(choice.user).id
