"""When the rights watcher reads the audit log, and when it rechecks tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from time import monotonic, sleep

import pytest

from realtime import rights_watcher
from realtime.rights_watcher import RightsWatcher

PERIOD = 0.05


class AuditLog:
    """An audit log of numbered entries; ``reads`` counts how often it was read."""

    def __init__(self) -> None:
        self.newest, self.reads = 0, 0

    def read_new_entries(self, last_number: int) -> tuple[int, bool]:
        self.reads += 1
        return self.newest, self.newest > last_number


@pytest.fixture
def audit_log(monkeypatch: pytest.MonkeyPatch) -> AuditLog:
    made = AuditLog()
    monkeypatch.setattr(rights_watcher, "POLL_INTERVAL", PERIOD)
    monkeypatch.setattr(rights_watcher, "_newest_entry_number", lambda: made.newest)
    monkeypatch.setattr(rights_watcher, "_read_new_entries", made.read_new_entries)
    return made


@pytest.fixture
def make_watcher(audit_log: AuditLog) -> Iterator[Callable[..., RightsWatcher]]:
    made: list[RightsWatcher] = []

    def make(recheck: Callable[[str | None], None]) -> RightsWatcher:
        made.append(RightsWatcher(recheck))
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        each.stop()


def wait_until(condition: Callable[[], object]) -> None:
    last = monotonic() + 10
    while not condition():
        assert monotonic() < last
        sleep(0.002)


def test_the_audit_log_is_read_while_sessions_are_rechecked_again_and_again(
    audit_log: AuditLog, make_watcher: Callable[..., RightsWatcher]
) -> None:
    rechecked: list[str | None] = []

    def recheck(key: str | None) -> None:
        rechecked.append(key)
        sleep(PERIOD / 2)

    watcher = make_watcher(recheck)
    audit_log.newest = 1
    last = monotonic() + 20 * PERIOD
    while None not in rechecked and monotonic() < last:
        watcher.check_soon("one session")
        sleep(PERIOD / 5)
    assert None in rechecked
    assert "one session" in rechecked


def test_a_session_whose_recheck_fails_keeps_no_other_from_being_rechecked(
    make_watcher: Callable[..., RightsWatcher],
) -> None:
    done = Event()

    def recheck(key: str | None) -> None:
        if key == "broken":
            raise RuntimeError("locked")
        done.set()

    watcher = make_watcher(recheck)
    watcher.check_soon("broken")
    watcher.check_soon("whole")
    assert done.wait(10)


def test_what_changed_before_the_start_is_no_news_and_what_changes_after_a_restart_is(
    audit_log: AuditLog, make_watcher: Callable[..., RightsWatcher]
) -> None:
    audit_log.newest = 5
    rechecked: list[str | None] = []
    watcher = make_watcher(rechecked.append)
    wait_until(lambda: audit_log.reads > 1)
    assert rechecked == []
    watcher.stop()
    audit_log.newest = 6
    watcher.start()
    audit_log.newest = 7
    wait_until(lambda: rechecked == [None])
