"""The sample: three million US domestic flights of early 2001, from the npm package vega-datasets."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from datasets import catalogue
from datasets.description import Description
from datasets.ingest.parquet_file import stored_type
from datasets.ingest.publish import publish
from datasets.ingest.shuffle import Progress, shuffle
from datasets.storage.store import Store

SLUG, NAME = "flights", "Flights 2001"
PACKAGE = Path(__file__).parents[2] / "node_modules" / "vega-datasets" / "data"
SEED = 2001
RECIPE = "1"

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
    """The npm package that the sample is made of is not installed."""


def prepare_sample(progress: Progress) -> Description:
    """The sample dataset, made now unless it is there already.

    Raises:
        SampleMissingError: vega-datasets is not installed.
    """
    flights, airports = _files()
    key = hashlib.sha256(f"{RECIPE} {SEED} {_digest(flights)} {_digest(airports)}".encode()).hexdigest()[:16]
    if catalogue.has(SLUG, key):
        return catalogue.open(SLUG, key)
    return publish(SLUG, NAME, key, lambda store: _write(flights, store, progress), progress)


def flights_in_order() -> pa.Table:
    """The flights of the sample as they left, one after the other.

    Raises:
        SampleMissingError: vega-datasets is not installed.
    """
    flights, places = _files()[0], _places()
    with pq.ParquetFile(flights) as parquet:
        table = pa.Table.from_batches(_with_origin(batch, places) for batch in parquet.iter_batches())
    return table.sort_by("date")


def _files() -> tuple[Path, Path]:
    flights, airports = PACKAGE / "flights-3m.parquet", PACKAGE / "airports.csv"
    for file in (flights, airports):
        if not file.is_file():
            raise SampleMissingError(f"{file} is missing: install the npm packages first (npm ci)")
    return flights, airports


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _write(flights: Path, store: Store, progress: Progress) -> None:
    places = _places()
    with pq.ParquetFile(flights) as parquet:
        batches = (_with_origin(batch, places) for batch in parquet.iter_batches())
        shuffle(batches, parquet.metadata.num_rows, store, SEED, progress)


def _places() -> pa.Table:
    options = arrow_csv.ConvertOptions(null_values=["NA"], strings_can_be_null=True)
    return arrow_csv.read_csv(_files()[1], convert_options=options)


def _with_origin(flights: pa.RecordBatch, places: pa.Table) -> pa.RecordBatch:
    """The flights with what their date and the airport they left from add."""
    place = places.take(pc.index_in(flights["origin"].cast(pa.string()), places["iata"]))
    columns = {
        "date": flights["date"],
        "hour": pc.hour(flights["date"]),
        "weekday": WEEKDAYS.take(pc.day_of_week(flights["date"])),
        **{name: flights[name] for name in ("delay", "distance", "origin", "destination")},
        **{name: place[name].combine_chunks() for name in ("state", "longitude", "latitude")},
    }
    fields = [
        pa.field(name, stored_type(values.type), metadata={"label": LABELS[name]})
        for name, values in columns.items()
    ]
    return pa.RecordBatch.from_pydict(columns, schema=pa.schema(fields))
