"""A message that can't be read is one dead letter, and the messages before and after it count once."""

from __future__ import annotations

import json

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from structlog.testing import capture_logs

from accounts import users
from accounts.paging import PageOptions
from datasets.ingest.importer import import_file
from db.tables import Role
from realtime.feeds import actions, batch_writer, dead_letters
from realtime.live import tokens
from tests.integration.live_service import run_service, wait_until
from tests.integration.odd_messages import ODD_MESSAGES
from tests.integration.test_feeds import BASE_ROWS, list_appended_numbers, list_dead_letters, make_rows


@pytest.fixture
def admin(settings):
    return users.create_user("admin", "correct horse battery", Role.ADMIN)


@pytest.fixture
def feed(admin, tmp_path):
    """The key of a feed of a dataset of numbers and names."""
    table = pa.table({"n": list(range(BASE_ROWS)), "name": ["x"] * BASE_ROWS})
    pq.write_table(table, tmp_path / "trips.parquet")
    import_file(tmp_path / "trips.parquet", "trips", "Trips", lambda *_: None, lambda _: None)
    return actions.create_feed(admin, "trips", "Counter")


@pytest.fixture
def service(app, feed):
    with run_service(app) as own:
        yield own


def publish_among_good(port, key, by):
    """Publish each odd message in one frame with a good one before and after it."""
    token = tokens.issue_publisher_token(by, key)
    address = f"http://127.0.0.1:{port}/channels/feed:{key}/messages"
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as client:
        for number, odd in enumerate(ODD_MESSAGES.values()):
            good = [
                {"name": "rows", "data": json.dumps(make_rows(n)), "encoding": "json"}
                for n in (2 * number, 2 * number + 1)
            ]
            answer = client.post(address, json=[good[0], odd, good[1]])
            assert answer.status_code == 201, (odd, answer.text)


def pause_until_stopped(service, admin, key):
    actions.pause_feed(admin, key)
    wait_until(lambda: not service.dash.server.extensions["realtime"].feeds._consumers)


@pytest.mark.parametrize("arrival", ["live", "missed"])
def test_each_odd_message_is_one_dead_letter_and_no_other_is_lost(
    service,
    feed,
    admin,
    arrival,
):
    if arrival == "missed":
        pause_until_stopped(service, admin, feed)
    publish_among_good(service.port, feed, admin)
    if arrival == "missed":
        service.restart()
        actions.resume_feed(admin, feed)
    wait_until(lambda: len(list_appended_numbers()) >= 2 * len(ODD_MESSAGES))
    wait_until(lambda: len(list_dead_letters(feed)) >= len(ODD_MESSAGES))
    assert list_appended_numbers() == list(range(2 * len(ODD_MESSAGES)))
    assert len(list_dead_letters(feed)) == len(ODD_MESSAGES)
    for content, reason in list_dead_letters(feed):
        assert reason
        json.dumps(content, allow_nan=False)
    letters, _ = dead_letters.list_letters(admin, feed, PageOptions())
    retried = dead_letters.replay_letters(admin, feed, {letter.id: letter.content for letter in letters})
    assert retried.added + retried.remaining == len(letters)


def test_an_error_of_the_service_is_logged_without_the_rows(service, feed, admin, monkeypatch):
    def fail(*_):
        raise AssertionError(f"failed at {ODD_MESSAGES} Xanadu")

    monkeypatch.setattr(batch_writer, "validate_rows", fail)
    row = json.dumps([{"n": 1, "name": "Xanadu"}])
    token = tokens.issue_publisher_token(admin, feed)
    address = f"http://127.0.0.1:{service.port}/channels/feed:{feed}/messages"
    message = {"name": "rows", "data": row, "encoding": "json"}
    with capture_logs() as logs:
        httpx.post(address, json=message, headers={"Authorization": f"Bearer {token}"})
        wait_until(lambda: logs)
    assert (logs[0]["event"], logs[0]["error"]) == (
        "messages of a feed could not be added",
        "AssertionError",
    )
    assert "batch_writer.py" in logs[0]["traceback"]
    assert "Xanadu" not in str(logs)
