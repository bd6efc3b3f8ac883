"""The Health page: engine, memory, database, keys, connection, what is live, disk, versions: as of now."""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import version
from typing import Any

from dash import Input, Output, callback, html
from dash.development.base_component import Component
from flask import current_app, request
from sqlalchemy.exc import SQLAlchemyError

from accounts.guard import requires
from accounts.permissions import Permission
from components.admin import ids
from components.confirm_dialog import lines, section
from components.controls import Formatted, facts
from config import settings
from datasets import admin_listing
from datasets.cubes.cache import CubeCache
from datasets.cubes.engine_pool import Engines
from db import status
from db.engine import is_unproven
from db.keys import key_ring
from db.keys.master import source
from db.schema import UnusableDatabaseError
from db.tables import KeyPurpose
from gpu.registry import Choice
from realtime.feeds import queries
from realtime.live import sessions as live_sessions
from realtime.service import Realtime

PACKAGES = ("dash", "Flask", "uvicorn", "SQLAlchemy", "numba", "numpy", "pyarrow", "duckdb", "cryptography")


def register() -> None:
    """Wire the page; it looks when it opens, and again when asked."""
    callback(Output(ids.HEALTH, "children"), Input(ids.LOOK_AGAIN, "n_clicks"))(look)


@requires(Permission.ADMINISTER)
def look(_clicks: int | None) -> list[Component]:
    """A section for each part of the service."""
    engines, cubes = current_app.extensions["engines"], current_app.extensions["cubes"]
    return [
        section("Engine", _engine()),
        section("Memory", *_memory(engines, cubes)),
        section("Database", _database()),
        section("Keys", _keys()),
        section("Encryption of datasets", _encryption()),
        section("Connection", _connection()),
        section("Live", _live(current_app.extensions["realtime"])),
        section("Disk", _disk()),
        section("Versions", _versions()),
    ]


def _engine() -> Component:
    choice: Choice = current_app.extensions["choice"]
    words = f"{choice.runs_on}, {settings().request_threads} requests at a time"
    trouble = [("Trouble", _alarm(choice.trouble()))] if choice.trouble() else []
    return facts(("Engine", choice.name), ("Chosen because", choice.why), ("Runs on", words), *trouble)


def _memory(engines: Engines, cubes: CubeCache) -> list[Component]:
    held = engines.resident()
    known = facts(
        ("Codes", _of(sum(each.nbytes for each in held), current_app.extensions["choice"].codes)),
        ("Cubes", _of(cubes.nbytes, settings().cube_memory)),
        ("Cubes kept", Formatted(cubes.kept, "number")),
    )
    each_ = [html.Li([f"{each.slug} ({each.version[:8]})", Formatted(each.nbytes, "bytes")]) for each in held]
    return [known, lines(each_, "No dataset has been opened since the start.")]


def _database() -> Component:
    try:
        found = status.look()
    except (SQLAlchemyError, UnusableDatabaseError) as error:
        return html.P(f"It does not answer: {error}", className="dx-danger", role="alert")
    distant = [("Its certificate", _alarm("Not checked: add ?sslmode=verify-full"))]
    newest = "the newest" if found.schema == found.newest else f"{found.newest} is the newest"
    return facts(
        ("Kind", f"{found.kind} {found.version}"),
        ("Answers in", Formatted(found.latency, "milliseconds")),
        ("Schema", f"{found.schema}, {newest}"),
        *(distant if is_unproven(settings().database) else []),
    )


def _keys() -> Component:
    current = {purpose: key_ring.current(purpose) for purpose in (KeyPurpose.SIGN, KeyPurpose.SEAL)}
    return facts(
        ("Signs sessions", html.Code(current[KeyPurpose.SIGN].id)),
        ("Seals fields", html.Code(current[KeyPurpose.SEAL].id)),
        ("Master key from", source()),
    )


def _encryption() -> Component:
    plain = admin_listing.plain()
    on = settings().encryption == "on"
    return facts(
        ("New files", "Encrypted" if on else _alarm("Plain: DATAXCHANGE_ENCRYPTION is off")),
        ("Plain versions", Formatted(plain, "number") if not plain else _alarm(f"{plain:,} on disk")),
    )


def _connection() -> Component:
    own = settings()
    return facts(
        ("This request", "HTTPS" if request.is_secure else "HTTP"),
        ("TLS by itself", "On" if own.tls_certificate else "Off"),
        ("Secure cookies", "On" if own.https else _alarm("Off: anybody on the way can read what is sent")),
        ("Trusted proxies", own.trusted_proxies or "None"),
        ("Listens on", f"{own.host}, port {own.port}"),
        ("Public address", own.public_url or "Not set"),
    )


def _live(realtime: Realtime) -> Component:
    how = realtime.standing
    ours = how.sockets is not None
    said = {None: "Nothing was live since the start", True: "Connected", False: _alarm("Not connected")}
    return facts(
        ("Messages go through", "the broker of this service" if ours else "Ably's cloud"),
        ("The service itself", said[how.connected]),
        ("Sockets", Formatted(how.sockets, "number") if how.sockets is not None else "Ably knows"),
        ("Live sessions", Formatted(len(live_sessions.running()), "number")),
        ("Feeds that run", Formatted(len(queries.running()), "number")),
    )


def _alarm(words: str) -> Component:
    return html.Span(words, className="dx-danger")


def _disk() -> Component:
    usage = shutil.disk_usage(settings().data)
    return facts(("Data folder", html.Code(str(settings().data))), ("Free", _of(usage.free, usage.total)))


def _versions() -> Component:
    packages: list[tuple[str, Any]] = [(name, version(name)) for name in PACKAGES]
    return facts(("Python", platform.python_version()), ("System", platform.platform(terse=True)), *packages)


def _of(part: int, whole: int) -> Component:
    return html.Span([Formatted(part, "bytes"), " of ", Formatted(int(whole), "bytes")])
