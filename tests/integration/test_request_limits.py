"""Senders that are slow, at a server of their own that waits for tenths of a second."""

import socket
import threading
import time

import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from server import request_limits
from server.request_limits import BufferedBodyMiddleware, TimeoutProtocol

TIME_LIMIT = 0.3


async def body_length_app(scope, receive, send):
    """An app that answers how many bytes it was sent."""
    message = await receive()
    assert not message["more_body"]
    await PlainTextResponse(str(len(message["body"])))(scope, receive, send)


@pytest.fixture
def service(monkeypatch):
    monkeypatch.setattr(request_limits, "HEAD_TIMEOUT", TIME_LIMIT)
    monkeypatch.setattr(request_limits, "BODY_TIMEOUT", TIME_LIMIT)
    config = uvicorn.Config(
        BufferedBodyMiddleware(body_length_app), http=TimeoutProtocol, lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()
        server.should_exit = True
        thread.join()


def receive_all(connection):
    """What comes until the service hangs up."""
    connection.settimeout(10)
    answer = b""
    while got := connection.recv(65536):
        answer += got
    return answer


@pytest.mark.parametrize("sent", [b"", b"GET /", b"GET / HTTP/1.1\r\nHost: x\r\nX: "])
def test_it_hangs_up_when_no_request_begins(service, sent):
    with socket.create_connection(service) as connection:
        connection.sendall(sent)
        began = time.monotonic()
        assert receive_all(connection) == b""
        assert time.monotonic() - began < 5


def test_it_hangs_up_on_a_second_request_that_does_not_go_on(service):
    with socket.create_connection(service) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT")
        assert receive_all(connection).count(b"HTTP/1.1 200") == 1


def test_a_body_that_does_not_come_is_answered(service):
    with socket.create_connection(service) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
        answer = receive_all(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"took too long" in answer


def test_a_body_in_many_pieces_comes_whole(service):
    with socket.create_connection(service) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 6\r\n\r\nabc")
        connection.sendall(b"def")
        assert receive_all(connection).endswith(b"\r\n\r\n6")


def test_the_largest_body_is_taken_and_a_byte_more_is_not(service):
    for size, status in (
        (request_limits.MAX_BODY_BYTES, b"200"),
        (request_limits.MAX_BODY_BYTES + 1, b"413"),
    ):
        with socket.create_connection(service) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n")
            connection.sendall(f"Content-Length: {size}\r\n\r\n".encode() + b"x" * size)
            assert receive_all(connection).split()[1] == status
