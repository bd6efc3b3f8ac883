"""Desks: processes in which people look at explorations with cuxfilter, one a person, while signed in."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Lock, Thread
from time import sleep

import pyarrow as pa
import structlog

from accounts import sessions
from accounts.principals import Kind, Principal
from config import settings
from datasets.access.gateway import Door, PreparingError, UnknownDatasetError
from datasets.cubes.engine_pool import Engines
from datasets.cuxfilter.build_payload import sheet
from datasets.cuxfilter.payload import Sheet
from datasets.exploration import Exploration
from gpu.cuxfilter.process import Process

PERIOD = 1.0
"""Seconds between two looks at whether sessions and rights are as they were."""
PREFIX = "/cuxfilter"
log = structlog.get_logger(__name__)


class UnknownDeskError(LookupError):
    """There is no such desk, or it is not theirs, or it has been cleared."""

    def __init__(self) -> None:
        super().__init__("This cuxfilter dashboard has been closed. Open it again from Explore.")


class NoDeskError(RuntimeError):
    """Nobody can have a desk here, or there is none left; says why."""


@dataclass(eq=False)
class Desk:
    """One person's process, what it shows, and the tokens with which it can be seen, each once."""

    key: str
    owner: int
    session: str
    rights: str
    title: str
    sheet: Sheet
    process: Process
    folder: Path
    ready: Future[None]
    tokens: set[str] = field(default_factory=set)

    @property
    def place(self) -> Path:
        """The socket at which the process listens."""
        return self.folder / "socket"

    @property
    def path(self) -> str:
        """Below which address of ours it is shown."""
        return f"{PREFIX}/{self.key}/frame"

    def token(self) -> str:
        """A token with which the dashboard can be loaded once."""
        token = secrets.token_urlsafe(32)
        self.tokens.add(token)
        return token

    def redeem(self, token: str) -> bool:
        """Whether a token is good, using it up."""
        try:
            self.tokens.remove(token)
        except KeyError:
            return False
        return True

    def closed(self) -> Exploration:
        """The exploration with the filters that it has by now; the process ends, also while it begins."""
        try:
            if not self.ready.done():
                return self.sheet.exploration
            self.ready.result()
            return self.sheet.returned(self.process.ask("filters").head["filters"])
        finally:
            self.clear()

    def clear(self) -> None:
        self.process.close()
        rmtree(self.folder, ignore_errors=True)


class Desks:
    """All desks of this service. For many threads."""

    def __init__(self, door: Door, engines: Engines) -> None:
        self._door, self._engines = door, engines
        self._desks: dict[str, Desk] = {}
        self._lock = Lock()
        self._opening = ThreadPoolExecutor(2, thread_name_prefix="desks")
        self._watch: Thread | None = None

    def open(self, person: Principal, exploration: Exploration) -> Desk:
        """A desk with an exploration on it, in the place of any other that this person has. It takes a while.

        Raises:
            NoDeskError: there is no cuxfilter here, all desks are taken, or this is a program or a guest.
            UnknownDatasetError, PreparingError: as of the door.
            TooManyRowsError, MisfitError: as of the sheet.
        """
        own = settings()
        if own.cuxfilter_python is None:
            raise NoDeskError("There is no cuxfilter here: DATAXCHANGE_CUXFILTER_PYTHON is not set.")
        if person.kind is not Kind.PERSON:
            raise NoDeskError("cuxfilter is opened in person, not by a program or a guest.")
        seen = self._door.open(person, exploration.dataset, exploration.version)
        engine = partial(self._engines.of, exploration.dataset, exploration.version)
        written = sheet(exploration, seen, engine, own.cuxfilter_rows)
        key, folder = secrets.token_urlsafe(16), Path(mkdtemp(prefix="dataxchange-"))
        process = Process(own.cuxfilter_python, "dashboard", str(folder / "socket"), f"{PREFIX}/{key}/frame")
        title = seen.description.name
        desk = Desk(key, person.id, person.key, seen.reach.key, title, written, process, folder, Future())
        self._place(desk, own.cuxfilter_processes)
        self._opening.submit(_show, desk)
        return desk

    def find(self, person: Principal, key: str) -> Desk:
        """A person's own desk.

        Raises:
            UnknownDeskError: there is none of this key, or it is somebody else's.
        """
        desk = self._desks.get(key)
        if desk is None or desk.session != person.key:
            raise UnknownDeskError
        return desk

    def known(self, key: str) -> Desk | None:
        """The desk of this key, whosever it is."""
        return self._desks.get(key)

    def close(self, person: Principal, key: str) -> Exploration:
        """Clear a person's own desk; returns the exploration as they have filtered it there.

        Raises:
            UnknownDeskError: there is none.
            ProcessError: it could not be opened, or has ended by itself.
        """
        desk = self.find(person, key)
        self._desks.pop(key, None)
        return desk.closed()

    def clear(self) -> None:
        """Clear all desks."""
        with self._lock:
            desks, self._desks = self._desks, {}
        for desk in desks.values():
            desk.clear()

    @contextmanager
    def cleared(self) -> Iterator[None]:
        """Clear all desks at the end of the block, however it ends."""
        try:
            yield
        finally:
            self.clear()

    def look(self) -> None:
        """Clear the desks of those whose session is over, or who may see something else by now."""
        for key, desk in list(self._desks.items()):
            if not self._holds(desk) and self._desks.pop(key, None) is not None:
                desk.clear()

    def _place(self, desk: Desk, most: int) -> None:
        with self._lock:
            former = [key for key, each in self._desks.items() if each.owner == desk.owner]
            for key in former:
                self._desks.pop(key).clear()
            if len(self._desks) >= most:
                desk.clear()
                raise NoDeskError("All places for cuxfilter are taken. Try again later.")
            self._desks[desk.key] = desk
            if self._watch is None:
                self._watch = Thread(target=self._go_on, name="desks", daemon=True)
                self._watch.start()

    def _go_on(self) -> None:
        while True:
            sleep(PERIOD)
            try:
                self.look()
            except Exception:
                log.exception("desks could not be looked at")

    def _holds(self, desk: Desk) -> bool:
        person = sessions.of_id(desk.session)
        if person is None:
            return False
        try:
            shown = desk.sheet.exploration
            return self._door.open(person, shown.dataset, shown.version).reach.key == desk.rights
        except UnknownDatasetError:
            return False
        except PreparingError:
            return True


def _show(desk: Desk) -> None:
    """Begin the process, and hand it what is on the sheet."""
    drawn = {"views": desk.sheet.views, "filters": desk.sheet.brushes, "title": desk.title}
    try:
        desk.process.ask("open", pa.table(desk.sheet.columns), **drawn)
        desk.ready.set_result(None)
    except Exception as error:
        desk.ready.set_exception(error)
