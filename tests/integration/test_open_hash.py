"""An address opens what it can of the dataset version it was made on."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pytest

from datasets import catalogue
from datasets.catalogue import UnknownDatasetError
from datasets.exploration import Interval
from datasets.explorations.url import format_hash
from datasets.explorations.url import open_hash as open_for
from datasets.ingest.publish import publish_version
from tests.unit.trips_dataset import ignore_progress

open_address = partial(open_for, describe=catalogue.get_description)

pytestmark = pytest.mark.usefixtures("settings")


def publish_values(key, values):
    table = pa.table({"x": values})
    return publish_version("things", "Things", key, lambda store: store.write_part(0, table), ignore_progress)


def test_without_a_hash_the_newest_version_opens():
    publish_values("a1", [1.5, 2.5])
    newest = publish_values("b2", [1.5, 7.5])
    opened = open_address("things", "")
    assert opened.description == newest
    assert opened.exploration == opened.suggested
    assert opened.problems == ()


def test_an_address_keeps_the_version_it_was_made_on():
    publish_values("a1", [1.5, 2.5])
    before = open_address("things", "").exploration.model_copy(update={"filters": {"x": Interval(lo=2.0)}})
    publish_values("b2", [1.5, 7.5])
    opened = open_address("things", format_hash(before, open_address("things", "#v=1&x=(at:a1)").suggested))
    assert opened.exploration == before
    assert opened.description.get_column("x").profile.maximum == 2.5
    assert opened.problems == ()


def test_a_version_that_is_gone_is_said():
    publish_values("b2", [1.5, 7.5])
    opened = open_address("things", "#v=1&x=(at:a1,f:(x:(lo:2,type:interval)))")
    assert opened.description.version == opened.exploration.version == "b2"
    assert opened.exploration.filters == {"x": Interval(lo=2.0)}
    assert opened.problems == ("The data has changed since the URL was made; this is the newest version.",)


def test_an_address_of_another_dataset_is_said():
    publish_values("b2", [1.5, 7.5])
    assert open_address("things", "#v=1&x=(d:flights)").problems == (
        "The URL was made for another dataset, 'flights'.",
    )


def test_an_unknown_dataset():
    with pytest.raises(UnknownDatasetError, match="there is no dataset 'things'"):
        open_address("things", "")
    assert catalogue.list_datasets() == []


def test_versions_live_under_the_data_folder(settings):
    version = publish_values("a1", [1.5, 2.5]).version
    assert catalogue.open_store("things", version).folder == settings.data / "datasets" / "things" / "a1"
