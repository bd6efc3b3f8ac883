"""Accounts and keys from the command line: ``python -m accounts COMMAND``."""

from __future__ import annotations

import argparse
import smtplib
import sys
from getpass import getpass

from accounts import factors, links, mail, passwords, users
from accounts.secrets import ADMIN
from db import schema
from db.keys import ring, rotation
from db.keys.master import MasterKeyError
from db.keys.ring import LostKeyError
from db.keys.seal import AlteredError
from db.tables import Purpose, Role

REFUSALS = (
    users.UnknownUserError,
    users.NameTakenError,
    users.BadNameError,
    users.BadEmailError,
    users.EmailTakenError,
    passwords.WeakPasswordError,
    MasterKeyError,
    LostKeyError,
    AlteredError,
)


def main(arguments: list[str]) -> None:
    choice = _parser().parse_args(arguments)
    schema.upgrade()
    try:
        ring.ensure()
        sys.stdout.write(choice.answer(choice) + "\n")
    except REFUSALS as error:
        raise SystemExit(str(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise SystemExit(
            f"The mail could not be sent ({error}). The user is there: invite them again."
        ) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m accounts", description=__doc__)
    commands = parser.add_subparsers(required=True)
    link = commands.add_parser("link", help="print a link that signs a user in once")
    link.set_defaults(answer=_link)
    password = commands.add_parser("password", help="give a user a new password, which ends their sessions")
    password.set_defaults(answer=_password)
    for command in (link, password):
        command.add_argument("--user", default=ADMIN, metavar="NAME")
    add = commands.add_parser("add", help="add a user and print their first password")
    add.set_defaults(answer=_add)
    invite = commands.add_parser(
        "invite", help="add a user, or invite one again: by mail, else print the link"
    )
    invite.add_argument("--email", help="where mail for them goes")
    invite.set_defaults(answer=_invite)
    reset = commands.add_parser("reset-factors", help="take all second factors from a user who has lost them")
    reset.set_defaults(answer=_reset_factors)
    for command in (add, invite, reset):
        command.add_argument("user", metavar="NAME")
    for command in (add, invite):
        command.add_argument("--role", type=Role, choices=list(Role), default=Role.ANALYST)
    keys = commands.add_parser("rotate-keys", help="new keys to sign and seal, and everything sealed anew")
    keys.set_defaults(answer=_rotate_keys)
    master = commands.add_parser("rotate-master", help="a new master key, and all keys wrapped by it")
    master.set_defaults(answer=_rotate_master)
    return parser


def _link(choice: argparse.Namespace) -> str:
    return links.address(links.base(), links.issue(choice.user))


def _password(choice: argparse.Namespace) -> str:
    new = getpass("New password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    users.set_password(choice.user, new)
    return f"The password of {choice.user} is changed."


def _add(choice: argparse.Namespace) -> str:
    password = passwords.generate()
    users.create(choice.user, password, choice.role)
    return password


def _invite(choice: argparse.Namespace) -> str:
    if users.of_name(choice.user) is None:
        users.create(choice.user, None, choice.role)
    if choice.email:
        users.set_email(choice.user, choice.email)
    if choice.email and mail.configured():
        mail.invite(choice.user)
        return f"An invitation is on its way to {choice.email}."
    return links.address(links.base(), links.issue(choice.user, Purpose.INVITATION), Purpose.INVITATION)


def _reset_factors(choice: argparse.Namespace) -> str:
    factors.reset(users.require(choice.user).id)
    return f"{choice.user} has no second factor any longer, and is signed out everywhere."


def _rotate_keys(_choice: argparse.Namespace) -> str:
    return f"Everything is under the current keys: {rotation.rotate():,} values were sealed anew."


def _rotate_master(_choice: argparse.Namespace) -> str:
    return f"Everything is under the current master key: {rotation.rotate_master():,} keys were wrapped anew."


if __name__ == "__main__":
    main(sys.argv[1:])
