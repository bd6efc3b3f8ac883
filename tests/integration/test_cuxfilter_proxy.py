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

from api.cuxfilter_proxy import GONE
from datasets import shares
from tests.conftest import using
from tests.integration.cuxfilter_worker import opened
from tests.integration.exploration_json import view
from tests.integration.live_service import house, import_trips

PATIENCE = 20
PAGES = "null"
"""The origin of a page in a sandbox."""


@pytest.fixture
def desk(app, settings, somebody, tmp_path):
    """Of somebody, by an interpreter without cuxfilter: nothing listens at its socket yet."""
    version = import_trips(tmp_path)
    shares.open_to_everyone("trips")
    desks = app.server.extensions["desks"]
    with using(settings.model_copy(update={"cuxfilter_python": Path(sys.executable)})):
        path = opened(somebody().browser, version, [view("delay", "delay")])
        yield desks.known(path.rpartition("/")[2])
        desks.clear()


@pytest.fixture
def service(app, desk):
    with house(app) as own:
        yield own


@pytest.fixture
def process(desk):
    with Process(desk.place) as process:
        yield process


class Process:
    """What listens at the socket of a desk; it does as the first message of a page says."""

    def __init__(self, place):
        self.left = Future()
        self._server = unix_serve(self._talk, str(place), subprotocols=["bokeh"])
        self._thread = Thread(target=self._server.serve_forever)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()

    def _talk(self, page):
        told = page.recv()
        if told == "what was asked?":
            headers = page.request.headers
            page.send(f"{page.request.path} {headers['Origin']} {headers.get('Cookie')}")
        elif told == "die":
            page.socket.shutdown(SHUT_RDWR)
        elif told != "close":
            self._repeat(page, told)

    def _repeat(self, page, told):
        try:
            while True:
                page.send(told)
                told = page.recv()
        except ConnectionClosed:
            self.left.set_result(True)


def page(service, desk, what="ws?of=it"):
    address = f"ws://127.0.0.1:{service.port}{desk.path}/{what}"
    cookie = {"Cookie": "dx-access=secret"}
    return connect(address, origin=PAGES, subprotocols=["bokeh", "token"], additional_headers=cookie)


def test_text_and_bytes_are_handed_on_as_they_are(service, desk, process):
    with page(service, desk) as socket:
        assert socket.subprotocol == "bokeh"
        for told in ("Grüße", bytes(range(256)) * 1024):
            socket.send(told)
            assert socket.recv(PATIENCE) == told


def test_the_process_learns_nothing_of_who_looks(service, desk, process):
    with page(service, desk) as socket:
        socket.send("what was asked?")
        assert socket.recv(PATIENCE) == f"{desk.path}/ws?of=it http://localhost None"


@pytest.mark.parametrize("how", ["close", "die"])
def test_a_page_is_told_when_its_process_goes(service, desk, process, how):
    with page(service, desk) as socket:
        socket.send(how)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(PATIENCE)
    assert closed.value.rcvd.code == GONE


def test_the_process_is_told_when_its_page_goes(service, desk, process):
    with page(service, desk) as socket:
        socket.send("here")
        assert socket.recv(PATIENCE) == "here"
    assert process.left.result(PATIENCE)
