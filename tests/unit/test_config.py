"""Settings: defaults, names, and what a wrong one says."""

from datetime import timedelta
from pathlib import Path

import pytest

import config
from config import BadSettingError, Settings, get_env_variable


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for field in Settings.model_fields:
        monkeypatch.delenv(get_env_variable(field), raising=False)
    before = config.override_settings(None)
    yield
    config.override_settings(before)


def test_defaults_need_no_environment():
    assert config.get_settings().data == Path("var").absolute()
    assert config.get_settings().database_address == f"sqlite:///{Path('var').absolute()}/dataxchange.sqlite"


def test_variables_are_read_by_their_names(monkeypatch):
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("DATAXCHANGE_CUBE_MEMORY", "64MiB")
    monkeypatch.setenv("DATAXCHANGE_SESSION_LIFETIME", "PT30M")
    read = config.get_settings()
    assert (read.port, read.cube_memory, read.session_lifetime) == (9000, 64 * 2**20, timedelta(minutes=30))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_postgresql_addresses_get_our_driver(scheme):
    assert Settings(database_url=f"{scheme}://me@db/dx").database_address == "postgresql+psycopg://me@db/dx"


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "many"), ("PORT", "70000"), ("DATAXCHANGE_THREADS", "0"), ("DATAXCHANGE_CODE_MEMORY", "much")],
)
def test_a_wrong_value_is_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettingError, match=f"{name}: .*{value}"):
        config.get_settings()


def test_an_unknown_variable_is_named(monkeypatch):
    monkeypatch.setenv("DATAXCHANGE_PROT", "1")
    with pytest.raises(BadSettingError, match="DATAXCHANGE_PROT is not a setting"):
        config.get_settings()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://localhost:80"),
        ("0.0.0.0", "http://localhost:80"),
        ("::1", "http://localhost:80"),
        ("192.0.2.1", "http://192.0.2.1:80"),
        ("2001:db8::1", "http://[2001:db8::1]:80"),
    ],
)
def test_the_address_opens_in_a_browser(host, address):
    assert Settings(host=host).local_url(80) == address


MAIL_VARIABLES = {
    "DATAXCHANGE_MAIL_FROM": "dx@example.org",
    "DATAXCHANGE_PUBLIC_URL": "https://data.example.org/",
}


def test_mail_needs_all_three(monkeypatch):
    monkeypatch.setenv("DATAXCHANGE_SMTP_URL", "smtp://me:hidden@mail.example.org:587")
    with pytest.raises(BadSettingError, match="DATAXCHANGE_SMTP_URL needs DATAXCHANGE_MAIL_FROM") as told:
        config.get_settings()
    assert "hidden" not in str(told.value)
    for name, value in MAIL_VARIABLES.items():
        monkeypatch.setenv(name, value)
    assert config.get_settings().public_url == "https://data.example.org"
    assert "hidden" not in repr(config.get_settings())


@pytest.mark.parametrize(
    "url", ["http://me:hidden@mail", "smtp://", "smtp://me:hidden@mail?tls=maybe", "hidden"]
)
def test_a_wrong_mail_server_is_named_but_not_shown(monkeypatch, url):
    monkeypatch.setenv("DATAXCHANGE_SMTP_URL", url)
    with pytest.raises(BadSettingError, match=r"DATAXCHANGE_SMTP_URL: not a valid SMTP URL") as told:
        config.get_settings()
    assert "hidden" not in str(told.value)


@pytest.mark.parametrize("url", ["data.example.org", "ftp://data.example.org", "https://data.example.org/dx"])
def test_a_wrong_public_address_is_named(monkeypatch, url):
    monkeypatch.setenv("DATAXCHANGE_PUBLIC_URL", url)
    with pytest.raises(BadSettingError, match=r"DATAXCHANGE_PUBLIC_URL: not a valid URL"):
        config.get_settings()


def test_settings_in_effect_say_where_they_come_from_and_no_secret(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://dx:hunter2@db/dx")
    monkeypatch.setenv("DATAXCHANGE_MASTER_KEY", "hunter2" * 9)
    monkeypatch.setenv("DATAXCHANGE_STEP_UP", "PT5M")
    before = config.override_settings(None)
    found = {each.variable: each for each in config.list_effective_settings()}
    config.override_settings(before)
    assert "hunter2" not in str(found)
    assert found["DATABASE_URL"].value == found["DATAXCHANGE_MASTER_KEY"].value == "set"
    step_up, memory = found["DATAXCHANGE_STEP_UP"], found["DATAXCHANGE_CUBE_MEMORY"]
    assert (step_up.value, step_up.default, step_up.is_set) == ("PT5M", "PT10M", True)
    assert (memory.value, memory.is_set) == ("256.0MiB", False)


@pytest.mark.parametrize("url", ["http://id.example.org", "id.example.org", "ftp://id.example.org"])
def test_a_provider_without_https_is_refused(monkeypatch, url):
    monkeypatch.setenv("DATAXCHANGE_OIDC_ISSUER", url)
    with pytest.raises(BadSettingError, match=r"DATAXCHANGE_OIDC_ISSUER: not a valid URL"):
        config.get_settings()


def test_a_provider_needs_the_name_it_calls_us_by(monkeypatch):
    monkeypatch.setenv("DATAXCHANGE_OIDC_ISSUER", "https://id.example.org")
    with pytest.raises(BadSettingError, match="DATAXCHANGE_OIDC_ISSUER needs DATAXCHANGE_OIDC_CLIENT_ID"):
        config.get_settings()
