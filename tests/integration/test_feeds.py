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
from datasets.ingest.importer import import_file
from datasets.storage import appended_files
from db.engine import session
from db.tables import DeadLetter, Feed, Level, Role, Share
from realtime import ably_client
from realtime.channel_messages import Message
from realtime.feeds import actions, batch_writer, dead_letters
from realtime.live import tokens
from tests.integration.feed_publisher import publisher
from tests.integration.live_service import house, soon, until

ROOT = Path(__file__).parents[2]
BASE = 100


def quiet(*_):
    pass


@pytest.fixture
def trips(settings, tmp_path):
    """A dataset of the numbers below 100."""
    numbers = list(range(BASE))
    pq.write_table(
        pa.table({"n": numbers, "name": [f"no. {n}" for n in numbers]}), tmp_path / "trips.parquet"
    )
    return import_file(tmp_path / "trips.parquet", "trips", "Trips", quiet, quiet)


@pytest.fixture
def admin(settings):
    return users.create("admin", "correct horse battery", Role.ADMIN)


@pytest.fixture
def feed(trips, admin):
    """The key of a feed of it."""
    return actions.create(admin, "trips", "Counter")


@pytest.fixture
def service(app, feed):
    with house(app) as own:
        yield own


def arrived():
    """The numbers that were appended, in their order."""
    store = catalogue.store("trips", catalogue.open("trips").version)
    return [n for some in store.read("n", BASE) for n in some.to_pylist()]


def more_than(count):
    return len(arrived()) > count


def has(things, count):
    return len(things) >= count


def rows(*numbers):
    return [{"n": n, "name": f"no. {n}"} for n in numbers]


def waiting(key):
    with session() as work:
        query = select(DeadLetter).join(Feed).where(Feed.key == key).order_by(DeadLetter.id)
        return [(letter.content, letter.reason) for letter in work.exec(query)]


def publishing(port, key, by):
    return publisher(port, key, lambda: (tokens.of_publisher(by, key), tokens.client_id(by)))


def test_rows_of_a_channel_become_rows_of_the_dataset(service, feed, admin):
    async def scene():
        async with publishing(service.port, feed, admin) as program:
            await program.rows("one", rows(100, 101))
            await program.rows("two", rows(102)[0])
            await program.table("three", pa.table({"n": [103, 104], "name": ["no. 103", None]}))

    asyncio.run(scene())
    until(lambda: arrived() == [100, 101, 102, 103, 104])
    with session() as work:
        own = work.exec(select(Feed)).one()
    assert (own.rows, own.last is not None) == (5, True)
    assert waiting(feed) == []


def test_nothing_that_was_published_can_be_read_on_disk(service, feed, admin, settings):
    async def scene():
        async with publishing(service.port, feed, admin) as program:
            await program.rows("one", [{"n": 1, "name": "Xanadu"}, {"n": "Xanadu"}])

    asyncio.run(scene())
    until(lambda: arrived() == [1] and waiting(feed))
    files = [file for file in settings.data.rglob("*") if file.is_file()]
    assert {"realtime.sqlite", "dataxchange.sqlite"} <= {file.name for file in files}
    assert not [file for file in files if b"Xanadu" in file.read_bytes()]


def test_a_message_that_comes_again_counts_once(service, feed, admin):
    async def scene(numbers):
        async with publishing(service.port, feed, admin) as program:
            for number in numbers:
                await program.rows(f"message {number}", rows(number))

    asyncio.run(scene([1, 2, 2, 1, 3]))
    until(lambda: arrived() == [1, 2, 3])
    service.restart()
    asyncio.run(scene([2, 3, 4]))
    until(lambda: arrived() == [1, 2, 3, 4])


def test_what_does_not_fit_waits_with_a_reason_until_it_is_corrected(service, feed, admin):
    async def scene():
        async with publishing(service.port, feed, admin) as program:
            await program.rows("mixed", [*rows(1), {"n": "many"}, "no row", {"n": 2, "speed": 9}, *rows(3)])
            await program.rows("odd", "text")
            await program.rows("odd Arrow", b"no Arrow", "arrow")
            await program.rows("other", rows(4), "other")

    asyncio.run(scene())
    until(lambda: len(waiting(feed)) == 6)
    assert arrived() == [1, 3]
    reasons = [reason for _, reason in waiting(feed)]
    assert reasons[:4] == [
        "a row is an object, and not an empty one",
        "'n' must be a whole number, found 'many'",
        "there is no column 'speed'",
        "a row is an object, and not an empty one",
    ]
    assert reasons[4].startswith("this is no stream of Arrow IPC")
    assert reasons[5] == "a message is named rows or arrow, not 'other'"
    found, total = dead_letters.page(admin, feed, dead_letters.Window())
    assert total == 6
    many = next(letter.id for letter in found if letter.content == {"n": "many"})
    assert dead_letters.replay(admin, feed, {many: {"n": 2}}) == dead_letters.Replayed(1, 0)
    with pytest.raises(dead_letters.GoneError):
        dead_letters.replay(admin, feed, {many: {"n": 2}})
    assert dead_letters.replay(admin, feed) == dead_letters.Replayed(1, 4)
    assert arrived() == [1, 3, 2, 4]
    dead_letters.discard(
        admin, feed, [letter.id for letter in dead_letters.page(admin, feed, dead_letters.Window())[0]]
    )
    assert waiting(feed) == []


def test_each_database_takes_a_batch_once_and_keeps_what_is_odd(database, tmp_path):
    pq.write_table(pa.table({"n": list(range(BASE)), "name": ["x"] * BASE}), tmp_path / "trips.parquet")
    import_file(tmp_path / "trips.parquet", "trips", "Trips", quiet, quiet)
    admin = users.create("admin", "correct horse battery", Role.ADMIN)
    key = actions.create(admin, "trips", "Counter")
    with session() as work:
        id_ = work.exec(select(Feed.id)).one()
    messages = [Message(4_000_000_000_000, "1 admin", "s", "rows", [*rows(100), {"n": "many"}], "one:0")]
    assert batch_writer.Taker(id_).take(messages).added == 1
    assert batch_writer.Taker(id_).take(messages) is None
    (letter,), _ = dead_letters.page(admin, key, dead_letters.Window())
    assert dead_letters.replay(admin, key, {letter.id: {"n": 101}}) == dead_letters.Replayed(1, 0)
    assert arrived() == [100, 101]
    actions.pause(admin, key)
    with pytest.raises(batch_writer.OvertakenError):
        batch_writer.Taker(id_).take([Message(4_000_000_000_001, "1 admin", "t", "rows", rows(5), "two:0")])
    actions.delete(admin, key)
    assert (waiting(key), arrived()) == ([], [100, 101])


def test_messages_that_do_not_fit_are_taken_only_until_they_pause_the_feed(feed, admin, monkeypatch):
    """However many wait, and however many rows each holds: all at once they would not fit into memory."""
    monkeypatch.setattr(batch_writer, "MOST_LETTERS", 10)
    with session() as work:
        id_ = work.exec(select(Feed.id)).one()
    first = int(time.time() * 1000)
    messages = [Message(first + n, "1 admin", "", "rows", [n] * 6, f"{n}:0") for n in range(4)]
    batch_writer.Taker(id_).take(messages)
    found, total = dead_letters.page(admin, feed, dead_letters.Window())
    assert (total, {letter.content for letter in found}) == (12, {0, 1})
    with session() as work:
        own = work.exec(select(Feed)).one()
    assert (own.paused, own.cursor) == (True, first + 1)
    dead_letters.discard(admin, feed, [letter.id for letter in found])
    actions.resume(admin, feed)
    batch_writer.Taker(id_).take(messages)
    assert {content for content, _ in waiting(feed)} == {2, 3}


def test_many_rows_are_taken_in_batches_that_memory_holds(service, feed, admin, monkeypatch):
    monkeypatch.setattr(batch_writer, "MOST_ROWS", 5)
    actions.pause(admin, feed)
    until(lambda: not service.dash.server.extensions["realtime"].feeds._intakes)

    async def scene():
        async with publishing(service.port, feed, admin) as program:
            for n in range(4):
                await program.rows(str(n), rows(*range(3 * n, 3 * n + 3)))

    asyncio.run(scene())
    actions.resume(admin, feed)
    until(lambda: arrived() == list(range(12)))
    with session() as work:
        assert work.exec(select(Feed.batches)).one() == 2


def test_a_paused_feed_takes_nothing_and_later_all_that_came_meanwhile(service, feed, admin, monkeypatch):
    monkeypatch.setattr(ably_client, "PAGE", 2)

    async def scene(*numbers):
        async with publishing(service.port, feed, admin) as program:
            for number in numbers:
                await program.rows(f"message {number}", rows(number))

    asyncio.run(scene(1, 2))
    until(lambda: arrived() == [1, 2])
    actions.pause(admin, feed)
    asyncio.run(scene(*range(3, 10)))
    until(lambda: not service.dash.server.extensions["realtime"].feeds._intakes)
    assert arrived() == [1, 2]
    actions.resume(admin, feed)
    until(lambda: arrived() == list(range(1, 10)))
    actions.delete(admin, feed)
    assert arrived() == list(range(1, 10))


def test_too_many_dead_letters_pause_a_feed_and_nothing_is_lost(service, feed, admin, monkeypatch):
    monkeypatch.setattr(batch_writer, "MOST_LETTERS", 3)

    async def scene():
        async with publishing(service.port, feed, admin) as program:
            await program.rows("bad", [{"m": n} for n in range(3)])
            until_paused = partial(until, lambda: actions.find(admin, feed).feed.paused)
            await asyncio.to_thread(until_paused)
            await program.rows("good", rows(1))

    asyncio.run(scene())
    assert arrived() == []
    actions.resume(admin, feed)
    until(lambda: arrived() == [1])


@contextmanager
def process(data, port):
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
        async with publishing(port, feed, admin) as program:
            for message in range(messages):
                first = BASE + message * size
                await program.rows(f"message {message}", rows(*range(first, first + size)))
                sent.append(message)

    def publish_all():
        asyncio.run(publish())

    running = threading.Thread(target=publish_all)
    for share in (4, 2):
        with process(settings.data, port) as service:
            if share == 4:
                running.start()
            until(partial(has, sent, messages // share), 60)
            until(partial(more_than, len(arrived())), 60)
            service.kill()
    with process(settings.data, port):
        until(lambda: len(arrived()) >= messages * size, 60)
        running.join()
    assert arrived() == list(range(BASE, BASE + messages * size))


def test_a_program_publishes_by_the_token_of_the_route_and_on_its_feed_only(service, feed, signed_in):
    ada = signed_in(Role.ADMIN)

    def entry():
        answer = ada.post(f"/api/feeds/{feed}/token", json={})
        assert (answer.status_code, answer.json["channel"]) == (200, f"feed:{feed}")
        return answer.json["token"], answer.json["clientId"]

    async def scene():
        async with publisher(service.port, feed, entry) as program:
            await program.rows("one", rows(1))
            for other in ("feed:other", "grown:trips", "live:key"):
                with pytest.raises(AblyException) as refused:
                    await program.client.channels.get(other).publish("rows", rows(2))
                assert refused.value.code == 40160

    asyncio.run(scene())
    until(lambda: arrived() == [1])


def test_a_token_of_before_a_restart_is_good_no_longer(service, feed, admin):
    """Whoever has it may have lost the right meanwhile, and nobody would have noticed."""
    shown = {"Authorization": f"Bearer {tokens.of_publisher(admin, feed)}"}

    def publish():
        address = f"http://127.0.0.1:{service.port}/channels/feed:{feed}/messages"
        return httpx.post(address, json={"name": "rows", "data": "[]"}, headers=shown)

    assert publish().status_code == 201
    service.restart()
    assert (publish().status_code, publish().json()["error"]["code"]) == (401, 40141)


def test_open_pages_are_told_only_once_rows_are_durable(service, feed, admin, signed_in):
    viewer = signed_in(Role.VIEWER)
    shares.open_to_everyone("trips")
    entry = viewer.post("/api/datasets/trips/token", json={}).json

    async def scene():
        heard = []
        async with (
            publisher(service.port, "", lambda: (entry["token"], entry["clientId"])) as page,
            publishing(service.port, feed, admin) as program,
        ):
            channel = page.client.channels.get(entry["channel"])
            await channel.subscribe(
                lambda message: heard.append((message.data, appended_files.total(version())))
            )
            await program.rows("one", rows(1, 2))
            await soon(lambda: heard)
        return heard[0]

    told, durable = asyncio.run(scene())
    assert (told["rows"], durable) == (BASE + 2, BASE + 2)
    assert told["rate"] == pytest.approx(0.2)


def version():
    return catalogue.find("trips", None)[1]


def test_who_sees_a_part_is_not_told_that_something_came(feed, app, signed_in):
    viewer = signed_in(Role.VIEWER)
    assert viewer.post("/api/datasets/trips/token", json={}).status_code == 404
    shares.open_to_everyone("trips")
    assert viewer.post("/api/datasets/trips/token", json={}).json["token"]
    with session() as work:
        share = work.exec(select(Share)).one()
        share.conditions = [
            {"column": "n", "filter": {"type": "interval", "lo": 0, "hi": 50, "nulls": False}}
        ]
        work.add(share)
    assert viewer.post("/api/datasets/trips/token", json={}).json["token"] is None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST, Role.PRESENTER])
def test_only_who_presents_and_edits_a_dataset_has_to_do_with_its_feeds(feed, app, signed_in, role):
    browser = signed_in(role)
    shares.open_to_everyone("trips")
    new = {"dataset": "trips", "name": "Mine"}
    assert browser.post("/api/feeds", json=new).status_code == 403
    presents = role is Role.PRESENTER
    assert browser.post(f"/api/feeds/{feed}/token", json={}).status_code == (404 if presents else 403)
    with session() as work:
        work.execute(sa.update(Share).values(level=Level.EDIT))
    answer = browser.post("/api/feeds", json=new)
    assert answer.status_code == (201 if presents else 403)
    if presents:
        assert {each["name"] for each in browser.get("/api/feeds").json["feeds"]} == {"Counter", "Mine"}
        assert browser.post(f"/api/feeds/{answer.json['key']}/token", json={}).status_code == 200
        assert browser.post("/api/feeds", json=new | {"name": " "}).status_code == 400
