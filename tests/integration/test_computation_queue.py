"""The real server on a port: one person asks for all it has, and others hardly notice."""

from __future__ import annotations

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
from flask_login import current_user

from accounts import api_tokens, users
from accounts.permissions import Permission
from api.computation_queue import QueueName
from api.fair_queue import FairQueue
from datasets import shares
from datasets.table.table_reader import TableReader
from db.tables import Role, utc_now
from server.thread_pools import POOL_ATTRIBUTE, ThreadPool
from tests.integration.live_service import TIMEOUT, import_trips, run_service, wait_until

FLOOD = 40
HEAVY_ROUTES = {"show_cubes", "show_rows", "export_rows", "show_extent"}


class SlowRows:
    """The rows of ``abuser`` take until the gate opens."""

    def __init__(self):
        self.gate, self.started, self.lock = threading.Event(), 0, threading.Lock()

    def wait_gate(self):
        if current_user.name == "abuser":
            with self.lock:
                self.started += 1
            assert self.gate.wait(TIMEOUT)


@pytest.fixture
def slow_rows(monkeypatch):
    slow = SlowRows()
    read_page = TableReader.read_page

    def read_slowly(reader, *query):
        slow.wait_gate()
        return read_page(reader, *query)

    monkeypatch.setattr(TableReader, "read_page", read_slowly)
    yield slow
    slow.gate.set()


@pytest.fixture
def version(app, tmp_path):
    made = import_trips(tmp_path)
    shares.open_to_everyone("trips")
    return made


@pytest.fixture
def queue(app, monkeypatch):
    """The queue of computations, in which nobody is refused for having waited while this machine was busy."""
    queues = app.server.extensions["queues"]
    patient = FairQueue(replace(queues[QueueName.COMPUTATIONS].limits, max_wait=TIMEOUT))
    monkeypatch.setitem(queues, QueueName.COMPUTATIONS, patient)
    return patient


@pytest.fixture
def service(app, queue):
    with run_service(app) as own:
        yield own


class Program:
    """Somebody's program, which asks for rows."""

    def __init__(self, service, version, name):
        self.port, self.place = service.port, f"/api/datasets/trips/versions/{version}/rows"
        owner = users.create_user(name, "correct horse battery", Role.ANALYST)
        ends = utc_now() + timedelta(days=1)
        token = api_tokens.create_token(owner, "a program", [Permission.EXPLORE], ends)
        self.headers = {"Authorization": f"Bearer {token}"}

    def get_rows(self, offset=0, route=""):
        """Return the status and the headers of the answer."""
        query = {"views": [], "filters": {}, "sort": None, "descending": False}
        page = {} if route else {"offset": offset, "limit": 1}
        return self.get_path(f"{self.place}{route}?{urlencode({'x': json.dumps(query | page)})}")

    def get_path(self, path):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        connection.request("GET", path, headers=self.headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.headers

    def leave_request(self):
        """Ask for rows without reading the answer; return what hangs up when it is closed."""
        connection = socket.create_connection(("127.0.0.1", self.port))
        query = urlencode({"x": json.dumps({"views": [], "filters": {}, "offset": 0, "limit": 1})})
        head = f"GET {self.place}?{query} HTTP/1.1\r\nHost: x\r\n"
        sent = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        connection.sendall(f"{head}{sent}\r\n".encode())
        return connection


def measure_health(program):
    began = time.perf_counter()
    assert program.get_path("/health")[0] == 200
    return time.perf_counter() - began


def test_a_flood_of_one_person_stops_nobody_else(service, version, queue, slow_rows):
    abuser, bob = (Program(service, version, name) for name in ("abuser", "bob"))
    with ThreadPoolExecutor(FLOOD) as pool:
        flood = [pool.submit(abuser.get_rows, offset) for offset in range(FLOOD)]
        wait_until(lambda: queue.waiting_count == queue.limits.waiting_each)
        assert min(measure_health(bob) for _ in range(10)) < 0.1
        assert bob.get_rows()[0] == 200
        assert bob.get_path("/api/datasets")[0] == 200
        assert slow_rows.started == queue.limits.running_each
        slow_rows.gate.set()
        answers = [each.result(TIMEOUT) for each in flood]
    refused = FLOOD - queue.limits.running_each - queue.limits.waiting_each
    assert sorted(status for status, _ in answers) == [200] * (FLOOD - refused) + [429] * refused
    assert {headers["Retry-After"] for status, headers in answers if status == 429} == {"1"}


def test_a_client_that_leaves_gives_its_place_in_the_queue_back(service, version, queue, slow_rows):
    abuser = Program(service, version, "abuser")
    asked = [abuser.leave_request() for _ in range(8)]
    wait_until(lambda: queue.waiting_count == 8 - queue.limits.running_each)
    for connection in asked:
        connection.close()
    wait_until(lambda: queue.waiting_count == 0)
    slow_rows.gate.set()
    assert abuser.get_rows()[0] == 200


def test_an_export_ends_its_turn_when_it_was_sent(service, version):
    bob = Program(service, version, "bob")
    assert {bob.get_rows(route=".csv")[0] for _ in range(5)} == {200}


def test_every_heavy_route_has_threads_apart_from_health(app):
    pools = {
        endpoint.rpartition(".")[2]: getattr(view, POOL_ATTRIBUTE, ThreadPool.OTHERS)
        for endpoint, view in app.server.view_functions.items()
    }
    assert {name for name, pool in pools.items() if pool is ThreadPool.QUEUES} == HEAVY_ROUTES
    assert pools["check_health"] is ThreadPool.HEALTH
