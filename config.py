"""The settings of the service. Each has a default that works on a laptop; docs/settings.md explains them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    ByteSize,
    Field,
    NonNegativeInt,
    PositiveInt,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DATAXCHANGE_"
SECRET_SETTINGS = frozenset({"database_url", "kms_command"})
"""Settings whose value may contain a password, so it must not be shown."""
Port = Annotated[NonNegativeInt, Field(le=65535)]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(BaseSettings):
    """The settings, read from ``DATAXCHANGE_<NAME>``, ``PORT``, ``DATABASE_URL`` and ``ABLY_API_KEY``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, populate_by_name=True, frozen=True, extra="forbid"
    )

    data: Path = Path("var")
    host: str = "127.0.0.1"
    port: Port = Field(default=8050, validation_alias="PORT")
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    engine: Literal["auto", "cpu", "cuda", "cuxfilter", "oracle"] = "auto"
    threads: PositiveInt = Field(default_factory=_cores)
    request_threads: PositiveInt = 32
    connections: PositiveInt = 4096
    cuxfilter_python: Path | None = None
    cuxfilter_processes: PositiveInt = 4
    cuxfilter_rows: PositiveInt = 20_000_000
    code_memory: ByteSize = Field(default=ByteSize(4 * 2**30), gt=0)
    device_memory: ByteSize = ByteSize(0)
    cube_memory: ByteSize = Field(default=ByteSize(256 * 2**20), gt=0)
    import_rows: PositiveInt = 4_000_000_000
    import_columns: PositiveInt = 1000
    import_bytes: ByteSize = Field(default=ByteSize(2**40), gt=0)
    import_block: ByteSize = Field(default=ByteSize(512 * 2**20), gt=0)
    import_text: ByteSize = Field(default=ByteSize(64 * 2**10), gt=0)
    master_key: SecretStr | None = None
    master_key_file: Path | None = None
    kms_command: str = ""
    encryption: Literal["on", "off"] = "on"
    session_lifetime: timedelta = Field(default=timedelta(hours=12), gt=timedelta(0))
    session_idle: timedelta = Field(default=timedelta(hours=4), gt=timedelta(0))
    step_up: timedelta = Field(default=timedelta(minutes=10), gt=timedelta(0))
    link_lifetime: timedelta = Field(default=timedelta(hours=1), gt=timedelta(0))
    audit_retention: timedelta = Field(default=timedelta(days=730), gt=timedelta(0))
    invitation_lifetime: timedelta = Field(default=timedelta(days=7), gt=timedelta(0))
    second_factor: Literal["optional", "admins", "everyone"] = "optional"
    public_url: str = ""
    smtp_url: SecretStr | None = None
    mail_from: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = "single sign-on"
    oidc_role: Literal["none", "viewer", "analyst", "presenter"] = "none"
    ably_api_key: SecretStr | None = Field(default=None, validation_alias="ABLY_API_KEY")
    realtime_history: timedelta = Field(default=timedelta(hours=72), gt=timedelta(0))
    realtime_room: ByteSize = Field(default=ByteSize(2**30), gt=0)
    realtime_rate: PositiveInt = 50
    secure_cookies: bool = False
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    trusted_proxies: str = ""
    live_encryption: Literal["on", "off"] = "off"
    live_deliveries: int = Field(default=60, ge=1)
    live_retention: timedelta = Field(default=timedelta(days=90), gt=timedelta(0))
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"

    @field_validator("data")
    @classmethod
    def _absolute(cls, data: Path) -> Path:
        return data.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _driver(cls, url: str) -> str:
        scheme, separator, rest = url.partition("://")
        if scheme in ("postgres", "postgresql"):
            return f"postgresql+psycopg{separator}{rest}"
        return url

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, proxies: str) -> str:
        """Check and normalize the addresses or networks, which are separated by commas."""
        parts = [part.strip() for part in proxies.split(",") if part.strip()]
        return ",".join(str(ip_network(part)) if "/" in part else str(ip_address(part)) for part in parts)

    @field_validator("ably_api_key")
    @classmethod
    def _key_of_ably(cls, key: SecretStr | None) -> SecretStr | None:
        name, colon, secret = (key.get_secret_value() if key else "app.key:secret").partition(":")
        if not (name.count(".") == 1 and colon and secret):
            raise ValueError("not a valid Ably API key; expected e.g. app.key:secret")
        return key

    @model_validator(mode="after")
    def _certificate_with_its_key(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError(
                "DATAXCHANGE_TLS_CERTIFICATE and DATAXCHANGE_TLS_KEY go together: set both or none"
            )
        return self

    @property
    def is_https(self) -> bool:
        """Return whether browsers reach the service only over HTTPS, its own or that of a proxy."""
        return self.secure_cookies or self.tls_certificate is not None

    @field_validator("public_url")
    @classmethod
    def _origin(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/")):
            raise ValueError("not a valid URL; expected e.g. https://data.example.org")
        return url.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(url.get_secret_value() if url else "smtp://host")
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.query not in ("", "tls=off"):
            raise ValueError("not a valid SMTP URL; expected e.g. smtp://user:password@host:587")
        return url

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        if self.smtp_url and not (self.mail_from and self.public_url):
            raise ValueError(f"{PREFIX}SMTP_URL needs {PREFIX}MAIL_FROM and {PREFIX}PUBLIC_URL as well")
        return self

    @field_validator("oidc_issuer")
    @classmethod
    def _provider(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("not a valid URL; expected e.g. https://id.example.org")
        return url

    @model_validator(mode="after")
    def _provider_knows_us(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError(f"{PREFIX}OIDC_ISSUER needs {PREFIX}OIDC_CLIENT_ID as well")
        return self

    @property
    def is_loopback(self) -> bool:
        """Return whether the service can be reached from this machine only."""
        return self.host in ("localhost", "127.0.0.1", "::1")

    @property
    def database_address(self) -> str:
        """Return the URL of the database: ``database_url``, or a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data / 'dataxchange.sqlite'}"

    def local_url(self, port: int) -> str:
        """Return the URL at which a browser on this machine reaches ``port``, by name if possible."""
        named = self.is_loopback or self.host in ("0.0.0.0", "::")  # noqa: S104
        host = "localhost" if named else f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls_certificate else 'http'}://{host}:{port}"


@dataclass(frozen=True)
class EffectiveSetting:
    """A setting in effect, as text; of a secret only that it is set. ``is_set``: given explicitly."""

    variable: str
    value: str
    default: str
    is_set: bool


class _Process:
    settings: Settings | None = None


class BadSettingError(SystemExit):
    """An environment variable names no setting, or has a value that is invalid for its setting."""


def get_settings() -> Settings:
    """Return the settings of this process, read from the environment at the first call.

    Raises:
        BadSettingError: a variable is wrong; the message says which one and why.
    """
    if _Process.settings is None:
        _Process.settings = _from_environment()
    return _Process.settings


def get_env_variable(field: str) -> str:
    """Return the name of the environment variable from which a field of ``Settings`` is read."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else PREFIX + field.upper()


def list_effective_settings() -> list[EffectiveSetting]:
    """Return every setting of this process, in the order of ``Settings``."""
    settings, defaults = get_settings(), Settings.model_construct()
    return [
        EffectiveSetting(
            get_env_variable(name),
            _format_value(settings, name),
            _format_value(defaults, name),
            name in settings.model_fields_set,
        )
        for name in Settings.model_fields
    ]


def _format_value(settings: Settings, name: str) -> str:
    value = settings.model_dump(include={name}, mode="json")[name]
    if value in (None, ""):
        return ""
    if name in SECRET_SETTINGS or isinstance(getattr(settings, name), SecretStr):
        return "set"
    if isinstance(getattr(settings, name), ByteSize):
        return ByteSize(value).human_readable()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _from_environment() -> Settings:
    known = {get_env_variable(field) for field in Settings.model_fields}
    for name in os.environ:
        if name.startswith(PREFIX) and name not in known:
            raise BadSettingError(f"{name} is not a setting; docs/settings.md lists them all.")
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettingError("\n".join(map(_format_error, error.errors()))) from None


def _format_error(problem: ErrorDetails) -> str:
    """Return which variable is wrong and why, without the value if that is a secret."""
    reason = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return reason
    place = str(problem["loc"][0])
    name = get_env_variable(place) if place in Settings.model_fields else place
    field = Settings.model_fields.get(place)
    secret = field is not None and field.annotation == SecretStr | None
    return f"{name}: {reason}" + ("" if secret else f": {problem['input']!r}")


def override_settings(chosen: Settings | None) -> Settings | None:
    """Replace the settings of this process (None: read the environment again); return those before."""
    before, _Process.settings = _Process.settings, chosen
    return before
