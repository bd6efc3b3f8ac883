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

from realtime.broker.protocol import ProtocolAction

ROOT = Path(__file__).parents[2]
START_SECONDS = 15  # seconds; what is promised is 3, on a machine that does nothing else


class ServiceProcess:
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

    def read_line(self):
        return self.process.stdout.readline().rstrip("\n")

    def read_address(self):
        return self.read_line().removeprefix("DataXchange is at ")

    def send_signal(self, how=signal.SIGTERM):
        """Exit status, and all it said since."""
        self.process.send_signal(how)
        return self.wait_for_exit()

    def wait_for_exit(self):
        out, errors = self.process.communicate(timeout=30)
        return self.process.returncode, out, errors


@contextmanager
def run_service(data_folder, **environment):
    service = ServiceProcess(data_folder, **environment)
    try:
        yield service
    finally:
        service.process.kill()
        service.process.communicate()


def get_health(address):
    with urlopen(f"{address}/health", timeout=10) as answer:
        return json.load(answer)


@pytest.fixture
def data_folder(tmp_path):
    return tmp_path / "data"


def test_the_first_start_prints_a_link_that_signs_in_once(data_folder):
    with run_service(data_folder) as service:
        address = service.read_address()
        path = re.search(r"/signin/link/\S+", service.read_line()).group()
        assert str(data_folder / "admin-password") in service.read_line()
        connection = http.client.HTTPConnection(address.removeprefix("http://"))
        for status in (302, 410):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status
        connection.close()
    private = [data_folder, data_folder / "admin-password", data_folder / "secret-key"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in private] == [0o700, 0o600, 0o600]


def test_a_second_start_answers_soon_and_keeps_the_secrets(data_folder):
    with run_service(data_folder) as service:
        service.read_address()
    before = [(data_folder / name).read_text() for name in ("admin-password", "secret-key")]
    began = time.monotonic()
    with run_service(data_folder) as service:
        assert get_health(service.read_address())["status"] == "ok"
        assert time.monotonic() - began < START_SECONDS
    assert [(data_folder / name).read_text() for name in ("admin-password", "secret-key")] == before


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_and_says_nothing_odd(data_folder, how):
    with run_service(data_folder) as service:
        get_health(service.read_address())
        status, _, errors = service.send_signal(how)
        assert (status, errors) == (0, "")


def test_small_answers_on_a_kept_connection_are_not_held_back(data_folder):
    with run_service(data_folder) as service:
        connection = http.client.HTTPConnection(service.read_address().removeprefix("http://"))
        times = []
        for _ in range(20):
            began = time.perf_counter()
            connection.request("GET", "/health")
            connection.getresponse().read()
            times.append(time.perf_counter() - began)
        connection.close()
    assert statistics.median(times) < 0.03  # 0.04 is what TCP's delayed acknowledgement costs


def test_text_is_compressed_and_fonts_are_not(data_folder):
    with run_service(data_folder) as service:
        connection = http.client.HTTPConnection(service.read_address().removeprefix("http://"))
        encodings = {}
        for path in ("/assets/vendor/bootstrap.min.css", "/assets/vendor/fonts/inter-latin.woff2"):
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            encodings[path.rpartition(".")[2]] = answer.getheader("Content-Encoding")
        connection.close()
    assert encodings == {"css": "gzip", "woff2": None}


def test_it_answers_by_the_name_of_this_machine_and_by_both_its_addresses(data_folder):
    """Passkeys need a name, and browsers take ::1 or 127.0.0.1 for it."""
    with run_service(data_folder) as service:
        address = service.read_address()
        assert address.startswith("http://localhost:")
        for host in ("127.0.0.1", "[::1]", "localhost") if socket.has_dualstack_ipv6() else ("127.0.0.1",):
            assert get_health(address.replace("localhost", host))["status"] == "ok"


def test_connections_beyond_the_bound_are_refused_at_once(data_folder):
    with run_service(data_folder, DATAXCHANGE_CONNECTIONS="2") as service:
        port = int(service.read_address().rpartition(":")[2])
        with ExitStack() as opened:
            kept = [
                opened.enter_context(closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)))
                for _ in range(3)
            ]
            assert [_get_health_status(each) for each in kept] == [200, 200, 503]


def test_however_many_follow_pages_are_answered(data_folder):
    """Sockets count as connections do, and have half of them at most."""
    with run_service(data_folder, DATAXCHANGE_CONNECTIONS="8") as service:
        port = int(service.read_address().rpartition(":")[2])
        address = f"ws://127.0.0.1:{port}/?v=5&format=json&key={_get_broker_key(data_folder)}"
        with ExitStack() as opened:
            sockets = [opened.enter_context(connect(address)) for _ in range(6)]
            told = [json.loads(each.recv(timeout=10)) for each in sockets]
            assert [each["action"] for each in told] == [ProtocolAction.CONNECTED] * 4 + [
                ProtocolAction.DISCONNECTED
            ] * 2
            for each in sockets[4:]:
                each.close()
            pages = [
                opened.enter_context(closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)))
                for _ in range(4)
            ]
            assert [_get_health_status(each) for each in pages] == [200] * 4


def _get_broker_key(data_folder):
    own = os.environ | {"DATAXCHANGE_DATA": str(data_folder)}
    command = [sys.executable, "-m", "realtime.broker", "--key"]
    return subprocess.run(
        command, cwd=ROOT, env=own, check=True, capture_output=True, text=True
    ).stdout.strip()


def _get_health_status(connection):
    connection.request("GET", "/health")
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_a_taken_port_is_named(data_folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with run_service(data_folder, PORT=port) as service:
            status, _, errors = service.wait_for_exit()
    assert status == 1
    assert errors.startswith(f"Can't listen on 127.0.0.1, port {port}: Address already in use")


def test_a_wrong_setting_is_named(data_folder):
    with run_service(data_folder, DATAXCHANGE_THREADS="none") as service:
        status, _, errors = service.wait_for_exit()
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
def test_a_place_that_cannot_be_used_is_named(data_folder, environment, words):
    with run_service(data_folder, **environment) as service:
        status, _, errors = service.wait_for_exit()
    assert status == 1
    assert errors.startswith(words)
    assert "Traceback" not in errors
    assert "hidden" not in errors


def test_a_damaged_database_is_named(data_folder):
    data_folder.mkdir()
    (data_folder / "dataxchange.sqlite").write_text("no database" * 100)
    with run_service(data_folder) as service:
        status, _, errors = service.wait_for_exit()
    assert status == 1
    assert errors == f"Can't use the database in {data_folder}: file is not a database\n"


def test_the_start_loads_no_compiler_no_database_engine_and_no_sdk():
    heavy = ("numba", "duckdb", "polars", "ably")
    listing = f"import app, sys; print(*(name for name in {heavy} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", listing], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_accounts_from_the_command_line(data_folder):
    environment = {"DATAXCHANGE_DATA": str(data_folder), "PATH": os.environ["PATH"]}

    def run_accounts(*arguments, typed=""):
        command = [sys.executable, "-m", "cli", "accounts", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, input=typed, capture_output=True, text=True, check=False
        )

    assert run_accounts("add", "ada", "--role", "presenter").returncode == 0
    assert run_accounts("add", "ada").stderr.strip() == "The name 'ada' is already taken."
    assert (
        run_accounts("add", "x" * 81)
        .stderr.strip()
        .endswith("use 1 to 80 characters, without spaces at the ends.")
    )
    assert run_accounts("link", "--user", "ada").stdout.startswith("http://localhost:8050/signin/link/")
    assert run_accounts("link").stderr.strip() == "There is no user named 'admin'."
    assert run_accounts("password", "--user", "ada", typed="short\n").returncode == 1
    assert run_accounts("password", "--user", "ada", typed="a longer password\n").returncode == 0
