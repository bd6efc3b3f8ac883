"""The command line ``dataxchange GROUP COMMAND``. It imports only what the chosen group needs."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent
GROUPS = {
    "datasets": ("datasets.commands", "bring tables in, add rows to them, encrypt them with new keys"),
    "accounts": ("accounts.commands", "add, invite, disable and restore people; rotate keys"),
    "audit": ("accounts.audit.commands", "verify, export and prune the audit log"),
}
"""The module that has the ``main`` of each group, and what the group is for."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status.

    Raises:
        SystemExit: the command can't be done; it says why.
    """
    choice, rest = _create_parser().parse_known_args(arguments)
    os.environ.setdefault("DATAXCHANGE_DATA", str(ROOT / "var"))
    module, _ = GROUPS[choice.group]
    status: int | None = import_module(module).main(rest)
    return status or 0


def _create_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dataxchange",
        description="Administer DataXchange from a shell on its server.",
        epilog="'dataxchange GROUP --help' lists the commands of a group, 'dataxchange GROUP COMMAND --help' "
        "explains one. Settings such as DATAXCHANGE_DATA are read from the environment, as by the service.",
    )
    groups = parser.add_subparsers(title="groups", dest="group", metavar="GROUP", required=True)
    for name, (_, purpose) in GROUPS.items():
        groups.add_parser(name, help=purpose, add_help=False)  # the group has a help of its own
    return parser


if __name__ == "__main__":
    sys.exit(main())
