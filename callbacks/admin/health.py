"""The callbacks of the Health page: the current state of each part of the service."""

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
from components.blocks import fact_list, item_list, titled_section
from components.controls import Formatted
from config import get_settings
from datasets import admin_listing
from datasets.cubes.cache import CubeCache
from datasets.cubes.engine_pool import EnginePool
from db import status
from db.engine import is_certificate_unchecked
from db.keys import key_ring
from db.keys.master import describe_source
from db.schema import UnusableDatabaseError
from db.tables import KeyPurpose
from gpu.registry import EngineInfo
from realtime.feeds import queries
from realtime.live import sessions as live_sessions
from realtime.service import Realtime

PACKAGES = ("dash", "Flask", "uvicorn", "SQLAlchemy", "numba", "numpy", "pyarrow", "duckdb", "cryptography")


def register_callbacks() -> None:
    """Register the callback of the page; it runs when the page opens and on Refresh."""
    callback(Output(ids.HEALTH, "children"), Input(ids.REFRESH_HEALTH, "n_clicks"))(render_health)


@requires(Permission.ADMINISTER)
def render_health(_clicks: int | None) -> list[Component]:
    """Return a section for each part of the service."""
    engines, cubes = current_app.extensions["engines"], current_app.extensions["cubes"]
    return [
        titled_section("Engine", _engine()),
        titled_section("Memory", *_memory(engines, cubes)),
        titled_section("Database", _database()),
        titled_section("Keys", _keys()),
        titled_section("Encryption of datasets", _encryption()),
        titled_section("Connection", _connection()),
        titled_section("Live sessions and feeds", _live(current_app.extensions["realtime"])),
        titled_section("Disk", _disk()),
        titled_section("Versions", _versions()),
    ]


def _engine() -> Component:
    choice: EngineInfo = current_app.extensions["engine_info"]
    words = f"{choice.hardware}, {get_settings().request_threads} requests at a time"
    trouble = [("Problem", _warning_text(choice.get_trouble()))] if choice.get_trouble() else []
    return fact_list(("Engine", choice.active_name), ("Reason", choice.reason), ("Runs on", words), *trouble)


def _memory(engines: EnginePool, cubes: CubeCache) -> list[Component]:
    held = engines.list_usage()
    known = fact_list(
        (
            "Codes",
            _part_of_total(
                sum(each.nbytes for each in held), current_app.extensions["engine_info"].code_bytes
            ),
        ),
        ("Cubes", _part_of_total(cubes.nbytes, get_settings().cube_memory)),
        ("Cached cubes", Formatted(cubes.cube_count, "number")),
    )
    each_ = [html.Li([f"{each.slug} ({each.version[:8]})", Formatted(each.nbytes, "bytes")]) for each in held]
    return [known, item_list(each_, "No dataset has been opened since the start.")]


def _database() -> Component:
    try:
        found = status.inspect_database()
    except (SQLAlchemyError, UnusableDatabaseError) as error:
        return html.P(f"The database doesn't respond: {error}", className="dx-danger", role="alert")
    distant = [("Certificate", _warning_text("Not checked: add ?sslmode=verify-full"))]
    newest = (
        "the newest"
        if found.current_migration == found.newest_migration
        else f"{found.newest_migration} is the newest"
    )
    return fact_list(
        ("Type", f"{found.kind} {found.version}"),
        ("Latency", Formatted(found.latency_ms, "milliseconds")),
        ("Schema", f"{found.current_migration}, {newest}"),
        *(distant if is_certificate_unchecked(get_settings().database_address) else []),
    )


def _keys() -> Component:
    current = {purpose: key_ring.get_current_key(purpose) for purpose in (KeyPurpose.SIGN, KeyPurpose.SEAL)}
    return fact_list(
        ("Signs sessions", html.Code(current[KeyPurpose.SIGN].id)),
        ("Encrypts fields", html.Code(current[KeyPurpose.SEAL].id)),
        ("Master key from", describe_source()),
    )


def _encryption() -> Component:
    plain = admin_listing.count_unencrypted_versions()
    on = get_settings().encryption == "on"
    return fact_list(
        ("New files", "Encrypted" if on else _warning_text("Not encrypted: DATAXCHANGE_ENCRYPTION is off")),
        (
            "Unencrypted versions",
            Formatted(plain, "number") if not plain else _warning_text(f"{plain:,} on disk"),
        ),
    )


def _connection() -> Component:
    own = get_settings()
    return fact_list(
        ("This request", "HTTPS" if request.is_secure else "HTTP"),
        ("Built-in TLS", "On" if own.tls_certificate else "Off"),
        (
            "Secure cookies",
            "On"
            if own.is_https
            else _warning_text("Off. Not encrypted: others on the network can read traffic"),
        ),
        ("Trusted proxies", own.trusted_proxies or "None"),
        ("Listens on", f"{own.host}, port {own.port}"),
        ("Public address", own.public_url or "Not set"),
    )


def _live(realtime: Realtime) -> Component:
    how = realtime.status
    ours = how.socket_count is not None
    said = {
        None: "Not used since the start",
        True: "Connected",
        False: _warning_text("Not connected"),
    }
    return fact_list(
        ("Message broker", "Built in" if ours else "Ably"),
        ("Broker connection", said[how.is_connected]),
        (
            "WebSockets",
            Formatted(how.socket_count, "number") if how.socket_count is not None else "Managed by Ably",
        ),
        ("Live sessions", Formatted(len(live_sessions.list_running()), "number")),
        ("Running feeds", Formatted(len(queries.list_running()), "number")),
    )


def _warning_text(words: str) -> Component:
    return html.Span(words, className="dx-danger")


def _disk() -> Component:
    usage = shutil.disk_usage(get_settings().data)
    return fact_list(
        ("Data folder", html.Code(str(get_settings().data))),
        ("Free", _part_of_total(usage.free, usage.total)),
    )


def _versions() -> Component:
    packages: list[tuple[str, Any]] = [(name, version(name)) for name in PACKAGES]
    return fact_list(
        ("Python", platform.python_version()), ("System", platform.platform(terse=True)), *packages
    )


def _part_of_total(part: int, total: int) -> Component:
    return html.Span([Formatted(part, "bytes"), " of ", Formatted(int(total), "bytes")])
