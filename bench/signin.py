"""What signing in and being known cost, beside an app of Flask-Login with werkzeug's scrypt."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask_login import LoginManager, UserMixin, current_user, login_user
from werkzeug.security import check_password_hash, generate_password_hash

import config
from accounts import cookies, sessions, users
from accounts.sessions import Browser
from bench.report import print_table
from config import Settings
from db import engine
from db.preparation import prepare_database
from db.tables import Role

SIGNIN_COUNT, REQUEST_COUNT, ROUND_COUNT = 20, 2000, 5
NAME, PASSWORD = "ada", "correct horse battery"
LOCAL_BROWSER = Browser("192.0.2.1", "a browser")


def main() -> None:
    print(
        f"\nargon2-cffi {version('argon2-cffi')}, flask-login {version('flask-login')}, "
        f"werkzeug {version('werkzeug')}, PyJWT {version('PyJWT')}, psycopg {version('psycopg')}"
    )
    with tempfile.TemporaryDirectory() as folder:
        rows = [_measure_database("SQLite", Settings(data=Path(folder), database_url=""))]
        url = os.environ.get("BENCH_POSTGRESQL")
        if url:
            rows.append(
                _measure_database("PostgreSQL", Settings(data=Path(folder) / "other", database_url=url))
            )
        else:
            print("PostgreSQL is not measured: BENCH_POSTGRESQL names no empty database")
    print_table(
        f"## Signing in: best of {ROUND_COUNT} rounds of {SIGNIN_COUNT} sign-ins "
        f"and {REQUEST_COUNT:,} requests, CPU time",
        [
            "",
            "sign-ins a second and core",
            "peer's",
            "times the peer's",
            "known in, µs",
            "peer's",
            "times the peer's",
        ],
        rows,
    )


def _measure_database(name: str, settings: Settings) -> list[str | float]:
    with _use_database(settings):
        id_ = users.create_user(NAME, PASSWORD, Role.ANALYST).id
        ours, theirs = _make_own_pair(), _make_peer_pair(settings.database_address, id_)
        (sign_in, known), (their_sign_in, their_known) = ours, theirs
        logins = [1 / _time_best_round(act, SIGNIN_COUNT) for act in (sign_in, their_sign_in)]
        micros = [1e6 * _time_best_round(act, REQUEST_COUNT) for act in (known, their_known)]
    return [name, *logins, logins[0] / logins[1], *micros, micros[0] / micros[1]]


@contextmanager
def _use_database(settings: Settings) -> Iterator[None]:
    before = config.override_settings(settings)
    prepare_database()
    yield
    engine.get_engine_for_url(settings.database_address).dispose()
    config.override_settings(before)


SigninPair = tuple[Callable[[], object], Callable[[], object]]
"""What signs in, and what tells who asks."""


def _make_own_pair() -> SigninPair:
    server = Flask("ours")
    cookies.install_cookies(server)
    given = sessions.start_session(_authenticate_user().id, "password", LOCAL_BROWSER)
    header = {"Cookie": f"dx-access={given.access}; dx-refresh={given.refresh}"}

    def sign_in() -> None:
        sessions.start_session(_authenticate_user().id, "password", LOCAL_BROWSER)

    return sign_in, lambda: _require_known_user(server, header)


def _authenticate_user() -> users.Principal:
    person = users.authenticate_user(NAME, PASSWORD)
    if person is None:
        raise RuntimeError("the right password did not open")
    return person


class _PeerUser(UserMixin):  # type: ignore[misc]
    def __init__(self, id_: int, password_hash: str) -> None:
        self.id, self.password_hash = id_, password_hash


def _make_peer_pair(address: str, id_: int) -> SigninPair:
    """Signed cookies, a query of the person by request, and the hash that werkzeug makes by default."""
    server, database = Flask("peer"), engine.get_engine_for_url(address)
    server.secret_key = os.urandom(32)
    manager = LoginManager(server)
    made = generate_password_hash(PASSWORD)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load_user(key: str) -> _PeerUser:
        with database.connect() as work:
            found = work.execute(sa.text("SELECT id, name FROM users WHERE id = :id"), {"id": int(key)}).one()
        return _PeerUser(found[0], made)

    def sign_in() -> str:
        with server.test_request_context() as context:
            person = load_user(str(id_))
            if not (check_password_hash(person.password_hash, PASSWORD) and login_user(person)):
                raise RuntimeError("the right password did not open")
            answer = server.response_class()
            server.session_interface.save_session(server, context.session, answer)
        return answer.headers["Set-Cookie"].partition(";")[0]

    header = {"Cookie": sign_in()}
    return sign_in, lambda: _require_known_user(server, header)


def _require_known_user(server: Flask, header: dict[str, str]) -> None:
    with server.test_request_context(headers=header):
        if not current_user.is_authenticated:
            raise RuntimeError("the session was not known")


def _time_best_round(act: Callable[[], object], times: int) -> float:
    """Seconds on the CPU, of all threads, that one takes in the best round."""
    act()
    found = []
    for _ in range(ROUND_COUNT):
        began = time.process_time()
        for _ in range(times):
            act()
        found.append((time.process_time() - began) / times)
    return min(found)


if __name__ == "__main__":
    main()
