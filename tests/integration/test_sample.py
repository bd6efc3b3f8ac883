"""The sample, and larger sets made of it."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from accounts import users
from datasets import catalogue
from datasets.access.gateway import list_visible_datasets
from datasets.catalogue import UnknownDatasetError
from datasets.commands import main
from datasets.explorations.suggest import suggest_exploration
from datasets.ingest import resample as resampling
from datasets.ingest import sample
from datasets.ingest.resample import HALF_YEAR, format_row_count
from db.engine import transaction
from db.tables import Role, Share

AIRPORTS_CSV = """iata,name,city,state,country,latitude,longitude
ATL,Hartsfield,Atlanta,GA,USA,33.64,-84.43
SPN,Saipan,Saipan,NA,USA,15.1,145.7
"""
PAIRS_QUERY = """
SELECT count(*), avg(drawn.delay - base.delay), stddev(drawn.delay - base.delay),
    count(DISTINCT epoch_us(drawn.date) - epoch_us(base.date))
FROM drawn JOIN base ON (epoch_us(drawn.date) - epoch_us(base.date)) % $half_year = 0
WHERE drawn.distance = base.distance AND drawn.weekday = base.weekday AND drawn.hour = base.hour
    AND drawn.state IS NOT DISTINCT FROM base.state AND drawn.longitude = base.longitude
    AND drawn.origin = base.origin
"""


@pytest.fixture
def small_sample(settings, tmp_path, monkeypatch):
    """A package of 3,000 flights from two airports."""
    minutes = np.arange(3000) * 60
    date = np.datetime64("2001-01-01T00:01", "us") + minutes.astype("timedelta64[m]")
    flights = {
        "date": date,
        "delay": np.arange(3000) % 50 - 10,
        "distance": np.arange(3000) % 700 + 20,
        "origin": pa.array(["ATL", "SPN", "ATL"] * 1000, pa.large_string()),
        "destination": pa.array(["SPN", "ATL", "SPN"] * 1000, pa.large_string()),
    }
    pq.write_table(pa.table(flights), tmp_path / "flights-3m.parquet")
    (tmp_path / "airports.csv").write_text(AIRPORTS_CSV)
    monkeypatch.setattr(sample, "SOURCE_FOLDER", tmp_path)
    return tmp_path


def read_stored_table(slug):
    return pa.concat_tables(
        catalogue.open_store(slug, catalogue.get_description(slug).version).read_imported_files()
    )


def test_flights_are_joined_with_their_origin(small_sample):
    assert main(["sample"]) == 0
    description = catalogue.get_description("flights")
    kinds = {column.name: column.profile.kind for column in description.columns}
    assert list(kinds) == list(sample.LABELS)
    assert [name for name, kind in kinds.items() if kind == "category"] == [
        "weekday", "origin", "destination", "state",
    ]  # fmt: skip
    assert kinds["date"] == "time"
    assert description.get_column("weekday").profile.ordered
    assert description.get_column("delay").label == "Delay (min)"
    with duckdb.connect() as database:
        rows = database.from_arrow(read_stored_table("flights"))
        wrong = rows.filter(
            "hour != hour(date) OR weekday != strftime(date, '%a') OR (state IS NULL) != (origin = 'SPN') "
            "OR (latitude = 33.64) != (origin = 'ATL')"
        )
        assert wrong.fetchall() == []
        flights = database.read_parquet(str(small_sample / "flights-3m.parquet"))
        columns = "date, delay, distance, origin, destination"
        assert rows.project(columns).except_(flights).fetchall() == []
        assert rows.aggregate("count(*)").fetchall() == [(3000,)]


def test_a_prepared_sample_is_not_made_again(small_sample, monkeypatch):
    assert main(["sample"]) == 0
    monkeypatch.setattr(sample, "publish_version", None)
    assert main(["sample"]) == 0


def test_a_missing_package_is_named(small_sample, capsys):
    (small_sample / "airports.csv").unlink()
    assert main(["sample"]) == 1
    assert "airports.csv is missing: install the npm packages first (npm ci)" in capsys.readouterr().err


def resample_flights(rows, seed=1):
    assert main(["resample", "--rows", str(rows), "--seed", str(seed)]) == 0
    slug = f"flights-{format_row_count(rows)}"
    description = catalogue.get_description(slug)
    return description, read_stored_table(slug)


def test_resampled_rows_are_rows_of_the_sample(small_sample, monkeypatch):
    monkeypatch.setattr(resampling, "BUCKET_ROWS", 4000)
    description, table = resample_flights(10_000)
    assert (description.slug, description.name) == ("flights-10k", "Flights, 10,000 resampled")
    assert description.rows == table.num_rows == 10_000
    with duckdb.connect() as database:
        database.register("base", read_stored_table("flights"))
        database.register("drawn", table)
        count, mean, spread, shifts = database.execute(PAIRS_QUERY, {"half_year": HALF_YEAR}).fetchall()[0]
    assert count == 10_000
    assert abs(mean) < 0.2
    assert 2.8 < spread < 3.2
    assert shifts == 20
    assert description.get_column("weekday").profile.ordered
    assert description.get_column("delay").label == "Delay (min)"
    assert [view.id for view in suggest_exploration(description).views][:3] == ["rows", "date", "delay"]


def test_the_seed_decides_and_a_shorter_set_is_the_beginning_of_a_longer(small_sample, monkeypatch):
    monkeypatch.setattr(resampling, "BUCKET_ROWS", 4000)
    _, long = resample_flights(10_000)
    _, short_ = resample_flights(5000)
    _, other = resample_flights(5000, seed=2)
    assert short_.to_pylist() == long.slice(0, 5000).to_pylist()
    assert not other.equals(short_)


@pytest.mark.parametrize("rows", ["0", "-5"])
def test_no_rows_are_refused(settings, capsys, rows):
    assert main(["resample", "--rows", rows]) == 1
    assert "rows must be at least 1" in capsys.readouterr().err
    with pytest.raises(UnknownDatasetError):
        catalogue.get_description("flights")


def test_short_numbers():
    assert [format_row_count(n) for n in (100_000_000, 1_500_000, 2_000_000_000, 12)] == [
        "100m",
        "1500k",
        "2b",
        "12",
    ]


def test_the_sample_is_everyones_until_somebody_takes_it_away(small_sample):
    viewer = users.create_user("vera", "correct horse battery", Role.VIEWER)
    assert main(["sample"]) == 0
    assert [entry.slug for entry in list_visible_datasets(viewer)] == ["flights"]
    with transaction() as work:
        work.execute(sa.delete(Share))
    assert main(["sample"]) == 0
    assert list_visible_datasets(viewer) == []
