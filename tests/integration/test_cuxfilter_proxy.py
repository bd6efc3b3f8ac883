"""What pages of cuxfilter and the processes behind them say to each other, handed on both ways."""

from __future__ import annotations

import sys
from concurrent.futures import Future
from pathlib import Path
from socket import SHUT_RDWR
from threading import Thread

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import unix_serve

from api.cuxfilter_proxy import GOING_AWAY
from datasets import shares
from tests.conftest import temporary_settings
from tests.integration.cuxfilter_worker import open_dashboard
from tests.integration.exploration_json import make_view
from tests.integration.live_service import import_trips, run_service

TIMEOUT = 20
SANDBOX_ORIGIN = "null"
"""The origin of a page in a sandbox."""


@pytest.fixture
def cuxfilter_session(app, settings, make_user, tmp_path):
    """Of somebody, by an interpreter without cuxfilter: nothing listens at its socket yet."""
    version = import_trips(tmp_path)
    shares.open_to_everyone("trips")
    desks = app.server.extensions["cuxfilter_sessions"]
    with temporary_settings(settings.model_copy(update={"cuxfilter_python": Path(sys.executable)})):
        path = open_dashboard(make_user().browser, version, [make_view("delay", "delay")])
        yield desks.get_session(path.rpartition("/")[2])
        desks.close_all()


@pytest.fixture
def service(app, cuxfilter_session):
    with run_service(app) as own:
        yield own


@pytest.fixture
def bokeh_server(cuxfilter_session):
    with FakeBokehServer(cuxfilter_session.socket_path) as process:
        yield process


class FakeBokehServer:
    """What listens at the socket of a desk; it does as the first message of a page says."""

    def __init__(self, socket_path):
        self.closed_by_page = Future()
        self._server = unix_serve(self._handle_page, str(socket_path), subprotocols=["bokeh"])
        self._thread = Thread(target=self._server.serve_forever)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()

    def _handle_page(self, page):
        told = page.recv()
        if told == "what was asked?":
            headers = page.request.headers
            page.send(f"{page.request.path} {headers['Origin']} {headers.get('Cookie')}")
        elif told == "die":
            page.socket.shutdown(SHUT_RDWR)
        elif told != "close":
            self._echo(page, told)

    def _echo(self, page, told):
        try:
            while True:
                page.send(told)
                told = page.recv()
        except ConnectionClosed:
            self.closed_by_page.set_result(True)


def connect_page(service, session, path="ws?of=it"):
    address = f"ws://127.0.0.1:{service.port}{session.url_path}/{path}"
    cookie = {"Cookie": "dx-access=secret"}
    return connect(address, origin=SANDBOX_ORIGIN, subprotocols=["bokeh", "token"], additional_headers=cookie)


def test_text_and_bytes_are_handed_on_as_they_are(service, cuxfilter_session, bokeh_server):
    with connect_page(service, cuxfilter_session) as socket:
        assert socket.subprotocol == "bokeh"
        for told in ("Grüße", bytes(range(256)) * 1024):
            socket.send(told)
            assert socket.recv(TIMEOUT) == told


def test_the_process_learns_nothing_of_who_looks(service, cuxfilter_session, bokeh_server):
    with connect_page(service, cuxfilter_session) as socket:
        socket.send("what was asked?")
        assert socket.recv(TIMEOUT) == f"{cuxfilter_session.url_path}/ws?of=it http://localhost None"


@pytest.mark.parametrize("how", ["close", "die"])
def test_a_page_is_told_when_its_process_goes(service, cuxfilter_session, bokeh_server, how):
    with connect_page(service, cuxfilter_session) as socket:
        socket.send(how)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(TIMEOUT)
    assert closed.value.rcvd.code == GOING_AWAY


def test_the_process_is_told_when_its_page_goes(service, cuxfilter_session, bokeh_server):
    with connect_page(service, cuxfilter_session) as socket:
        socket.send("here")
        assert socket.recv(TIMEOUT) == "here"
    assert bokeh_server.closed_by_page.result(TIMEOUT)
