"""The real process: first start, second start, stop."""

import http.client
import json
import os
import re
import signal
import socket
import stat
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from websockets.sync.client import connect

from realtime.broker.protocol import Action

ROOT = Path(__file__).parents[2]
WITHIN = 15  # seconds; what is promised is 3, on a machine that does nothing else


class Service:
    """A running ``python app.py`` over a data folder."""

    def __init__(self, data, **environment):
        environment = {"DATAXCHANGE_DATA": str(data), "PORT": "0", "PATH": os.environ["PATH"]} | environment
        self.process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def line(self):
        return self.process.stdout.readline().rstrip("\n")

    def address(self):
        return self.line().removeprefix("DataXchange is at ")

    def stop(self, how=signal.SIGTERM):
        """Exit status, and all it said since."""
        self.process.send_signal(how)
        return self.end()

    def end(self):
        out, errors = self.process.communicate(timeout=30)
        return self.process.returncode, out, errors


@contextmanager
def running(data, **environment):
    service = Service(data, **environment)
    try:
        yield service
    finally:
        service.process.kill()
        service.process.communicate()


def health(address):
    with urlopen(f"{address}/health", timeout=10) as answer:
        return json.load(answer)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def test_the_first_start_prints_a_link_that_signs_in_once(data):
    with running(data) as service:
        address = service.address()
        path = re.search(r"/signin/link/\S+", service.line()).group()
        assert str(data / "admin-password") in service.line()
        connection = http.client.HTTPConnection(address.removeprefix("http://"))
        for status in (302, 410):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status
        connection.close()
    private = [data, data / "admin-password", data / "secret-key"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in private] == [0o700, 0o600, 0o600]


def test_a_second_start_answers_soon_and_keeps_the_secrets(data):
    with running(data) as service:
        service.address()
    before = [(data / name).read_text() for name in ("admin-password", "secret-key")]
    began = time.monotonic()
    with running(data) as service:
        assert health(service.address())["status"] == "ok"
        assert time.monotonic() - began < WITHIN
    assert [(data / name).read_text() for name in ("admin-password", "secret-key")] == before


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_and_says_nothing_odd(data, how):
    with running(data) as service:
        health(service.address())
        status, _, errors = service.stop(how)
        assert (status, errors) == (0, "")


def test_small_answers_on_a_kept_connection_are_not_held_back(data):
    with running(data) as service:
        connection = http.client.HTTPConnection(service.address().removeprefix("http://"))
        times = []
        for _ in range(20):
            began = time.perf_counter()
            connection.request("GET", "/health")
            connection.getresponse().read()
            times.append(time.perf_counter() - began)
        connection.close()
    assert statistics.median(times) < 0.03  # 0.04 is what TCP's delayed acknowledgement costs


def test_text_is_compressed_and_fonts_are_not(data):
    with running(data) as service:
        connection = http.client.HTTPConnection(service.address().removeprefix("http://"))
        encodings = {}
        for path in ("/assets/vendor/bootstrap.min.css", "/assets/vendor/fonts/inter-latin.woff2"):
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            encodings[path.rpartition(".")[2]] = answer.getheader("Content-Encoding")
        connection.close()
    assert encodings == {"css": "gzip", "woff2": None}


def test_it_answers_by_the_name_of_this_machine_and_by_both_its_addresses(data):
    """Passkeys need a name, and browsers take ::1 or 127.0.0.1 for it."""
    with running(data) as service:
        address = service.address()
        assert address.startswith("http://localhost:")
        for host in ("127.0.0.1", "[::1]", "localhost") if socket.has_dualstack_ipv6() else ("127.0.0.1",):
            assert health(address.replace("localhost", host))["status"] == "ok"


def test_connections_beyond_the_bound_are_refused_at_once(data):
    with running(data, DATAXCHANGE_CONNECTIONS="2") as service:
        port = int(service.address().rpartition(":")[2])
        with ExitStack() as opened:
            kept = [
                opened.enter_context(closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)))
                for _ in range(3)
            ]
            assert [_status(each) for each in kept] == [200, 200, 503]


def test_however_many_follow_pages_are_answered(data):
    """Sockets count as connections do, and have half of them at most."""
    with running(data, DATAXCHANGE_CONNECTIONS="8") as service:
        port = int(service.address().rpartition(":")[2])
        address = f"ws://127.0.0.1:{port}/?v=5&format=json&key={_key_of_the_broker(data)}"
        with ExitStack() as opened:
            sockets = [opened.enter_context(connect(address)) for _ in range(6)]
            told = [json.loads(each.recv(timeout=10)) for each in sockets]
            assert [each["action"] for each in told] == [Action.CONNECTED] * 4 + [Action.DISCONNECTED] * 2
            for each in sockets[4:]:
                each.close()
            pages = [
                opened.enter_context(closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)))
                for _ in range(4)
            ]
            assert [_status(each) for each in pages] == [200] * 4


def _key_of_the_broker(data):
    own = os.environ | {"DATAXCHANGE_DATA": str(data)}
    command = [sys.executable, "-m", "realtime.broker", "--key"]
    return subprocess.run(
        command, cwd=ROOT, env=own, check=True, capture_output=True, text=True
    ).stdout.strip()


def _status(connection):
    connection.request("GET", "/health")
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_a_taken_port_is_named(data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with running(data, PORT=port) as service:
            status, _, errors = service.end()
    assert status == 1
    assert errors.startswith(f"Can't listen on 127.0.0.1, port {port}: Address already in use")


def test_a_wrong_setting_is_named(data):
    with running(data, DATAXCHANGE_THREADS="none") as service:
        status, _, errors = service.end()
    assert status == 1
    assert errors.startswith("DATAXCHANGE_THREADS: ")
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"DATABASE_URL": "nonsense"}, "Can't use the database that DATABASE_URL names: Could not parse"),
        ({"DATABASE_URL": "postgresql://u:hidden@127.0.0.1:1/x"}, "Can't use the database that DATABASE_URL"),
        ({"DATAXCHANGE_DATA": "/dev/null/data"}, "Can't use the data folder /dev/null/data: "),
    ],
)
def test_a_place_that_cannot_be_used_is_named(data, environment, words):
    with running(data, **environment) as service:
        status, _, errors = service.end()
    assert status == 1
    assert errors.startswith(words)
    assert "Traceback" not in errors
    assert "hidden" not in errors


def test_a_damaged_database_is_named(data):
    data.mkdir()
    (data / "dataxchange.sqlite").write_text("no database" * 100)
    with running(data) as service:
        status, _, errors = service.end()
    assert status == 1
    assert errors == f"Can't use the database in {data}: file is not a database\n"


def test_the_start_loads_no_compiler_no_database_engine_and_no_sdk():
    heavy = ("numba", "duckdb", "polars", "ably")
    listing = f"import app, sys; print(*(name for name in {heavy} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", listing], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_accounts_from_the_command_line(data):
    environment = {"DATAXCHANGE_DATA": str(data), "PATH": os.environ["PATH"]}

    def accounts(*arguments, typed=""):
        command = [sys.executable, "-m", "accounts", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, input=typed, capture_output=True, text=True, check=False
        )

    assert accounts("add", "ada", "--role", "presenter").returncode == 0
    assert accounts("add", "ada").stderr.strip() == "There is a user named 'ada' already."
    assert accounts("add", "x" * 81).stderr.strip().endswith("use 1 to 80 letters, no blanks around them.")
    assert accounts("link", "--user", "ada").stdout.startswith("http://localhost:8050/signin/link/")
    assert accounts("link").stderr.strip() == "There is no user named 'admin'."
    assert accounts("password", "--user", "ada", typed="short\n").returncode == 1
    assert accounts("password", "--user", "ada", typed="a longer password\n").returncode == 0
