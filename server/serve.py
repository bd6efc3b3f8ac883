"""The listening sockets, the server with or without TLS, and logging to standard error."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from cryptography import x509
from starlette.types import ASGIApp
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from config import Settings
from db.keys.secret_files import ExposedSecretError, require_private
from server.request_limits import TimeoutProtocol

SHUTDOWN_GRACE = 5
"""Seconds that requests in progress get when the service stops."""
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL"
"""The ciphers of TLS 1.2: those with forward secrecy and authenticated encryption, like TLS 1.3."""
MAX_FRAME_BYTES = 512 * 1024
"""The maximum size of a WebSocket frame in bytes."""


class QuietWebSocketProtocol(WebSocketsSansIOProtocol):
    """A WebSocket protocol that logs neither URLs, which contain tokens, nor frames."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  (uvicorn's own)
        super().__init__(*arguments, **named)
        self.logger = self.conn.logger = logging.getLogger("sockets")
        self.conn.debug = False


@contextmanager
def open_listeners(settings: Settings) -> Iterator[list[socket.socket]]:
    """Open the sockets to serve; for a loopback address both IPv4 and IPv6: `localhost` may be either.

    Raises:
        SystemExit: the address is in use or not of this machine; says which.
    """
    with ExitStack() as opened:
        listeners = [opened.enter_context(_open_listener(settings.host, settings.port))]
        port = listeners[0].getsockname()[1]
        if settings.is_loopback and (other := _other_loopback(listeners[0])):
            listeners.append(opened.enter_context(_open_listener(other, port)))
        yield listeners


def _open_listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise SystemExit(f"Can't listen on {host}, port {port}: {error.strerror}.") from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or every small response takes 40 ms
    return listener


def _other_loopback(first: socket.socket) -> str | None:
    """Return the loopback address of the other family, if there is one."""
    host, family = ("127.0.0.1", socket.AF_INET)
    if first.family == socket.AF_INET:
        host, family = ("::1", socket.AF_INET6)
    try:
        with socket.socket(family) as probe:
            probe.bind((host, 0))
    except OSError:
        return None
    return host


def run_server(application: ASGIApp, listeners: list[socket.socket], settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl+C; SIGHUP reloads the certificate.

    Raises:
        SystemExit: the certificate or its key can't be used; says why.
    """
    context = create_tls_context(settings)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn stops first, then raises the signal again
    if context is not None:
        signal.signal(signal.SIGHUP, _certificate_reloader(context, settings))
    server = uvicorn.Server(
        _uvicorn_config(
            application,
            lifespan="on",
            timeout_graceful_shutdown=SHUTDOWN_GRACE,
            limit_concurrency=settings.connections + 1,  # uvicorn also counts the one it rejects
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies.split(","),
            ssl_context_factory=None if context is None else lambda *_: context,
        )
    )
    with suppress(KeyboardInterrupt):
        server.run(sockets=listeners)


@asynccontextmanager
async def serve_on_loopback(application: ASGIApp) -> AsyncIterator[int]:
    """Serve an application on the loopback too, without TLS, and yield the port, which is not announced."""
    with _open_listener("127.0.0.1", 0) as listener:
        server = _ServerWithoutSignals(_uvicorn_config(application, lifespan="off", proxy_headers=False))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


class _ServerWithoutSignals(uvicorn.Server):
    """A server that leaves signals to the main one."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _uvicorn_config(application: ASGIApp, **others: Any) -> uvicorn.Config:  # noqa: ANN401  (uvicorn's own)
    return uvicorn.Config(
        application,
        http=TimeoutProtocol,
        ws=QuietWebSocketProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        **others,
    )


def create_tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Return the TLS context with the certificate in the settings; None without one.

    Raises:
        SystemExit: the certificate or its key can't be used; says why.
    """
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None or key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_alpn_protocols(["http/1.1"])
    _load_certificate(context, certificate, key)
    return context


def _load_certificate(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    try:
        require_private(key)
        context.load_cert_chain(certificate, key)
        ends = x509.load_pem_x509_certificates(certificate.read_bytes())[0].not_valid_after_utc
    except ExposedSecretError as error:
        raise SystemExit(str(error)) from error
    except ssl.SSLError as error:
        reason = error.reason or str(error)
        raise SystemExit(f"Can't use {certificate} with the key {key}: {reason}") from error
    except OSError as error:
        raise SystemExit(f"Can't read the certificate or its key: {error}") from error
    if ends < datetime.now(UTC):
        raise SystemExit(f"The certificate in {certificate} ended on {ends:%Y-%m-%d}.")


def _certificate_reloader(context: ssl.SSLContext, settings: Settings) -> Callable[..., None]:
    """Return a handler that loads a renewed certificate; if that is invalid, the old one stays."""
    log = structlog.get_logger(__name__)

    def reload_certificate(*_: object) -> None:
        certificate, key = settings.tls_certificate, settings.tls_key
        try:
            if certificate and key:
                _load_certificate(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), certificate, key)
                _load_certificate(context, certificate, key)
        except SystemExit as error:
            log.warning("the new certificate can't be used; the old one stays", reason=str(error))

    return reload_certificate


def configure_logging(level: str) -> None:
    """Log one line per event, as JSON unless standard error is a terminal; also the events of libraries."""
    render = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=render))
    logging.basicConfig(level=level, handlers=[handler])
    logging.getLogger("sockets").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
