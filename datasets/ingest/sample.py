"""The sample dataset: three million US domestic flights of early 2001, from the npm package vega-datasets."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from datasets import catalogue
from datasets.description import Description
from datasets.ingest.publish import publish_version
from datasets.ingest.read_result import ProgressCallback
from datasets.ingest.shuffle import shuffle_rows
from datasets.ingest.stored_types import to_stored_type
from datasets.storage.store import Store

SAMPLE_SLUG, SAMPLE_NAME = "flights", "Flights 2001"
SOURCE_FOLDER = Path(__file__).parents[2] / "node_modules" / "vega-datasets" / "data"
SEED = 2001
RECIPE_VERSION = "1"

LABELS = {
    "date": "Date",
    "hour": "Hour of day",
    "weekday": "Weekday",
    "delay": "Delay (min)",
    "distance": "Distance (mi)",
    "origin": "Origin",
    "destination": "Destination",
    "state": "Origin state",
    "longitude": "Longitude",
    "latitude": "Latitude",
}

WEEKDAYS = pa.array(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])


class SampleMissingError(FileNotFoundError):
    """The npm package that contains the sample isn't installed."""


def prepare_sample(progress: ProgressCallback) -> Description:
    """Return the sample dataset, which is created unless it exists.

    Raises:
        SampleMissingError: vega-datasets isn't installed.
    """
    flights, airports = _source_files()
    key = hashlib.sha256(
        f"{RECIPE_VERSION} {SEED} {_hash_file(flights)} {_hash_file(airports)}".encode()
    ).hexdigest()[:16]
    if catalogue.has_version(SAMPLE_SLUG, key):
        return catalogue.get_description(SAMPLE_SLUG, key)
    return publish_version(
        SAMPLE_SLUG, SAMPLE_NAME, key, lambda store: _write_flights(flights, store, progress), progress
    )


def load_sorted_flights() -> pa.Table:
    """Return the flights of the sample in the order of their departure.

    Raises:
        SampleMissingError: vega-datasets isn't installed.
    """
    flights, places = _source_files()[0], _load_airports()
    with pq.ParquetFile(flights) as parquet:
        table = pa.Table.from_batches(_add_derived_columns(batch, places) for batch in parquet.iter_batches())
    return table.sort_by("date")


def _source_files() -> tuple[Path, Path]:
    flights, airports = SOURCE_FOLDER / "flights-3m.parquet", SOURCE_FOLDER / "airports.csv"
    for file in (flights, airports):
        if not file.is_file():
            raise SampleMissingError(f"{file} is missing: install the npm packages first (npm ci)")
    return flights, airports


def _hash_file(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _write_flights(flights: Path, store: Store, progress: ProgressCallback) -> None:
    places = _load_airports()
    with pq.ParquetFile(flights) as parquet:
        batches = (_add_derived_columns(batch, places) for batch in parquet.iter_batches())
        shuffle_rows(batches, parquet.metadata.num_rows, store, SEED, progress)


def _load_airports() -> pa.Table:
    options = arrow_csv.ConvertOptions(null_values=["NA"], strings_can_be_null=True)
    return arrow_csv.read_csv(_source_files()[1], convert_options=options)


def _add_derived_columns(flights: pa.RecordBatch, places: pa.Table) -> pa.RecordBatch:
    """Return the flights with columns that are derived from their date and their airport of departure."""
    place = places.take(pc.index_in(flights["origin"].cast(pa.string()), places["iata"]))
    columns = {
        "date": flights["date"],
        "hour": pc.hour(flights["date"]),
        "weekday": WEEKDAYS.take(pc.day_of_week(flights["date"])),
        **{name: flights[name] for name in ("delay", "distance", "origin", "destination")},
        **{name: place[name].combine_chunks() for name in ("state", "longitude", "latitude")},
    }
    fields = [
        pa.field(name, to_stored_type(values.type), metadata={"label": LABELS[name]})
        for name, values in columns.items()
    ]
    return pa.RecordBatch.from_pydict(columns, schema=pa.schema(fields))
