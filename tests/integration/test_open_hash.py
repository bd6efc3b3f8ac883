"""An address opens what it can of the dataset version it was made on."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pytest

from datasets import catalogue
from datasets.catalogue import UnknownDatasetError
from datasets.exploration import Interval
from datasets.explorations.url import open_address as open_for
from datasets.ingest.publish import publish
from datasets.written import encode
from tests.unit.trips_dataset import quiet

open_address = partial(open_for, describe=catalogue.open)

pytestmark = pytest.mark.usefixtures("settings")


def published(key, values):
    table = pa.table({"x": values})
    return publish("things", "Things", key, lambda store: store.write(0, table), quiet)


def test_without_a_hash_the_newest_version_opens():
    published("a1", [1.5, 2.5])
    newest = published("b2", [1.5, 7.5])
    opened = open_address("things", "")
    assert opened.description == newest
    assert opened.exploration == opened.suggested
    assert opened.problems == ()


def test_an_address_keeps_the_version_it_was_made_on():
    published("a1", [1.5, 2.5])
    before = open_address("things", "").exploration.model_copy(update={"filters": {"x": Interval(lo=2.0)}})
    published("b2", [1.5, 7.5])
    opened = open_address("things", encode(before, open_address("things", "#v=1&x=(at:a1)").suggested))
    assert opened.exploration == before
    assert opened.description.column("x").profile.maximum == 2.5
    assert opened.problems == ()


def test_a_version_that_is_gone_is_said():
    published("b2", [1.5, 7.5])
    opened = open_address("things", "#v=1&x=(at:a1,f:(x:(lo:2,type:interval)))")
    assert opened.description.version == opened.exploration.version == "b2"
    assert opened.exploration.filters == {"x": Interval(lo=2.0)}
    assert opened.problems == (
        "The data has changed since the address was made; this is the newest version.",
    )


def test_an_address_of_another_dataset_is_said():
    published("b2", [1.5, 7.5])
    assert open_address("things", "#v=1&x=(d:flights)").problems == (
        "The address was made for another dataset, 'flights'.",
    )


def test_an_unknown_dataset():
    with pytest.raises(UnknownDatasetError, match="there is no dataset 'things'"):
        open_address("things", "")
    assert catalogue.entries() == []


def test_versions_live_under_the_data_folder(settings):
    version = published("a1", [1.5, 2.5]).version
    assert catalogue.store("things", version).folder == settings.data / "datasets" / "things" / "a1"
