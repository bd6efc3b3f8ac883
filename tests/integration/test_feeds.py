"""Feeds: rows come by the real channel, each counts once, whatever breaks; and who may do what."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from ably import AblyException
from sqlmodel import select

from accounts import users
from datasets import catalogue, shares
from datasets.append import appending
from datasets.ingest.importer import import_file
from datasets.storage import appended_files
from db.engine import transaction
from db.tables import DeadLetter, Feed, Level, Role, Share
from realtime import ably_client
from realtime.channel_messages import ChannelMessage
from realtime.feeds import actions, batch_writer, dead_letters
from realtime.live import tokens
from tests.integration.feed_publisher import open_publisher
from tests.integration.live_service import async_wait_until, run_service, wait_until

ROOT = Path(__file__).parents[2]
BASE_ROWS = 100


def ignore_progress(*_):
    pass


@pytest.fixture
def trips(settings, tmp_path):
    """A dataset of the numbers below 100."""
    numbers = list(range(BASE_ROWS))
    pq.write_table(
        pa.table({"n": numbers, "name": [f"no. {n}" for n in numbers]}), tmp_path / "trips.parquet"
    )
    return import_file(tmp_path / "trips.parquet", "trips", "Trips", ignore_progress, ignore_progress)


@pytest.fixture
def admin(settings):
    return users.create_user("admin", "correct horse battery", Role.ADMIN)


@pytest.fixture
def feed(trips, admin):
    """The key of a feed of it."""
    return actions.create_feed(admin, "trips", "Counter")


@pytest.fixture
def service(app, feed):
    with run_service(app) as own:
        yield own


def list_appended_numbers():
    """The numbers that were appended, in their order."""
    store = catalogue.open_store("trips", catalogue.get_description("trips").version)
    return [n for some in store.read_column("n", BASE_ROWS) for n in some.to_pylist()]


def has_more_than(count):
    return len(list_appended_numbers()) > count


def has_at_least(things, count):
    return len(things) >= count


def make_rows(*numbers):
    return [{"n": n, "name": f"no. {n}"} for n in numbers]


def list_dead_letters(key):
    with transaction() as work:
        query = select(DeadLetter).join(Feed).where(Feed.key == key).order_by(DeadLetter.id)
        return [(letter.content, letter.reason) for letter in work.exec(query)]


def publish_as(port, key, by):
    return open_publisher(
        port, key, lambda: (tokens.issue_publisher_token(by, key), tokens.channel_client_id(by))
    )


def test_rows_of_a_channel_become_rows_of_the_dataset(service, feed, admin):
    async def scenario():
        async with publish_as(service.port, feed, admin) as program:
            await program.publish_rows("one", make_rows(100, 101))
            await program.publish_rows("two", make_rows(102)[0])
            await program.publish_table("three", pa.table({"n": [103, 104], "name": ["no. 103", None]}))

    asyncio.run(scenario())
    wait_until(lambda: list_appended_numbers() == [100, 101, 102, 103, 104])
    with transaction() as work:
        own = work.exec(select(Feed)).one()
    assert (own.rows, own.last is not None) == (5, True)
    assert list_dead_letters(feed) == []


def test_nothing_that_was_published_can_be_read_on_disk(service, feed, admin, settings):
    async def scenario():
        async with publish_as(service.port, feed, admin) as program:
            await program.publish_rows("one", [{"n": 1, "name": "Xanadu"}, {"n": "Xanadu"}])

    asyncio.run(scenario())
    wait_until(lambda: list_appended_numbers() == [1] and list_dead_letters(feed))
    files = [file for file in settings.data.rglob("*") if file.is_file()]
    assert {"realtime.sqlite", "dataxchange.sqlite"} <= {file.name for file in files}
    assert not [file for file in files if b"Xanadu" in file.read_bytes()]


def test_a_message_that_comes_again_counts_once(service, feed, admin):
    async def scenario(numbers):
        async with publish_as(service.port, feed, admin) as program:
            for number in numbers:
                await program.publish_rows(f"message {number}", make_rows(number))

    asyncio.run(scenario([1, 2, 2, 1, 3]))
    wait_until(lambda: list_appended_numbers() == [1, 2, 3])
    service.restart()
    asyncio.run(scenario([2, 3, 4]))
    wait_until(lambda: list_appended_numbers() == [1, 2, 3, 4])


def test_what_does_not_fit_waits_with_a_reason_until_it_is_corrected(service, feed, admin):
    async def scenario():
        async with publish_as(service.port, feed, admin) as program:
            await program.publish_rows(
                "mixed", [*make_rows(1), {"n": "many"}, "no row", {"n": 2, "speed": 9}, *make_rows(3)]
            )
            await program.publish_rows("odd", "text")
            await program.publish_rows("odd Arrow", b"no Arrow", "arrow")
            await program.publish_rows("other", make_rows(4), "other")

    asyncio.run(scenario())
    wait_until(lambda: len(list_dead_letters(feed)) == 6)
    assert list_appended_numbers() == [1, 3]
    reasons = [reason for _, reason in list_dead_letters(feed)]
    assert reasons[:4] == [
        "a row must be a JSON object with at least one field",
        "'n' must be a whole number, found 'many'",
        "there is no column 'speed'",
        "a row must be a JSON object with at least one field",
    ]
    assert reasons[4].startswith("not a valid Arrow IPC stream")
    assert reasons[5] == "the message name must be rows or arrow, not 'other'"
    found, total = dead_letters.list_letters(admin, feed, dead_letters.PageOptions())
    assert total == 6
    many = next(letter.id for letter in found if letter.content == {"n": "many"})
    assert dead_letters.replay_letters(admin, feed, {many: {"n": 2}}) == dead_letters.ReplayResult(1, 0)
    with pytest.raises(dead_letters.DeadLetterGoneError):
        dead_letters.replay_letters(admin, feed, {many: {"n": 2}})
    assert dead_letters.replay_letters(admin, feed) == dead_letters.ReplayResult(1, 4)
    assert list_appended_numbers() == [1, 3, 2, 4]
    dead_letters.discard_letters(
        admin,
        feed,
        [letter.id for letter in dead_letters.list_letters(admin, feed, dead_letters.PageOptions())[0]],
    )
    assert list_dead_letters(feed) == []


def test_each_database_takes_a_batch_once_and_keeps_what_is_odd(database, tmp_path):
    pq.write_table(
        pa.table({"n": list(range(BASE_ROWS)), "name": ["x"] * BASE_ROWS}), tmp_path / "trips.parquet"
    )
    import_file(tmp_path / "trips.parquet", "trips", "Trips", ignore_progress, ignore_progress)
    admin = users.create_user("admin", "correct horse battery", Role.ADMIN)
    key = actions.create_feed(admin, "trips", "Counter")
    with transaction() as work:
        id_ = work.exec(select(Feed.id)).one()
    messages = [
        ChannelMessage(4_000_000_000_000, "1 admin", "s", "rows", [*make_rows(100), {"n": "many"}], "one:0")
    ]
    assert batch_writer.BatchWriter(id_).write_batch(messages).added == 1
    assert batch_writer.BatchWriter(id_).write_batch(messages) is None
    (letter,), _ = dead_letters.list_letters(admin, key, dead_letters.PageOptions())
    assert dead_letters.replay_letters(admin, key, {letter.id: {"n": 101}}) == dead_letters.ReplayResult(1, 0)
    assert list_appended_numbers() == [100, 101]
    actions.pause_feed(admin, key)
    with pytest.raises(batch_writer.FeedMovedError):
        batch_writer.BatchWriter(id_).write_batch(
            [ChannelMessage(4_000_000_000_001, "1 admin", "t", "rows", make_rows(5), "two:0")]
        )
    actions.delete_feed(admin, key)
    assert (list_dead_letters(key), list_appended_numbers()) == ([], [100, 101])


def test_rows_of_messages_are_validated_once(feed, admin, monkeypatch):
    monkeypatch.setattr(
        appending, "coerce_rows", None
    )  # the second time: each message is validated by itself
    with transaction() as work:
        id_ = work.exec(select(Feed.id)).one()
    message = ChannelMessage(
        int(time.time() * 1000), "1 admin", "", "rows", [*make_rows(7), {"n": "x"}], "1:0"
    )
    assert batch_writer.BatchWriter(id_).write_batch([message]).added == 1
    (letter,), _ = dead_letters.list_letters(admin, feed, dead_letters.PageOptions())
    assert dead_letters.replay_letters(admin, feed, {letter.id: {"n": 8}}) == dead_letters.ReplayResult(1, 0)
    assert list_appended_numbers() == [7, 8]


def test_messages_that_do_not_fit_are_taken_only_until_they_pause_the_feed(feed, admin, monkeypatch):
    """However many wait, and however many rows each holds: all at once they would not fit into memory."""
    monkeypatch.setattr(batch_writer, "MAX_DEAD_LETTERS", 10)
    with transaction() as work:
        id_ = work.exec(select(Feed.id)).one()
    first = int(time.time() * 1000)
    messages = [ChannelMessage(first + n, "1 admin", "", "rows", [n] * 6, f"{n}:0") for n in range(4)]
    batch_writer.BatchWriter(id_).write_batch(messages)
    found, total = dead_letters.list_letters(admin, feed, dead_letters.PageOptions())
    assert (total, {letter.content for letter in found}) == (12, {0, 1})
    with transaction() as work:
        own = work.exec(select(Feed)).one()
    assert (own.paused, own.cursor) == (True, first + 1)
    dead_letters.discard_letters(admin, feed, [letter.id for letter in found])
    actions.resume_feed(admin, feed)
    batch_writer.BatchWriter(id_).write_batch(messages)
    assert {content for content, _ in list_dead_letters(feed)} == {2, 3}


def test_many_rows_are_taken_in_batches_that_memory_holds(service, feed, admin, monkeypatch):
    monkeypatch.setattr(batch_writer, "MAX_BATCH_ROWS", 5)
    actions.pause_feed(admin, feed)
    wait_until(lambda: not service.dash.server.extensions["realtime"].feeds._consumers)

    async def scenario():
        async with publish_as(service.port, feed, admin) as program:
            for n in range(4):
                await program.publish_rows(str(n), make_rows(*range(3 * n, 3 * n + 3)))

    asyncio.run(scenario())
    actions.resume_feed(admin, feed)
    wait_until(lambda: list_appended_numbers() == list(range(12)))
    with transaction() as work:
        assert work.exec(select(Feed.batches)).one() == 2


def test_a_paused_feed_takes_nothing_and_later_all_that_came_meanwhile(service, feed, admin, monkeypatch):
    monkeypatch.setattr(ably_client, "PAGE_SIZE", 2)

    async def scenario(*numbers):
        async with publish_as(service.port, feed, admin) as program:
            for number in numbers:
                await program.publish_rows(f"message {number}", make_rows(number))

    asyncio.run(scenario(1, 2))
    wait_until(lambda: list_appended_numbers() == [1, 2])
    actions.pause_feed(admin, feed)
    asyncio.run(scenario(*range(3, 10)))
    wait_until(lambda: not service.dash.server.extensions["realtime"].feeds._consumers)
    assert list_appended_numbers() == [1, 2]
    actions.resume_feed(admin, feed)
    wait_until(lambda: list_appended_numbers() == list(range(1, 10)))
    actions.delete_feed(admin, feed)
    assert list_appended_numbers() == list(range(1, 10))


def test_too_many_dead_letters_pause_a_feed_and_nothing_is_lost(service, feed, admin, monkeypatch):
    monkeypatch.setattr(batch_writer, "MAX_DEAD_LETTERS", 3)

    async def scenario():
        async with publish_as(service.port, feed, admin) as program:
            await program.publish_rows("bad", [{"m": n} for n in range(3)])
            until_paused = partial(wait_until, lambda: actions.find_feed(admin, feed).feed.paused)
            await asyncio.to_thread(until_paused)
            await program.publish_rows("good", make_rows(1))

    asyncio.run(scenario())
    assert list_appended_numbers() == []
    actions.resume_feed(admin, feed)
    wait_until(lambda: list_appended_numbers() == [1])


@contextmanager
def run_service_process(data, port):
    """The service in a process of its own; it is killed, not stopped."""
    environment = {"DATAXCHANGE_DATA": str(data), "PATH": os.environ["PATH"], "PORT": str(port)}
    command = [sys.executable, "app.py"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as running:
        assert "DataXchange is at" in running.stdout.readline()
        try:
            yield running
        finally:
            running.kill()


def test_no_row_is_lost_or_doubled_when_the_service_is_killed_again_and_again(settings, feed, admin):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    messages, size, sent = 120, 25, []

    async def publish():
        async with publish_as(port, feed, admin) as program:
            for message in range(messages):
                first = BASE_ROWS + message * size
                await program.publish_rows(f"message {message}", make_rows(*range(first, first + size)))
                sent.append(message)

    def publish_all():
        asyncio.run(publish())

    running = threading.Thread(target=publish_all)
    for share in (4, 2):
        with run_service_process(settings.data, port) as service:
            if share == 4:
                running.start()
            wait_until(partial(has_at_least, sent, messages // share), 60)
            wait_until(partial(has_more_than, len(list_appended_numbers())), 60)
            service.kill()
    with run_service_process(settings.data, port):
        wait_until(lambda: len(list_appended_numbers()) >= messages * size, 60)
        running.join()
    assert list_appended_numbers() == list(range(BASE_ROWS, BASE_ROWS + messages * size))


def test_a_program_publishes_by_the_token_of_the_route_and_on_its_feed_only(service, feed, sign_in_as):
    ada = sign_in_as(Role.ADMIN)

    def request_entry():
        answer = ada.post(f"/api/feeds/{feed}/token", json={})
        assert (answer.status_code, answer.json["channel"]) == (200, f"feed:{feed}")
        return answer.json["token"], answer.json["clientId"]

    async def scenario():
        async with open_publisher(service.port, feed, request_entry) as program:
            await program.publish_rows("one", make_rows(1))
            for other in ("feed:other", "grown:trips", "live:key"):
                with pytest.raises(AblyException) as refused:
                    await program.client.channels.get(other).publish("rows", make_rows(2))
                assert refused.value.code == 40160

    asyncio.run(scenario())
    wait_until(lambda: list_appended_numbers() == [1])


def test_a_token_of_before_a_restart_is_good_no_longer(service, feed, admin):
    """Whoever has it may have lost the right meanwhile, and nobody would have noticed."""
    shown = {"Authorization": f"Bearer {tokens.issue_publisher_token(admin, feed)}"}

    def publish():
        address = f"http://127.0.0.1:{service.port}/channels/feed:{feed}/messages"
        return httpx.post(address, json={"name": "rows", "data": "[]"}, headers=shown)

    assert publish().status_code == 201
    service.restart()
    assert (publish().status_code, publish().json()["error"]["code"]) == (401, 40141)


def test_open_pages_are_told_only_once_rows_are_durable(service, feed, admin, sign_in_as):
    viewer = sign_in_as(Role.VIEWER)
    shares.open_to_everyone("trips")
    entry = viewer.post("/api/datasets/trips/token", json={}).json

    async def scenario():
        heard = []
        async with (
            open_publisher(service.port, "", lambda: (entry["token"], entry["clientId"])) as page,
            publish_as(service.port, feed, admin) as program,
        ):
            channel = page.client.channels.get(entry["channel"])
            await channel.subscribe(
                lambda message: heard.append((message.data, appended_files.count_rows(get_version())))
            )
            await program.publish_rows("one", make_rows(1, 2))
            await async_wait_until(lambda: heard)
        return heard[0]

    told, durable = asyncio.run(scenario())
    assert (told["rows"], durable) == (BASE_ROWS + 2, BASE_ROWS + 2)
    assert told["rate"] == pytest.approx(0.2)


def get_version():
    return catalogue.find_version("trips", None)[1]


def test_who_sees_a_part_is_not_told_that_something_came(feed, app, sign_in_as):
    viewer = sign_in_as(Role.VIEWER)
    assert viewer.post("/api/datasets/trips/token", json={}).status_code == 404
    shares.open_to_everyone("trips")
    assert viewer.post("/api/datasets/trips/token", json={}).json["token"]
    with transaction() as work:
        share = work.exec(select(Share)).one()
        share.conditions = [
            {"column": "n", "filter": {"type": "interval", "lo": 0, "hi": 50, "nulls": False}}
        ]
        work.add(share)
    assert viewer.post("/api/datasets/trips/token", json={}).json["token"] is None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST, Role.PRESENTER])
def test_only_who_presents_and_edits_a_dataset_has_to_do_with_its_feeds(feed, app, sign_in_as, role):
    browser = sign_in_as(role)
    shares.open_to_everyone("trips")
    new = {"dataset": "trips", "name": "Mine"}
    assert browser.post("/api/feeds", json=new).status_code == 403
    presents = role is Role.PRESENTER
    assert browser.post(f"/api/feeds/{feed}/token", json={}).status_code == (404 if presents else 403)
    with transaction() as work:
        work.execute(sa.update(Share).values(level=Level.EDIT))
    answer = browser.post("/api/feeds", json=new)
    assert answer.status_code == (201 if presents else 403)
    if presents:
        assert {each["name"] for each in browser.get("/api/feeds").json["feeds"]} == {"Counter", "Mine"}
        assert browser.post(f"/api/feeds/{answer.json['key']}/token", json={}).status_code == 200
        assert browser.post("/api/feeds", json=new | {"name": " "}).status_code == 400
