"""Live sessions as people have them: present, follow, hand over, record, over real sockets."""

from __future__ import annotations

import asyncio

import pytest

from datasets import shares
from datasets.incoming.importer import import_file
from db.tables import Role
from tests.integration.stages import house, member, soon, until


@pytest.fixture
def trips(app, tmp_path):
    """A small dataset, open to everyone; its version."""
    file = tmp_path / "trips.csv"
    file.write_text("delay,origin\n" + "".join(f"{n % 60},{'ATL' if n % 3 else 'ORD'}\n" for n in range(300)))
    version = import_file(file, "trips", "Trips", lambda *_: None, lambda _: None).version
    shares.open_to_everyone("trips")
    return version


@pytest.fixture
def service(app, trips):
    with house(app) as own:
        yield own


def exploration(version, **filters):
    view = {"id": "delay", "columns": ["delay"], "scales": [{"type": "linear"}], "bins": [20]}
    return {
        "v": 1,
        "dataset": "trips",
        "version": version,
        "views": [view],
        "filters": filters,
        "active": None,
    }


def started(browser, version, **more):
    answer = browser.post("/api/live", json={"dataset": "trips", "exploration": exploration(version)} | more)
    assert answer.status_code == 201, answer.text
    return answer.json["key"]


def brushed(lo, hi):
    return {"type": "interval", "lo": lo, "hi": hi, "nulls": False}


def shown(browser, key):
    answer = browser.get(f"/api/live/{key}")
    assert answer.status_code == 200, answer.text
    return answer.json


def test_what_a_presenter_commits_and_brushes_reaches_who_follows(service, signed_in, trips):
    presenter, follower = signed_in(Role.PRESENTER), signed_in(Role.VIEWER)
    key = started(presenter, trips)

    async def scene():
        async with member(service, presenter, key) as ada, member(service, follower, key) as bob:
            await ada.commit(1, exploration(trips, delay=brushed(5, 10)))
            await ada.channel("brush").publish("brush", {"t": 1, "s": [[0, "delay", brushed(6, 11)]]})
            await soon(lambda: bob.said("state", "state") and bob.said("brush", "brush"))
            return bob.said("state", "state")[0], bob.heard["state"][0].client_id

    state, client = asyncio.run(scene())
    assert (state["seq"], state["exploration"]["filters"]["delay"]["lo"]) == (1, 5)
    assert (
        client == f"{shown(presenter, key)['presenter']['id']} {shown(presenter, key)['presenter']['name']}"
    )
    until(lambda: shown(follower, key)["seq"] == 1)
    assert shown(follower, key)["state"]["filters"]["delay"]["hi"] == 10
