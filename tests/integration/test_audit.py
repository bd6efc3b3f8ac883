"""The audit log: one chain whoever writes, and every way to read it."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlmodel import Session

from accounts import audit, users
from accounts.audit import AuditAction, AuditFilter, Outcome, query
from accounts.audit.commands import main
from accounts.principals import Principal, PrincipalKind
from db.engine import get_engine, transaction
from db.tables import Role, User
from tests.integration.audit_log import ADA, list_entries, tamper_with_log, write_entries, write_old_entries

ROOT = Path(__file__).parents[2]
WRITER_SCRIPT = Path(__file__).with_name("audit_writer.py")

pytestmark = pytest.mark.usefixtures("database")


def make_environment(own):
    return {**os.environ, "DATAXCHANGE_DATA": str(own.data), "DATABASE_URL": own.database_url}


def start_writer(own, name, count):
    command = [sys.executable, WRITER_SCRIPT, name, str(count)]
    return subprocess.Popen(command, env=make_environment(own), stdout=subprocess.PIPE, text=True)


def test_an_entry_says_who_did_what_and_how_it_ended():
    with Flask("test").test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.1"}):
        audit.record_event(
            AuditAction.USER_ROLE,
            actor=ADA,
            resource=("user", "bob"),
            outcome=Outcome.DENIED,
            role=Role.ADMIN,
        )
    (entry,) = list_entries()
    assert (entry.number, entry.actor_id, entry.actor, entry.action) == (1, 1, "ada", "user.role")
    assert (entry.resource_kind, entry.resource_key, entry.outcome) == ("user", "bob", "denied")
    assert (entry.address, entry.details) == ("192.0.2.1", {"role": "admin"})
    assert abs(entry.moment - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_untouched_log_verifies():
    assert audit.verify_log() == audit.VerificationReport(1, 0, "0" * 64)
    write_entries(12)
    assert audit.verify_log() == audit.VerificationReport(1, 12, list_entries()[-1].hash)


def test_names_and_details_of_any_text_are_recorded():
    odd = "a\0\ud800\ud83d\ude00" * 200
    audit.record_event(
        AuditAction.SIGNIN_FAILED,
        actor=Principal(1, odd, Role.ANALYST),
        resource=("user", odd),
        name=odd,
        at=1e300,
        on={1: (2,)},
    )
    assert audit.verify_log() == audit.VerificationReport(1, 1, list_entries()[0].hash)
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_entries(1, share=float("nan"))


def test_processes_and_threads_write_one_chain(database):
    writers = [start_writer(database, f"w{number}", 50) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write_entries, [10] * 4))
    for process in writers:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert audit.verify_log() == audit.VerificationReport(1, 240, list_entries()[-1].hash)
    for number in range(4):
        own = [entry.details["number"] for entry in list_entries() if entry.resource_key == f"w{number}"]
        assert own == list(range(50))


def test_a_kill_loses_no_entry_that_was_acknowledged(database):
    writers = [start_writer(database, name, 10_000) for name in ("a", "b")]
    acknowledged = {}
    for process, name in zip(writers, "ab", strict=True):
        while process.stdout.readline() != "20\n":
            pass
        process.send_signal(signal.SIGKILL)
        acknowledged[name] = 20 + len(process.communicate()[0].splitlines())
    write_entries(1)
    assert not audit.verify_log().fault
    for name, last in acknowledged.items():
        own = [entry.details["number"] for entry in list_entries() if entry.resource_key == name]
        assert own == list(range(len(own)))
        assert len(own) > last


def test_an_act_and_its_entry_are_there_both_or_not_at_all():
    with transaction() as work:
        work.add(User(name="bob", password_hash="x", role=Role.ANALYST))
        audit.record_event(AuditAction.USER_CREATED, resource=("user", "bob"), work=work)
    with Session(get_engine()) as work:
        work.add(User(name="eve", password_hash="x", role=Role.ANALYST))
        audit.record_event(AuditAction.USER_CREATED, resource=("user", "eve"), work=work)
        work.flush()
    assert [entry.resource_key for entry in list_entries()] == ["bob"]


def test_a_transaction_that_was_rolled_back_leaves_nothing_for_the_next():
    with Session(get_engine()) as work:
        work.begin()
        audit.record_event(AuditAction.USER_CREATED, work=work)
        work.rollback()
        with work.begin_nested():
            audit.record_event(AuditAction.USER_DELETED, work=work)
        audit.record_event(AuditAction.USER_ENABLED, work=work)
        work.commit()
    assert [entry.action for entry in list_entries()] == ["user.deleted", "user.enabled"]
    assert not audit.verify_log().fault


def test_acts_that_wait_for_the_same_rows_never_wait_for_each_other():
    """Half record before they change the person, half after: the head is locked last by all."""
    users.create_user("bob", "correct horse battery", Role.ANALYST)

    def change_and_record(first):
        with transaction() as work:
            if first:
                audit.record_event(AuditAction.USER_ROLE, work=work)
            work.connection().execute(sa.update(User).values(disabled=first))
            if not first:
                audit.record_event(AuditAction.USER_ROLE, work=work)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change_and_record, [True, False] * 20))
    assert audit.verify_log().last == 40


def test_lines_are_the_entries(monkeypatch):
    monkeypatch.setattr(query, "BATCH", 2)
    write_entries(5, name="Zoë")
    read = [json.loads(line) for line in audit.export_lines()]
    assert [{**line, "moment": datetime.fromisoformat(line["moment"])} for line in read] == [
        entry.model_dump() for entry in list_entries()
    ]


def test_filters_and_pages():
    write_entries(3)
    audit.record_event(AuditAction.SIGNIN_FAILED, resource=("user", "bob"), outcome=Outcome.FAILED)
    audit.record_event(
        AuditAction.SIGNIN,
        actor=Principal(2, "bob", Role.ANALYST, kind=PrincipalKind.PROGRAM),
        resource=("user", "bob"),
    )
    middle = list_entries()[2].moment
    assert list_entries()[4].details == {"through": "program"}

    def list_numbers(**wanted):
        chosen = AuditFilter(**wanted)
        rows, total = audit.list_entries(chosen)
        assert total == len(rows)
        exported = [json.loads(line)["number"] for line in audit.export_lines(chosen)]
        assert exported == [row.number for row in rows][::-1]
        return exported

    assert list_numbers() == [1, 2, 3, 4, 5]
    assert list_numbers(actor="ada") == [1, 2, 3]
    assert list_numbers(action=AuditAction.SIGNIN) == [5]
    assert list_numbers(resource_kind="user", resource_key="bob") == [4, 5]
    assert list_numbers(outcome=Outcome.FAILED) == [4]
    assert list_numbers(since=middle) == [3, 4, 5]
    assert list_numbers(until=middle, actor="ada") == [1, 2]
    rows, total = audit.list_entries(offset=1, limit=2)
    assert ([row.number for row in rows], total) == ([4, 3], 5)


def run_audit_command(own, *arguments):
    line = [Path(sys.executable).parent / "dataxchange", "audit", *arguments]
    return subprocess.run(
        line, env=make_environment(own), cwd="/", capture_output=True, text=True, check=False, timeout=60
    )


def test_the_command_verifies_and_says_what_is_wrong(database):
    write_entries(3)
    good = run_audit_command(database, "verify")
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout == f"Entries 1 to 3 are as recorded. Head: {list_entries()[-1].hash}\n"
    tamper_with_log("DELETE FROM audit_entries WHERE number = 2")
    bad = run_audit_command(database, "verify")
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr == "The audit log was tampered with. Entry 2 is missing.\n"


def test_the_command_exports_prunes_and_leaves_a_trace(capsys):
    write_old_entries(8)
    write_entries(2)
    main(["export", "--actor", "ada", "--since", "2021-01-01"])
    assert [json.loads(line)["number"] for line in capsys.readouterr().out.splitlines()] == [9, 10]
    assert list_entries()[-1].details == {"filter": {"actor": "ada", "since": "2021-01-01 00:00:00+00:00"}}
    main(["prune"])
    assert capsys.readouterr().out == "8 entries removed.\n"
    tamper_with_log("UPDATE audit_entries SET moment = '2020-01-01 00:00:00' WHERE number = 9")
    with pytest.raises(SystemExit, match=r"Entry 9 is not what was recorded.* Try: dataxchange audit verify"):
        main(["prune"])
    main(["export", "--action", "audit.pruned"])
    assert json.loads(capsys.readouterr().out)["details"]["removed"] == 8
