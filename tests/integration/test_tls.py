"""HTTPS by the service itself: what a browser gets, and what is refused."""

import asyncio
import http.client
import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uvicorn
from ably import AblyRealtime
from ably.types.tokendetails import TokenDetails
from aiosmtpd.controller import Controller
from cryptography import x509
from pydantic import SecretStr
from starlette.responses import PlainTextResponse
from uvicorn.server import ServerState

import config
from accounts import api_tokens, mail, users
from accounts.permissions import Permission
from config import Settings
from datasets import catalogue
from datasets.ingest.importer import import_file
from db.engine import is_certificate_unchecked
from db.tables import LinkPurpose, Role, utc_now
from deploy import local_ca
from realtime.feeds import actions
from server.request_limits import TimeoutProtocol
from tests.conftest import temporary_settings
from tests.integration.live_service import async_wait_until
from tests.integration.mailbox import Mailbox
from tests.integration.oidc_provider import FakeOidcProvider

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tls_folder(tmp_path_factory):
    """A folder with an authority and a certificate of this machine."""
    data = tmp_path_factory.mktemp("data")
    make_certificate(data)
    return data / "tls"


def make_certificate(data_folder):
    environment = os.environ | {"DATAXCHANGE_DATA": str(data_folder)}
    command = [sys.executable, "-m", "deploy.local_ca"]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout


@contextmanager
def run_service(tls_folder, data_folder, **more):
    names = {"CERTIFICATE": "certificate.pem", "KEY": "key.pem"}
    files = {f"DATAXCHANGE_TLS_{name}": str(tls_folder / file) for name, file in names.items()}
    own = {"DATAXCHANGE_DATA": str(data_folder), "PORT": "0", "PATH": os.environ["PATH"]}
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=own | files | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_port(process):
    address = process.stdout.readline()
    assert address.startswith("DataXchange is at https://"), process.stderr.read()
    return int(address.rpartition(":")[2])


def test_a_connection_that_is_closed_is_waited_for_no_longer(tls_folder):
    """As when an answer ends just after whoever asked for it has left."""
    made = []

    async def scenario():
        config = uvicorn.Config(app=PlainTextResponse("Hello"), log_config=None)
        config.load()

        def start_and_close():
            made.append(TimeoutProtocol(config, ServerState(), {}))
            return made[-1]

        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            start_and_close, "localhost", 0, ssl=make_server_context(tls_folder)
        )
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port, ssl=make_client_context(tls_folder))
        (served,) = made
        await async_wait_until(lambda: served.transport)
        for _ in range(2):
            served.transport.close()
        served.on_response_complete()
        assert await reader.read() == b""
        writer.close()
        server.close()
        return served._close_timer

    assert asyncio.run(scenario()) is None


def make_server_context(tls_folder):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls_folder / "certificate.pem", tls_folder / "key.pem")
    return context


def test_a_provider_that_nobody_vouches_for_is_not_spoken_to(tls_folder, client, settings, monkeypatch):
    with FakeOidcProvider(tls=make_server_context(tls_folder)) as provider:
        own = {"oidc_issuer": provider.issuer, "oidc_client_id": "dx", "oidc_name": "Example"}
        config.override_settings(Settings(**settings.model_dump() | own))
        assert client.get("/signin/oidc").status_code == 502
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls_folder / "authority.pem"))
        assert client.get("/signin/oidc").status_code == 302


def test_a_mail_server_that_nobody_vouches_for_gets_no_mail(tls_folder, settings, monkeypatch):
    ada, box = users.create_user("ada", None, Role.VIEWER), Mailbox()
    users.set_email("ada", "ada@example.org")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port, ssl_context=make_server_context(tls_folder))
    server._trigger_server = lambda: knock_at_port(tls_folder, port)
    server.start()
    url = SecretStr(f"smtps://localhost:{port}")
    config.override_settings(settings.model_copy(update={"smtp_url": url, "mail_from": "dx@example.org"}))
    with pytest.raises(ssl.SSLCertVerificationError):
        mail.send_link(ada.id, LinkPurpose.INVITATION, "token")
    assert box.mails.empty()
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_folder / "authority.pem"))
    assert mail.send_link(ada.id, LinkPurpose.INVITATION, "token") == "ada@example.org"
    assert box.receive_mail()["To"] == "ada@example.org"
    server.stop()


def knock_at_port(tls_folder, port):
    with (
        socket.create_connection(("127.0.0.1", port)) as raw,
        make_client_context(tls_folder).wrap_socket(raw, server_hostname="localhost") as inside,
    ):
        inside.recv(1)


def make_client_context(tls_folder):
    return ssl.create_default_context(cafile=str(tls_folder / "authority.pem"))


def get_over_tls(tls_folder, port, path="/health", **headers):
    connection = http.client.HTTPSConnection(
        "localhost", port, context=make_client_context(tls_folder), timeout=10
    )
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.body = answer.read()
    connection.close()
    return answer


def test_browsers_that_trust_the_authority_are_served_safely(tls_folder, tmp_path):
    with run_service(tls_folder, tmp_path) as process:
        port = read_port(process)
        assert json.loads(get_over_tls(tls_folder, port).body)["status"] == "ok"
        link = process.stdout.readline().split()[-1]
        answer = get_over_tls(tls_folder, port, "/" + link.split("/", 3)[3])
        assert answer.status == 302
        cookies = answer.headers.get_all("Set-Cookie")
        assert {"__Host-dx-access", "__Host-dx-refresh"} < {cookie.partition("=")[0] for cookie in cookies}
        for cookie in cookies:
            assert cookie.startswith("__Host-")
            assert "Secure" in cookie
            assert "Path=/" in cookie
        assert "max-age=31536000" in answer.getheader("Strict-Transport-Security")

        with socket.create_connection(("localhost", port)) as plain:
            plain.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"200 OK" not in plain.recv(100)

        old = make_client_context(tls_folder)
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with socket.create_connection(("localhost", port)) as raw, pytest.raises(ssl.SSLError):
            old.wrap_socket(raw, server_hostname="localhost")

        stranger = ssl.create_default_context()
        with (
            socket.create_connection(("localhost", port)) as raw,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            stranger.wrap_socket(raw, server_hostname="localhost")


def get_certificate_serial(tls_folder, port):
    raw = socket.create_connection(("localhost", port))
    with make_client_context(tls_folder).wrap_socket(raw, server_hostname="localhost") as wrapped:
        return x509.load_der_x509_certificate(wrapped.getpeercert(True)).serial_number


def test_a_renewed_certificate_is_taken_without_a_restart(tmp_path):
    make_certificate(tmp_path)
    own = tmp_path / "tls"
    with run_service(own, tmp_path) as process:
        port = read_port(process)
        before = get_certificate_serial(own, port)
        (own / "certificate.pem").unlink()
        make_certificate(tmp_path)
        process.send_signal(signal.SIGHUP)
        deadline = datetime.now(UTC) + timedelta(seconds=10)
        while get_certificate_serial(own, port) == before:
            assert datetime.now(UTC) < deadline


def test_a_second_run_keeps_what_is_good(tls_folder):
    before = {file.name: file.read_bytes() for file in tls_folder.iterdir()}
    assert str(tls_folder / "authority.pem") in make_certificate(tls_folder.parent)
    assert {file.name: file.read_bytes() for file in tls_folder.iterdir()} == before
    private = [stat.S_IMODE((tls_folder / name).stat().st_mode) for name in ("key.pem", "authority-key.pem")]
    assert private == [0o600, 0o600]


def test_a_certificate_near_its_end_is_made_anew(tls_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(local_ca, "RENEW_BEFORE", local_ca.CERTIFICATE_LIFETIME + timedelta(days=1))
    assert local_ca._ends_soon(tls_folder / "certificate.pem")
    assert not local_ca._ends_soon(tls_folder / "authority.pem")


def get_refusal(tls_folder, data_folder, **more):
    with run_service(tls_folder, data_folder, **more) as process:
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "Traceback" not in errors
        return errors


def test_what_cannot_be_used_is_named(tls_folder, tmp_path):
    nowhere = str(tmp_path / "nothing.pem")
    assert "No such file" in get_refusal(tls_folder, tmp_path, DATAXCHANGE_TLS_CERTIFICATE=nowhere)
    assert "go together" in get_refusal(tls_folder, tmp_path, DATAXCHANGE_TLS_KEY="")
    other = str(tls_folder / "authority-key.pem")
    assert "KEY_VALUES_MISMATCH" in get_refusal(tls_folder, tmp_path, DATAXCHANGE_TLS_KEY=other)
    exposed = tmp_path / "key.pem"
    exposed.write_text((tls_folder / "key.pem").read_text())
    exposed.chmod(0o644)
    assert "readable by others" in get_refusal(tls_folder, tmp_path, DATAXCHANGE_TLS_KEY=str(exposed))


@pytest.mark.parametrize(("trusted", "seen"), [("127.0.0.1", "https"), ("192.0.2.0/24", None), ("", None)])
def test_only_a_trusted_proxy_is_believed(tmp_path, trusted, seen):
    own = {"DATAXCHANGE_DATA": str(tmp_path), "PORT": "0", "PATH": os.environ["PATH"]}
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=own | {"DATAXCHANGE_TRUSTED_PROXIES": trusted},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = int(process.stdout.readline().rpartition(":")[2])
        link = process.stdout.readline().split()[-1]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/" + link.split("/", 3)[3], headers={"X-Forwarded-Proto": "https"})
        names = [
            value for name, value in connection.getresponse().getheaders() if name.lower() == "set-cookie"
        ]
        connection.close()
        assert any(name.startswith("__Host-") for name in names) == (seen == "https")
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("url", "unproven"),
    [
        ("sqlite:///x", False),
        ("postgresql+psycopg:///x?host=/run/postgresql", False),
        ("postgresql+psycopg://u@localhost/x", False),
        ("postgresql+psycopg://u@db.example.org/x", True),
        ("postgresql+psycopg://u@db.example.org/x?sslmode=prefer", True),
        ("postgresql+psycopg://u@db.example.org/x?sslmode=require", True),
        ("postgresql+psycopg://u@db.example.org/x?sslmode=verify-full", False),
        ("postgresql+psycopg:///x?host=db.example.org", True),
    ],
)
def test_a_distant_database_whose_certificate_is_not_checked_is_noticed(url, unproven):
    assert is_certificate_unchecked(url) is unproven


def post_over_tls(tls_folder, port, token, path, body):
    connection = http.client.HTTPSConnection(
        "localhost", port, context=make_client_context(tls_folder), timeout=20
    )
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", path, json.dumps(body), head)
    answer = connection.getresponse()
    found = json.loads(answer.read() or b"null")
    connection.close()
    assert answer.status in (200, 201), found
    return found


@contextmanager
def run_service_with_trips(tls_folder, data_folder):
    """A service over TLS with a dataset and its feed: its port, an API token and the key of the feed."""
    with run_service(tls_folder, data_folder) as process:
        port = read_port(process)
        with temporary_settings(Settings(data=data_folder)):
            pq.write_table(pa.table({"n": range(100)}), data_folder / "trips.parquet")
            import_file(data_folder / "trips.parquet", "trips", "Trips", lambda *_: None, lambda _: None)
            admin = users.require_principal("admin")
            scopes = [Permission.EXPLORE, Permission.PRESENT]
            token = api_tokens.create_token(admin, "a program", scopes, utc_now() + timedelta(days=1))
            yield port, token, actions.create_feed(admin, "trips", "Tower")


@asynccontextmanager
async def open_client(port, entry):
    """By Ably's SDK, with what a route answers to who may come in."""

    async def get_token_details(_params):
        return TokenDetails(entry["token"], client_id=entry["clientId"])

    client = AblyRealtime(auth_callback=get_token_details, endpoint=f"localhost:{port}/", tls=True)
    try:
        await asyncio.wait_for(client.connection.once_async("connected"), 20)
        yield client
    finally:
        await client.close()


def test_live_sessions_and_feeds_go_over_tls(tls_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_folder / "authority.pem"))
    with run_service_with_trips(tls_folder, tmp_path) as (port, token, feed):
        version = catalogue.get_description("trips").version
        view = {"id": "n", "columns": ["n"], "scales": [{"type": "linear"}], "bins": [20]}
        shown = {
            "v": 1,
            "dataset": "trips",
            "version": version,
            "views": [view],
            "filters": {},
            "active": None,
        }
        key = post_over_tls(tls_folder, port, token, "/api/live", {"dataset": "trips", "exploration": shown})[
            "key"
        ]
        entry = post_over_tls(tls_folder, port, token, f"/api/live/{key}/token", {})
        publisher = post_over_tls(tls_folder, port, token, f"/api/feeds/{feed}/token", {})
        names = entry["realtime"]["channels"]
        heard = {"state": [], "grown": []}

        async def scenario():
            async with (
                open_client(port, entry) as one,
                open_client(port, entry) as other,
                open_client(port, publisher) as by,
            ):
                for name, to in heard.items():
                    await other.channels.get(names[name]).subscribe(lambda message, to=to: to.append(message))
                commit = {"seq": 1, "exploration": shown, "at": 1, "rights": "all"}
                await one.channels.get(names["state"]).publish("state", commit)
                await by.channels.get(publisher["channel"]).publish("rows", [{"n": 100}])
                await async_wait_until(lambda: all(heard.values()))

        asyncio.run(scenario())
        assert heard["state"][-1].data["seq"] == 1
        assert heard["grown"][-1].data["rows"] == 101
