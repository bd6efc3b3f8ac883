"""The commands ``dataxchange audit verify``, ``export`` and ``prune``."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from datetime import UTC, datetime

from accounts.audit.actions import AuditAction, Outcome
from accounts.audit.log import record_event
from accounts.audit.query import AuditFilter, export_lines
from accounts.audit.retention import prune_entries
from accounts.audit.verify import TamperedError, verify_log
from db.keys.column_encryption import DecryptionError
from db.keys.key_ring import LostKeyError
from db.preparation import prepare_database


def main(arguments: list[str]) -> None:
    choice = _parser().parse_args(arguments)
    prepare_database()
    try:
        choice.run(choice)
    except (TamperedError, DecryptionError, LostKeyError) as error:
        raise SystemExit(f"{error} Try: dataxchange audit verify") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dataxchange audit", description="Read and verify the audit log.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = commands.add_parser("verify", help="verify the whole log; exits with 1 if it was changed")
    check.add_argument(
        "--head", default="", metavar="HASH", help="the hash of an entry that the log must still contain"
    )
    check.set_defaults(run=_verify)
    export = commands.add_parser("export", help="print entries as lines of JSON, oldest first")
    for name in ("actor", "resource-kind", "resource-key"):
        export.add_argument(f"--{name}", default="")
    export.add_argument("--action", default="", choices=list(AuditAction), metavar="ACTION")
    export.add_argument("--outcome", default="", choices=list(Outcome))
    for name in ("since", "until"):
        export.add_argument(f"--{name}", type=_moment, metavar="MOMENT", help="ISO 8601, in UTC")
    export.set_defaults(run=_export)
    commands.add_parser("prune", help="remove entries older than the retention").set_defaults(run=_prune)
    return parser


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _verify(choice: argparse.Namespace) -> None:
    report = verify_log(choice.head)
    if report.fault:
        raise SystemExit(f"The audit log was tampered with. {report.fault}")
    if report.last < report.first:
        sys.stdout.write(f"The log has no entries after {report.last}. Head: {report.hash}\n")
        return
    sys.stdout.write(f"Entries {report.first} to {report.last} are as recorded. Head: {report.hash}\n")


def _export(choice: argparse.Namespace) -> None:
    chosen = {field.name: getattr(choice, field.name) for field in fields(AuditFilter)}
    record_event(AuditAction.AUDIT_EXPORTED, filter={name: value for name, value in chosen.items() if value})
    sys.stdout.writelines(export_lines(AuditFilter(**chosen)))


def _prune(_choice: argparse.Namespace) -> None:
    sys.stdout.write(f"{prune_entries():,} entries removed.\n")
