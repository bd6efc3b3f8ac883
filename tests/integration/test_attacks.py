"""What attackers try first: against the real app, and the real process where bytes on the wire matter."""

import http.client
import json
import re
import socket
import time
from contextlib import ExitStack, suppress
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from accounts import users
from datasets.ingest.importer import import_file
from datasets.ingest.read_result import BadFileError
from db.tables import Role
from tests.integration.signin_forms import PASSWORD, sign_in_with_password
from tests.integration.test_startup import run_service

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
CROSS_SITE_HEADERS = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
REFUSED_STATUSES = {400, 401, 403, 404, 405, 410, 415}
HOSTILE_TEXT = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Host and port of a process of its own."""
    with run_service(tmp_path_factory.mktemp("attacked") / "data") as process:
        host, _, port = process.read_address().removeprefix("http://").partition(":")
        yield host, int(port)


def list_changing_routes(app):
    """(method, path) of every route that changes something."""
    for rule in app.server.url_map.iter_rules():
        for method in rule.methods - SAFE_METHODS:
            yield method, re.sub(r"<[^>]*>", "1", rule.rule)


def exchange_bytes(service, *pieces):
    """All that is answered to these bytes until the service hangs up or says nothing for a second."""
    with socket.create_connection(service, timeout=5) as connection:
        for piece in pieces:
            connection.sendall(piece)
        connection.settimeout(1)
        answer = b""
        with suppress(TimeoutError, ConnectionResetError):
            while got := connection.recv(65536):
                answer += got
        return answer


def parse_statuses(answer):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


# Headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/signin"),
        ("POST", "/signin"),
        ("GET", "/"),
        ("GET", "/explore"),
        ("GET", "/health"),
        ("GET", "/assets/theme.js"),
        ("GET", "/assets/nothing.js"),
        ("GET", "/nothing"),
        ("GET", "/api/nothing"),
        ("GET", "/api/views"),
        ("GET", "/_dash-layout"),
        ("DELETE", "/health"),
        ("GET", "/guest/wrong"),
        ("GET", "/signin/link/wrong"),
    ],
)
@pytest.mark.parametrize("signed", [True, False])
def test_every_kind_of_answer_is_kept_in_its_place(client, sign_in_as, method, path, signed):
    browser = sign_in_as(Role.ADMIN) if signed else client
    with browser.open(path, method=method) as answer:
        policy = answer.headers["Content-Security-Policy"]
        for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
            assert part in policy
        assert "'unsafe-eval'" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "charset=utf-8" in answer.headers["Content-Type"] or answer.mimetype == "application/json"
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie


def test_no_other_site_may_ask_by_script(app, client):
    for method, path in list_changing_routes(app):
        asked = {**CROSS_SITE_HEADERS, "Access-Control-Request-Method": method}
        assert not [
            name for name in client.options(path, headers=asked).headers if "Access-Control" in name[0]
        ]


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
def test_no_other_methods(client, sign_in_as, method):
    assert sign_in_as().open("/explore", method=method).status_code == 405


# Requests that other sites make


def test_a_form_of_another_site_changes_nothing(app, sign_in_as):
    browser = sign_in_as(Role.ADMIN)
    accepted = {}
    for method, path in list_changing_routes(app):
        answer = browser.open(
            path, method=method, data={"name": "x", "password": PASSWORD}, headers=CROSS_SITE_HEADERS
        )
        if answer.status_code not in REFUSED_STATUSES:
            accepted[method, path] = (answer.status_code, answer.location)
    assert set(accepted.values()) == {
        (302, "/")
    }  # forms are for strangers: others are sent to the front page


def test_json_of_another_site_changes_nothing(app, sign_in_as):
    browser = sign_in_as(Role.ADMIN)
    for method, path in list_changing_routes(app):
        answer = browser.open(path, method=method, json={}, headers=CROSS_SITE_HEADERS)
        assert answer.status_code in REFUSED_STATUSES or answer.location == "/", (method, path)


def test_json_in_the_guise_of_text_is_not_read(app, sign_in_as):
    """The one kind of body with JSON in it that a page of another site can send without asking us first."""
    browser = sign_in_as(Role.ADMIN)
    for method, path in list_changing_routes(app):
        if path.startswith(("/api/", "/_dash", "/passkeys")):
            answer = browser.open(path, method=method, data="{}", content_type="text/plain")
            assert answer.status_code in REFUSED_STATUSES, (method, path)


@pytest.mark.parametrize(
    "address", ["//evil.example", "///evil.example", "/\\evil.example", "/%5cevil.example"]
)
def test_an_address_that_looks_like_another_host_leads_nowhere_else(client, settings, address):
    users.create_user("ada", PASSWORD, Role.ANALYST)
    asked = client.get(address, base_url="http://localhost")
    assert asked.location is None or asked.location.startswith("/signin")
    location = sign_in_with_password(client, next=address).location
    assert not re.match(r"//|/?\\", location)


@pytest.mark.parametrize("parameter", ["next", "url", "redirect", "return", "continue"])
def test_no_parameter_leads_to_another_host(client, sign_in_as, parameter):
    browser = sign_in_as()
    for path in ("/", "/signin", "/explore", "/forgot", "/signin/oidc", "/signin/factor", "/guest/x"):
        answer = browser.get(f"{path}?{parameter}=https://evil.example/")
        assert not (answer.location or "/").startswith(("http", "//"))


# Hosts, paths and messages on the wire


def test_the_host_that_a_request_names_leads_nobody_away(client):
    for header in ("Host", "X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL"):
        answer = client.get("/explore", headers={header: "evil.example"})
        assert answer.location.startswith("/signin")
        assert "evil.example" not in client.get("/signin", headers={header: "evil.example"}).text


@pytest.mark.parametrize(
    "up", ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "....//", "..%252f", "%00/../"]
)
@pytest.mark.parametrize("folder", ["/assets/", "/assets/css/", "/_dash-component-suites/dash/", "/"])
def test_no_path_leads_out_of_what_is_served(service, folder, up):
    for target in ("config.py", "etc/passwd", "var/secret-key", ".git/config"):
        request = f"GET {folder}{up * 6}{target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answer = exchange_bytes(service, request.encode())
        assert parse_statuses(answer)[0] in {302, 400, 401, 404}
        assert b"root:" not in answer
        assert b"import" not in answer


@pytest.mark.parametrize("slug", ["../../etc", "..%2f..%2fetc", "flights%00", "%2e%2e", "a/../b", "C:\\x"])
def test_no_dataset_is_a_path(sign_in_as, slug):
    browser = sign_in_as(Role.ADMIN)
    for path in (f"/api/datasets/{slug}/versions/{slug}/cubes?x={{}}", f"/api/datasets/{slug}/shares"):
        answer = browser.get(path)
        assert answer.status_code in (400, 404)
        assert "/var" not in answer.text
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["dash/deps/x.html", "nothing/x.js", "dash/../../x", "dash_ag_grid/x"])
def test_a_script_that_is_not_there_is_not_found(sign_in_as, path):
    assert sign_in_as().get(f"/_dash-component-suites/{path}").status_code == 404


SMUGGLED_REQUEST = b"GET /stolen HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: +5",
        b"Content-Length: 5, 6",
        b"Content-Length: 0x5",
        b"Transfer-Encoding: chunked, identity",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding : chunked",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        b"X: a\r\n Transfer-Encoding: chunked\r\nContent Length: 3",
        b"X: a\x00b",
    ],
)
def test_messages_of_doubtful_length_are_refused(service, head):
    answer = exchange_bytes(
        service, b"POST /signin HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n", SMUGGLED_REQUEST
    )
    assert parse_statuses(answer) in ([400], [501])


def test_of_two_lengths_the_one_of_the_standard_counts(service):
    """Chunks end the message whatever Content-Length says: what follows is the next message."""
    lengths = b"Content-Length: 60\r\nTransfer-Encoding: chunked"
    head = b"POST /health HTTP/1.1\r\nHost: x\r\n" + lengths + b"\r\n\r\n0\r\n\r\n"
    answer = exchange_bytes(service, head, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert parse_statuses(answer) in ([401, 200], [400])


@pytest.mark.parametrize(
    "chunk", [b"-1\r\n", b"5;" + b"x" * 100_000, b"0x5\r\nhello\r\n", b"FFFFFFFFFFFFFFFFF\r\n"]
)
def test_damaged_chunks_are_refused(service, chunk):
    head = b"POST /signin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert 200 not in parse_statuses(exchange_bytes(service, head + chunk, SMUGGLED_REQUEST))


# Too much


def time_health_check(service):
    """Seconds until the service says that it is well."""
    began = time.monotonic()
    connection = http.client.HTTPConnection(*service, timeout=5)
    connection.request("GET", "/health")
    assert connection.getresponse().status == 200
    connection.close()
    return time.monotonic() - began


def test_endless_addresses_and_headers_are_refused(service):
    for request in (
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 50_000 + b"\r\n",
    ):
        assert 200 not in parse_statuses(exchange_bytes(service, request))
    assert time_health_check(service) < 1


def test_endless_bodies_are_refused(service):
    declared = b"POST /signin HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 2**21
    chunked = b"POST /signin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    for request in (declared, chunked + (b"10000\r\n" + b"x" * 2**16 + b"\r\n") * 20):
        with suppress(ConnectionError):  # it may hang up while we are still sending
            assert parse_statuses(exchange_bytes(service, request)) in ([413], [])
    assert time_health_check(service) < 1


def test_whoever_sends_slowly_holds_up_nobody(service):
    """More slow bodies and unfinished heads than there are threads."""
    body = b"POST /signin HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nna"
    head = b"GET /health HTTP/1.1\r\nHost: x\r\nX: "
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(service)) for _ in range(300)]
        for number, connection in enumerate(slow):
            connection.sendall(body if number % 2 else head)
        for _ in range(3):
            assert time_health_check(service) < 1
            for connection in slow:
                connection.sendall(b"m")


def test_a_question_that_is_nested_too_deep_is_refused(sign_in_as):
    browser = sign_in_as(Role.ADMIN)
    for x in (
        "[" * 5000 + "]" * 5000,
        '{"views":' * 3000 + "1" + "}" * 3000,
        "1" * 10_000,
        "NaN",
        '{"v":1e999}',
    ):
        answer = browser.get(f"/api/datasets/flights/versions/1/cubes?x={quote(x)}")
        assert answer.status_code == 400
    nested = json.loads("[" * 500 + "]" * 500)
    answer = browser.post("/api/views", json={"name": nested})
    assert answer.status_code == 400
    deeper = "[" * 100_000 + "]" * 100_000
    answer = browser.post("/api/views", data=deeper, content_type="application/json")
    assert answer.status_code == 400


# Files


def import_bomb(file, name="Bomb"):
    return import_file(file, "bomb", name, lambda *_: None, lambda _: None)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "record?after={}", None),
        ("POST", "hand-over", '{{"person": {}}}'),
        ("POST", "co-presenters", '{{"people": [{}]}}'),
    ],
)
@pytest.mark.parametrize("number", [-(2**31), 2**31, 2**64])
def test_numbers_that_no_database_holds_are_refused(sign_in_as, method, path, body, number):
    answer = sign_in_as(Role.ADMIN).open(
        f"/api/live/{'x' * 16}/{path.format(number)}",
        method=method,
        data=body and body.format(number),
        content_type="application/json",
    )
    assert answer.status_code == 400, answer.text


def test_a_parquet_file_that_swells_takes_bounded_memory(settings, tmp_path):
    """100 million rows in some kilobytes: imported or refused, but never held in memory whole."""
    file = tmp_path / "bomb.parquet"
    zeros = pa.table({"zeros": pa.array(np.zeros(2**20, np.int64))})
    with pq.ParquetWriter(file, zeros.schema, compression="zstd") as writer:
        for _ in range(4):
            writer.write_table(zeros)
    assert file.stat().st_size < 20_000
    pa.default_memory_pool().release_unused()
    before = pa.total_allocated_bytes()
    assert import_bomb(file).rows == 2**22
    assert pa.total_allocated_bytes() - before < 2**26


def test_what_is_nested_is_left_out(settings, tmp_path):
    deep = pa.int64()
    for _ in range(20):
        deep = pa.list_(deep)
    pq.write_table(pa.table({"deep": pa.nulls(2, deep)}), tmp_path / "deep.parquet")
    with pytest.raises(BadFileError, match="no column of numbers"):
        import_bomb(tmp_path / "deep.parquet")


@pytest.mark.parametrize(
    "name", ["table.gz", "table.zip", "table.csv.xz", "table.tar", "page.html", "table.svg"]
)
def test_archives_and_pages_are_no_tables(settings, tmp_path, name):
    (tmp_path / name).write_bytes(b"\x1f\x8b" + b"\0" * 100)
    with pytest.raises(BadFileError, match="its name must end in one of"):
        import_bomb(tmp_path / name)


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04" + b"\0" * 100, b"\x1f\x8b\x08" + b"\xff" * 100, b"\0" * 1000]
)
def test_an_archive_under_the_name_of_a_table_is_refused(settings, tmp_path, content):
    for name in ("table.csv", "table.parquet"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadFileError):
            import_bomb(tmp_path / name)


def test_hostile_names_and_values_stay_text(app, settings, sign_in_as, tmp_path):
    quoted = HOSTILE_TEXT.replace(chr(34), chr(34) * 2)
    csv = f'a,"{quoted}"\n1,"{quoted}"\n2,x\n'
    (tmp_path / "x.csv").write_text(csv)
    import_file(tmp_path / "x.csv", "bomb", HOSTILE_TEXT, lambda *_: None, lambda _: None)
    browser = sign_in_as(Role.ADMIN)
    for path in (
        "/explore/bomb",
        f"/explore/{quote(HOSTILE_TEXT)}",
        f"/{quote(HOSTILE_TEXT)}",
        f"/signin?next={quote(HOSTILE_TEXT)}",
    ):
        assert HOSTILE_TEXT not in browser.get(path).text
    answer = browser.get(f"/api/{quote(HOSTILE_TEXT)}")
    assert answer.mimetype == "application/json"


def test_there_is_no_way_to_upload_a_file(app):
    """Tables come in from the command line; a form with a file in it is read by nothing."""
    uploads = [rule.rule for rule in app.server.url_map.iter_rules() if re.search("upload|import", rule.rule)]
    assert uploads == []
