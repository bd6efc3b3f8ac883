"""The same accounts and catalogue over a real PostgreSQL."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from accounts import first_run, one_time_links, sessions, users
from accounts.sessions import Browser
from config import Settings
from datasets import catalogue
from datasets.catalogue import UnknownDatasetError
from db import engine, schema
from db.engine import transaction
from db.keys import key_ring
from db.preparation import prepare_database
from db.tables import Dataset, DatasetVersion, Role, User
from tests.conftest import temporary_settings


@pytest.fixture
def postgresql_settings(postgresql_url, tmp_path):
    settings = Settings(data=tmp_path, database_url=postgresql_url)
    with temporary_settings(settings):
        schema.upgrade_schema()
        key_ring.ensure_keys()
        yield settings


def test_a_first_start_creates_the_data_folder(postgresql_url, tmp_path):
    data = tmp_path / "srv" / "data"
    with temporary_settings(Settings(data=data, database_url=postgresql_url)):
        prepare_database()
        assert first_run.ensure_admin(data) == "admin"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_a_second_place_without_the_master_key_is_refused(postgresql_settings, tmp_path):
    other = postgresql_settings.model_copy(update={"data": tmp_path / "other"})
    with temporary_settings(other), pytest.raises(SystemExit, match="The master key is missing"):
        prepare_database()
    assert list((tmp_path / "other").iterdir()) == []


def test_it_is_postgresql(postgresql_settings):
    assert engine.get_engine().dialect.name == "postgresql"


def test_the_first_admin_and_a_link(postgresql_settings):
    first_run.ensure_admin(postgresql_settings.data)
    token = one_time_links.create_link_token("admin")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one_time_links.redeem_link, [token] * 4))
    assert [person.name for person in answers if person] == ["admin"]


def test_moments_come_back_in_utc(postgresql_settings):
    person = users.create_user("ada", "correct horse battery", Role.ANALYST)
    sessions.start_session(person.id, "password", Browser("127.0.0.1", "a browser"))
    with transaction() as work:
        ada = work.exec(select(User)).one()
    assert ada.signed_in.utcoffset().total_seconds() == 0
    assert ada.signed_in >= ada.created


def test_versions_need_their_dataset_and_differ(postgresql_settings):
    with transaction() as work:
        dataset = Dataset(slug="flights", name="Flights")
        work.add(dataset)
        work.flush()
        home = dataset.id

    def add_version(dataset_id, key):
        with transaction() as work:
            row = DatasetVersion(dataset_id=dataset_id, key=key, rows=3 * 10**9, folder="x", profile={"a": 1})
            work.add(row)

    add_version(home, "1")
    for dataset_id, key in [(home, "1"), (home + 1, "1")]:
        with pytest.raises(IntegrityError):
            add_version(dataset_id, key)


def test_the_app_runs_on_it(shared_app, postgresql_settings):
    users.create_user("ada", "correct horse battery", Role.ANALYST)
    browser = shared_app.server.test_client()
    assert browser.get(f"/signin/link/{one_time_links.create_link_token('ada')}").status_code == 302
    assert browser.get("/").status_code == 302


def test_names_with_a_nul_are_nobodys(shared_app, postgresql_settings):
    assert users.authenticate_user("ada\0", "correct horse battery") is None
    with pytest.raises(UnknownDatasetError):
        catalogue.get_description("flights\0")
    with pytest.raises(UnknownDatasetError):
        catalogue.get_description("flights", "\ud800")
