"""Cuxfilter sessions: processes that show explorations, one per person, while they are signed in."""

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
from threading import Lock

import pyarrow as pa

from accounts import sessions
from accounts.principals import Principal, PrincipalKind
from config import get_settings
from datasets.access.category_ranker import CategoryRanker
from datasets.access.gateway import DatasetGateway, PreparingError, UnknownDatasetError
from datasets.cubes.engine_pool import EnginePool
from datasets.cuxfilter.build_payload import build_payload
from datasets.cuxfilter.payload import DashboardPayload
from datasets.exploration import Exploration
from db.polling import PollingThread
from errors import ConflictError
from gpu.cuxfilter.process import WorkerProcess

CHECK_SECONDS = 1.0
"""Seconds between two checks whether sign-ins and rights are unchanged."""
URL_PREFIX = "/cuxfilter"


class UnknownCuxfilterSessionError(LookupError):
    """There is no such cuxfilter session, it belongs to somebody else, or it was closed."""

    def __init__(self) -> None:
        super().__init__("This cuxfilter dashboard has been closed. Open it again from Explore.")


class CuxfilterUnavailableError(ConflictError, RuntimeError):
    """The person can't open a cuxfilter session; the message says why."""


@dataclass(eq=False)
class CuxfilterSession:
    """One person's process, what it shows, and the single-use tokens that open it.

    ``session_key`` identifies the person's sign-in.
    """

    key: str
    owner: int
    session_key: str
    rights_key: str
    title: str
    payload: DashboardPayload
    process: WorkerProcess
    folder: Path
    ready: Future[None]
    tokens: set[str] = field(default_factory=set)

    @property
    def socket_path(self) -> Path:
        """The socket on which the process listens."""
        return self.folder / "socket"

    @property
    def url_path(self) -> str:
        """The path of URLs under which the dashboard is shown."""
        return f"{URL_PREFIX}/{self.key}/frame"

    def issue_token(self) -> str:
        """Return a token with which the dashboard can be loaded once."""
        token = secrets.token_urlsafe(32)
        self.tokens.add(token)
        return token

    def redeem_token(self, token: str) -> bool:
        """Return whether a token is valid, and use it up."""
        try:
            self.tokens.remove(token)
        except KeyError:
            return False
        return True

    def finish_exploration(self) -> Exploration:
        """End the process, even while it starts; return the exploration with the filters that it had."""
        try:
            if not self.ready.done():
                return self.payload.exploration
            self.ready.result()
            return self.payload.restore_exploration(self.process.send_request("filters").head["filters"])
        finally:
            self.end_process()

    def end_process(self) -> None:
        self.process.close()
        rmtree(self.folder, ignore_errors=True)


class CuxfilterSessions:
    """All cuxfilter sessions of this service. Thread-safe."""

    def __init__(self, gateway: DatasetGateway, engines: EnginePool, ranker: CategoryRanker) -> None:
        self._gateway, self._engines, self._ranker = gateway, engines, ranker
        self._sessions: dict[str, CuxfilterSession] = {}
        self._lock = Lock()
        self._opening = ThreadPoolExecutor(2, thread_name_prefix="cuxfilter-start")
        self._thread = PollingThread("cuxfilter sessions", CHECK_SECONDS, self.close_outdated)

    def open_session(self, person: Principal, exploration: Exploration) -> CuxfilterSession:
        """Open an exploration with cuxfilter, in the place of any other session of this person.

        The session is returned before its process is ready.

        Raises:
            CuxfilterUnavailableError: cuxfilter isn't set up, all sessions are in use, or this isn't a person
                but a program or a guest.
            UnknownDatasetError, PreparingError: as raised by the gateway.
            TooManyRowsError, IncompatibleRequestError: as raised by ``build_payload``.
        """
        settings = get_settings()
        if settings.cuxfilter_python is None:
            raise CuxfilterUnavailableError(
                "cuxfilter isn't available: DATAXCHANGE_CUXFILTER_PYTHON is not set."
            )
        if person.kind is not PrincipalKind.PERSON:
            raise CuxfilterUnavailableError(
                "Only a signed-in person can open cuxfilter, not an API token or a guest."
            )
        visible = self._gateway.open_version(person, exploration.dataset, exploration.version)
        engine = partial(self._engines.get_engine, exploration.dataset, exploration.version)
        ranked = self._ranker.rank_views(exploration, visible)
        payload = build_payload(ranked, visible, engine, settings.cuxfilter_rows)
        key, folder = secrets.token_urlsafe(16), Path(mkdtemp(prefix="dataxchange-"))
        process = WorkerProcess(
            settings.cuxfilter_python, "dashboard", str(folder / "socket"), f"{URL_PREFIX}/{key}/frame"
        )
        title = visible.description.name
        session = CuxfilterSession(
            key, person.id, person.key, visible.access.rights_key, title, payload, process, folder, Future()
        )
        self._register(session, settings.cuxfilter_processes)
        self._opening.submit(_start_dashboard, session)
        return session

    def find_session(self, person: Principal, key: str) -> CuxfilterSession:
        """Return a person's own session.

        Raises:
            UnknownCuxfilterSessionError: there is none with this key, or it belongs to somebody else.
        """
        session = self._sessions.get(key)
        if session is None or session.session_key != person.key:
            raise UnknownCuxfilterSessionError
        return session

    def get_session(self, key: str) -> CuxfilterSession | None:
        """Return the session with this key, whoever owns it."""
        return self._sessions.get(key)

    def close_session(self, person: Principal, key: str) -> Exploration:
        """Close a person's own session; return the exploration as they filtered it there.

        Raises:
            UnknownCuxfilterSessionError: there is none.
            WorkerError: the process could not start, or has ended by itself.
        """
        session = self.find_session(person, key)
        self._sessions.pop(key, None)
        return session.finish_exploration()

    def close_all(self) -> None:
        """Close all sessions."""
        with self._lock:
            closed, self._sessions = self._sessions, {}
            self._thread.stop()
        for session in closed.values():
            session.end_process()

    @contextmanager
    def closing_all(self) -> Iterator[None]:
        """Close all sessions at the end of the block, however it ends."""
        try:
            yield
        finally:
            self.close_all()

    def close_outdated(self) -> None:
        """Close the sessions of people who have signed out, or whose rights have changed."""
        for key, session in list(self._sessions.items()):
            if not self._is_valid(session) and self._sessions.pop(key, None) is not None:
                session.end_process()

    def _register(self, session: CuxfilterSession, most: int) -> None:
        with self._lock:
            former = [key for key, other in self._sessions.items() if other.owner == session.owner]
            for key in former:
                self._sessions.pop(key).end_process()
            if len(self._sessions) >= most:
                session.end_process()
                raise CuxfilterUnavailableError("All cuxfilter sessions are in use. Try again later.")
            self._sessions[session.key] = session
            self._thread.start()

    def _is_valid(self, session: CuxfilterSession) -> bool:
        person = sessions.get_principal(session.session_key)
        if person is None:
            return False
        try:
            shown = session.payload.exploration
            return (
                self._gateway.open_version(person, shown.dataset, shown.version).access.rights_key
                == session.rights_key
            )
        except UnknownDatasetError:
            return False
        except PreparingError:
            return True


def _start_dashboard(session: CuxfilterSession) -> None:
    """Start the process, and send it the payload."""
    drawn = {"views": session.payload.views, "filters": session.payload.brushes, "title": session.title}
    try:
        session.process.send_request("open", pa.table(session.payload.columns), **drawn)
        session.ready.set_result(None)
    except Exception as error:
        session.ready.set_exception(error)
