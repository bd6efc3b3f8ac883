"""Accounts from the command line: ``python -m accounts link``, ``password`` and ``add``."""

from __future__ import annotations

import argparse
import sys
from getpass import getpass

from accounts import links, passwords, users
from accounts.secrets import ADMIN
from config import settings
from db import schema
from db.keys import ring
from db.tables import Role


def main(arguments: list[str]) -> None:
    choice = _parser().parse_args(arguments)
    schema.upgrade()
    ring.ensure()
    try:
        sys.stdout.write(choice.answer(choice) + "\n")
    except (users.UnknownUserError, users.NameTakenError, users.BadNameError) as error:
        raise SystemExit(str(error)) from error


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
    add.add_argument("user", metavar="NAME")
    add.add_argument("--role", type=Role, choices=list(Role), default=Role.ANALYST)
    add.set_defaults(answer=_add)
    return parser


def _link(choice: argparse.Namespace) -> str:
    own = settings()
    return links.address(own.address(own.port), links.issue(choice.user))


def _password(choice: argparse.Namespace) -> str:
    new = getpass("New password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    users.set_password(choice.user, new)
    return f"The password of {choice.user} is changed."


def _add(choice: argparse.Namespace) -> str:
    password = passwords.generate()
    users.create(choice.user, password, choice.role)
    return password


if __name__ == "__main__":
    main(sys.argv[1:])
