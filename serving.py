"""The socket that is served, with TLS or without, and what the process says on standard error."""

from __future__ import annotations

import logging
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog
import uvicorn
from cryptography import x509
from starlette.types import ASGIApp

from config import Settings
from db.keys.files import ExposedSecretError, require_private
from patience import PatientProtocol

GRACE = 5
"""Seconds that requests under way get when the service is told to stop."""
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL"
"""Of TLS 1.2: with forward secrecy and authenticated encryption only; TLS 1.3 has no others."""


@contextmanager
def listen(settings: Settings) -> Iterator[list[socket.socket]]:
    """The sockets to serve; of this machine alone both of its own, as browsers take either for `localhost`.

    Raises:
        SystemExit: the address is taken or not of this machine; says which.
    """
    with ExitStack() as opened:
        listeners = [opened.enter_context(_listener(settings.host, settings.port))]
        port = listeners[0].getsockname()[1]
        if settings.loopback and (other := _other_loopback(listeners[0])):
            listeners.append(opened.enter_context(_listener(other, port)))
        yield listeners


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise SystemExit(f"Can't listen on {host}, port {port}: {error.strerror}.") from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else every small answer takes 40 ms
    return listener


def _other_loopback(first: socket.socket) -> str | None:
    """This machine's address in the other family, if it has one."""
    host, family = ("127.0.0.1", socket.AF_INET)
    if first.family == socket.AF_INET:
        host, family = ("::1", socket.AF_INET6)
    try:
        with socket.socket(family) as probe:
            probe.bind((host, 0))
    except OSError:
        return None
    return host


def serve(application: ASGIApp, listeners: list[socket.socket], settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl+C; SIGHUP reads the certificate anew.

    Raises:
        SystemExit: the certificate or its key can't be used; says why.
    """
    context = tls(settings)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn stops first, then raises the signal again
    if context is not None:
        signal.signal(signal.SIGHUP, _reloading(context, settings))
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            http=PatientProtocol,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
            limit_concurrency=settings.connections + 1,  # uvicorn counts the one that is too many
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies.split(","),
            ssl_context_factory=None if context is None else lambda *_: context,
        )
    )
    with suppress(KeyboardInterrupt):
        server.run(sockets=listeners)


def tls(settings: Settings) -> ssl.SSLContext | None:
    """What TLS is spoken with, by the certificate in the settings; None without one.

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
    _load(context, certificate, key)
    return context


def _load(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
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


def _reloading(context: ssl.SSLContext, settings: Settings) -> Callable[..., None]:
    """What takes a renewed certificate for connections to come; a broken one leaves the old one in use."""
    log = structlog.get_logger(__name__)

    def reload(*_: object) -> None:
        certificate, key = settings.tls_certificate, settings.tls_key
        try:
            if certificate and key:
                _load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), certificate, key)
                _load(context, certificate, key)
        except SystemExit as error:
            log.warning("the new certificate can't be used; the old one stays", reason=str(error))

    return reload


def log_to_stderr(level: str) -> None:
    """One line an event, as JSON unless a person reads along at a terminal; the libraries' events too."""
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
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
