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
from accounts.audit import Action, Filter, Outcome, query
from accounts.audit.__main__ import main
from accounts.principals import Kind, Principal
from db.engine import engine, session
from db.tables import Role, User
from tests.integration.audit_log import ADA, entries, tamper, write, write_long_ago

ROOT = Path(__file__).parents[2]
WRITER = Path(__file__).with_name("audit_writer.py")

pytestmark = pytest.mark.usefixtures("database")


def environment(own):
    return {**os.environ, "DATAXCHANGE_DATA": str(own.data), "DATABASE_URL": own.database_url}


def writer(own, name, count):
    command = [sys.executable, WRITER, name, str(count)]
    return subprocess.Popen(command, env=environment(own), stdout=subprocess.PIPE, text=True)


def test_an_entry_says_who_did_what_and_how_it_ended():
    with Flask("test").test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.1"}):
        audit.record(
            Action.USER_ROLE,
            actor=ADA,
            resource=("user", "bob"),
            outcome=Outcome.DENIED,
            role=Role.ADMIN,
        )
    (entry,) = entries()
    assert (entry.number, entry.actor_id, entry.actor, entry.action) == (1, 1, "ada", "user.role")
    assert (entry.resource_kind, entry.resource_key, entry.outcome) == ("user", "bob", "denied")
    assert (entry.address, entry.details) == ("192.0.2.1", {"role": "admin"})
    assert abs(entry.moment - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_untouched_log_verifies():
    assert audit.verify() == audit.Report(1, 0, "0" * 64)
    write(12)
    assert audit.verify() == audit.Report(1, 12, entries()[-1].hash)


def test_names_and_details_of_any_text_are_recorded():
    odd = "a\0\ud800\ud83d\ude00" * 200
    audit.record(
        Action.SIGNIN_FAILED,
        actor=Principal(1, odd, Role.ANALYST),
        resource=("user", odd),
        name=odd,
        at=1e300,
        on={1: (2,)},
    )
    assert audit.verify() == audit.Report(1, 1, entries()[0].hash)
    with pytest.raises(ValueError, match="not JSON compliant"):
        write(1, share=float("nan"))


def test_processes_and_threads_write_one_chain(database):
    writers = [writer(database, f"w{number}", 50) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [10] * 4))
    for process in writers:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert audit.verify() == audit.Report(1, 240, entries()[-1].hash)
    for number in range(4):
        own = [entry.details["number"] for entry in entries() if entry.resource_key == f"w{number}"]
        assert own == list(range(50))


def test_a_kill_loses_no_entry_that_was_acknowledged(database):
    writers = [writer(database, name, 10_000) for name in ("a", "b")]
    acknowledged = {}
    for process, name in zip(writers, "ab", strict=True):
        while process.stdout.readline() != "20\n":
            pass
        process.send_signal(signal.SIGKILL)
        acknowledged[name] = 20 + len(process.communicate()[0].splitlines())
    write(1)
    assert not audit.verify().fault
    for name, last in acknowledged.items():
        own = [entry.details["number"] for entry in entries() if entry.resource_key == name]
        assert own == list(range(len(own)))
        assert len(own) > last


def test_an_act_and_its_entry_are_there_both_or_not_at_all():
    with session() as work:
        work.add(User(name="bob", password_hash="x", role=Role.ANALYST))
        audit.record(Action.USER_CREATED, resource=("user", "bob"), work=work)
    with Session(engine()) as work:
        work.add(User(name="eve", password_hash="x", role=Role.ANALYST))
        audit.record(Action.USER_CREATED, resource=("user", "eve"), work=work)
        work.flush()
    assert [entry.resource_key for entry in entries()] == ["bob"]


def test_a_transaction_that_was_rolled_back_leaves_nothing_for_the_next():
    with Session(engine()) as work:
        work.begin()
        audit.record(Action.USER_CREATED, work=work)
        work.rollback()
        with work.begin_nested():
            audit.record(Action.USER_DELETED, work=work)
        audit.record(Action.USER_ENABLED, work=work)
        work.commit()
    assert [entry.action for entry in entries()] == ["user.deleted", "user.enabled"]
    assert not audit.verify().fault


def test_acts_that_wait_for_the_same_rows_never_wait_for_each_other():
    """Half record before they change the person, half after: the head is locked last by all."""
    users.create("bob", "correct horse battery", Role.ANALYST)

    def act(first):
        with session() as work:
            if first:
                audit.record(Action.USER_ROLE, work=work)
            work.connection().execute(sa.update(User).values(disabled=first))
            if not first:
                audit.record(Action.USER_ROLE, work=work)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, [True, False] * 20))
    assert audit.verify().last == 40


def test_lines_are_the_entries(monkeypatch):
    monkeypatch.setattr(query, "BATCH", 2)
    write(5, name="Zoë")
    read = [json.loads(line) for line in audit.lines()]
    assert [{**line, "moment": datetime.fromisoformat(line["moment"])} for line in read] == [
        entry.model_dump() for entry in entries()
    ]


def test_filters_and_pages():
    write(3)
    audit.record(Action.SIGNIN_FAILED, resource=("user", "bob"), outcome=Outcome.FAILED)
    audit.record(
        Action.SIGNIN, actor=Principal(2, "bob", Role.ANALYST, kind=Kind.PROGRAM), resource=("user", "bob")
    )
    middle = entries()[2].moment
    assert entries()[4].details == {"through": "program"}

    def numbers(**wanted):
        chosen = Filter(**wanted)
        rows, total = audit.page(chosen)
        assert total == len(rows)
        exported = [json.loads(line)["number"] for line in audit.lines(chosen)]
        assert exported == [row.number for row in rows][::-1]
        return exported

    assert numbers() == [1, 2, 3, 4, 5]
    assert numbers(actor="ada") == [1, 2, 3]
    assert numbers(action=Action.SIGNIN) == [5]
    assert numbers(resource_kind="user", resource_key="bob") == [4, 5]
    assert numbers(outcome=Outcome.FAILED) == [4]
    assert numbers(since=middle) == [3, 4, 5]
    assert numbers(until=middle, actor="ada") == [1, 2]
    rows, total = audit.page(offset=1, limit=2)
    assert ([row.number for row in rows], total) == ([4, 3], 5)


def command(own, *arguments):
    line = [ROOT / "dataxchange", "audit", *arguments]
    return subprocess.run(
        line, env=environment(own), cwd="/", capture_output=True, text=True, check=False, timeout=60
    )


def test_the_command_verifies_and_says_what_is_wrong(database):
    write(3)
    good = command(database, "verify")
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout == f"Entries 1 to 3 are what was recorded. Head: {entries()[-1].hash}\n"
    tamper("DELETE FROM audit_entries WHERE number = 2")
    bad = command(database, "verify")
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr == "The audit log was tampered with. Entry 2 is missing.\n"


def test_the_command_exports_prunes_and_leaves_a_trace(capsys):
    write_long_ago(8)
    write(2)
    main(["export", "--actor", "ada", "--since", "2021-01-01"])
    assert [json.loads(line)["number"] for line in capsys.readouterr().out.splitlines()] == [9, 10]
    assert entries()[-1].details == {"filter": {"actor": "ada", "since": "2021-01-01 00:00:00+00:00"}}
    main(["prune"])
    assert capsys.readouterr().out == "8 entries removed.\n"
    tamper("UPDATE audit_entries SET moment = '2020-01-01 00:00:00' WHERE number = 9")
    with pytest.raises(SystemExit, match=r"Entry 9 is not what was recorded.* Try: dataxchange audit verify"):
        main(["prune"])
    main(["export", "--action", "audit.pruned"])
    assert json.loads(capsys.readouterr().out)["details"]["removed"] == 8
