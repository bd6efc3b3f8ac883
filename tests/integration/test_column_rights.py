"""Columns that are renamed, added, removed and brought back by imports, asked for by everybody at every door.

Whoever a share restricts to some columns never gets a name or a value of a column that it doesn't name,
whatever the version on which the share was made and whatever the version that is asked for.
"""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets import commands, shares
from datasets.access import effective_access
from datasets.access.import_notices import list_import_notices
from datasets.ingest.importer import import_file
from datasets.shares import EVERYONE, ShareTarget, ShareTerms
from db.engine import transaction
from db.tables import Dataset, Group, Level, Membership, Resource, Role, Share, utc_now
from tests.integration.dash_calls import ask_confirmation, call_explorer, confirm_action, get_response_text
from tests.integration.test_rights import (
    CITY_CONDITIONS,
    ExploringUser,
    get_dataset_id,
    make_view,
    open_explorer,
)

OPEN = ("city", "delay")
SECRETS = {"qpaid": 7_770_000, "qsalary": 8_880_000, "qdollars": 6_660_000, "qbonus": 5_550_000}
"""Columns and the first of their values, whose digits stand in no other column."""
VERSIONS = (
    (*OPEN, "qpaid"),
    ("qsalary", *OPEN),  # renamed
    (*OPEN, "qdollars", "qbonus"),  # renamed again, and one added
    (*OPEN, "qbonus", "qsalary"),  # one removed, one brought back
    (*OPEN, "qpaid"),  # as it was at first
)


def make_table(columns):
    cities = pa.array([("Rome", "Oslo", "Bonn")[n % 3] for n in range(90)])
    known = {"city": cities, "delay": [n % 40 for n in range(90)]}
    known |= {name: [first + n for n in range(90)] for name, first in SECRETS.items()}
    return pa.table({name: known[name] for name in columns})


def import_version(folder, columns):
    file = folder / "trips.parquet"
    pq.write_table(make_table(columns), file)
    return import_file(file, "trips", "Trips", lambda *_: None, lambda _: None)


class ColumnReader(ExploringUser):
    """Somebody, and every door to the columns of a version."""

    def list_responses(self, version, name):
        """What every door answers of a column, in which its name is replaced."""
        path, get = f"/api/datasets/trips/versions/{version.version}", self.browser.get
        x = quote(json.dumps({"views": [make_view("v", name)]}))
        measured = make_view("v", "city", aggregate="max", measure_column=name)
        measured = quote(json.dumps({"views": [measured]}))
        sort = quote(json.dumps({"views": [], "sort": name}))
        only = quote(json.dumps({"views": [], "columns": [name]}))
        address = f"#v=1&x=(at:'{version.version}',w:!((bins:!(!n),columns:!({name}),id:v)))"
        routes = (
            *(f"{path}/{door}?x={each}" for door in ("cubes", "rows") for each in (x, measured)),
            *(f"{path}/{door}?x={each}" for door in ("rows", "rows.csv") for each in (sort, only)),
            f"{path}/extent?column={name}",
        )
        answers = [get(route).text for route in routes]
        answers.append(json.dumps(self.open_explorer(hash_=address)))
        return [each.replace(name, "NAME") for each in answers]

    def read_all(self, version):
        """What is to be read without naming a column."""
        path, x = f"/api/datasets/trips/versions/{version.version}", quote(json.dumps({"views": []}))
        opened = self.open_explorer(hash_=f"#v=1&x=(at:'{version.version}')")
        routes = ("/api/datasets", "/api/datasets/trips", f"{path}/state", f"{path}/rows.csv?x={x}")
        texts = [self.browser.get(route).text for route in (*routes, f"{path}/rows?x={x}")]
        return opened, "\n".join([json.dumps(opened), *texts])


def list_leaks(text):
    """The names and the first digits of hidden columns in a text, whatever the case of labels."""
    digits = [str(first)[:3] + "00" for first in SECRETS.values()]
    return [secret for secret in (*SECRETS, *digits) if secret in text.lower()]


def save_view(person, version, columns):
    """Save a view of all columns; return its key and the exploration."""
    kinds = {"city": "category"}
    views = [
        {**make_view(name, name), "width": 4, "height": 2, "title": None}
        | {"scales": [{"type": kinds.get(name, "linear"), "domain": None, "top": None}]}
        for name in columns
    ]
    own = {"v": 1, "dataset": "trips", "version": version.version, "views": views, "filters": {}}
    answer = person.browser.post("/api/views", json={"name": "All", "exploration": own | {"active": None}})
    assert answer.status_code == 201, answer.text
    return answer.json["key"], own | {"active": None}


@pytest.fixture
def owner(app):
    return ColumnReader(app, "olga", Role.ADMIN)


@pytest.fixture
def people(app):
    """Somebody for each kind of share: with them, with their group, with everyone, of some rows."""
    made = {name: ColumnReader(app, name) for name in ("bob", "gus", "eve", "rob")}
    with transaction() as work:
        group = Group(name="West")
        work.add(group)
        work.flush()
        work.add(Membership(user_id=made["gus"].principal.id, group_id=group.id))
        targets = {"gus": ShareTarget(group_id=group.id), "eve": EVERYONE}
    return {
        name: (person, targets.get(name, ShareTarget(user_id=person.principal.id)))
        for name, person in made.items()
    }


def share_columns(owner, name, target, masked):
    conditions = CITY_CONDITIONS if name == "rob" else None
    terms = ShareTerms(Level.VIEW, conditions, masked)
    return shares.grant_share(owner.principal, Resource.DATASET, get_dataset_id("trips"), target, terms)


@pytest.mark.parametrize("made_at", range(len(VERSIONS)))
@pytest.mark.parametrize("names", [("bob", "gus", "rob"), ("eve",)])
def test_no_door_tells_of_a_column_that_a_share_does_not_name(owner, people, tmp_path, names, made_at):
    found = []
    for number, columns in enumerate(VERSIONS):
        found.append(import_version(tmp_path, columns))
        if number == made_at:
            masked = tuple(column for column in columns if column in SECRETS)
            for name in names:
                share_columns(owner, name, people[name][1], masked)
    for version, columns in zip(found, VERSIONS, strict=True):
        for person, _ in map(people.get, names):
            opened, text = person.read_all(version)
            assert sorted(each["name"] for each in opened["description"]["columns"]) == sorted(OPEN)
            assert opened["description"]["version"] == version.version
            assert list_leaks(text) == []
            for column in set(columns) & set(SECRETS):
                assert person.list_responses(version, column) == person.list_responses(version, "nonsense")


@pytest.mark.parametrize("number", [0, 2, 3])
def test_saved_views_guest_links_and_live_sessions_show_no_column_that_a_share_does_not_name(
    app, owner, people, tmp_path, number
):
    import_version(tmp_path, VERSIONS[0])
    for name, (_, target) in people.items():
        share_columns(owner, name, target, ("qpaid",))
    found = [import_version(tmp_path, columns) for columns in VERSIONS][number]
    app.server.extensions["gateway"].wait_idle()
    key, exploration = save_view(owner, found, VERSIONS[number])
    assert owner.browser.post(f"/api/views/{key}/shares", json={"among": "everyone"}).status_code == 201
    answer = owner.browser.post("/api/live", json={"dataset": "trips", "exploration": exploration})
    live, expires = answer.json["key"], (utc_now() + timedelta(hours=1)).isoformat()
    for name, (person, _) in people.items():
        texts = [json.dumps(person.open_explorer(None, view=key))]
        for kind, address in (("views", key), ("live", live)):
            wish = {"expires": expires, "rights_of": name}
            link = owner.browser.post(f"/api/{kind}/{address}/guests", json=wish)
            assert link.status_code == 201, link.text
            guest = app.server.test_client()
            guest.get(link.json["path"])
            texts += read_as_guest(guest, found, key if kind == "views" else None)
        texts += [json.dumps(call_explorer(each, live=live).get_json()) for each in (person.browser, guest)]
        for text in texts:
            assert "city" in text, text
            assert list_leaks(text) == []


def read_as_guest(guest, version, view):
    x = quote(json.dumps({"views": []}))
    path = f"/api/datasets/trips/versions/{version.version}"
    routes = ("/api/datasets/trips", f"{path}/rows?x={x}", f"{path}/rows.csv?x={x}")
    opened = [json.dumps(open_explorer(guest, None, view=view))] if view else []
    return [*opened, *(guest.get(route).text for route in routes)]


def list_visible(person, version):
    opened = person.open_explorer(hash_=f"#v=1&x=(at:'{version.version}')")
    return {each["name"] for each in opened["description"]["columns"]}


def test_a_share_without_restriction_shows_the_columns_of_every_version(owner, people, tmp_path):
    first = import_version(tmp_path, VERSIONS[0])
    share_columns(owner, "bob", people["bob"][1], ())
    later = import_version(tmp_path, VERSIONS[2])
    bob = people["bob"][0]
    assert list_visible(bob, first) == set(VERSIONS[0])
    assert list_visible(bob, later) == set(VERSIONS[2])


def test_hidden_columns_are_confirmed_with_the_names_of_any_version(owner, people, tmp_path):
    first = import_version(tmp_path, VERSIONS[0])
    second = import_version(tmp_path, VERSIONS[1])
    bob, route = people["bob"][0], "/api/datasets/trips/shares"

    def share(**columns):
        answer = owner.browser.post(route, json={"among": "person", "name": "bob"} | columns)
        assert answer.status_code == 201, answer.text
        (known,) = owner.browser.get(route).json["shares"]
        return known["shown"], known["masked"], known["unconfirmed"]

    assert share(masked=["qpaid"]) == (["city", "delay"], ["qpaid", "qsalary"], [])
    third = import_version(tmp_path, VERSIONS[2])
    (known,) = owner.browser.get(route).json["shares"]
    assert known["unconfirmed"] == ["qdollars", "qbonus"]
    shown, masked, unconfirmed = share(shown=[*known["shown"], "qbonus", "qpaid"])
    assert (set(shown), set(masked)) == ({*OPEN, "qbonus", "qpaid"}, {"qsalary", "qdollars"})
    assert unconfirmed == []
    visible = [list_visible(bob, version) for version in (first, second, third)]
    assert visible == [{*OPEN, "qpaid"}, {*OPEN}, {*OPEN, "qbonus"}]
    bad = {"among": "person", "name": "bob", "shown": ["nothing"]}
    assert "no column 'nothing'" in owner.browser.post(route, json=bad).json["error"]["message"]


def test_a_hidden_name_that_an_import_has_just_changed_does_not_show_the_new_one(owner, people, tmp_path):
    versions = [import_version(tmp_path, columns) for columns in VERSIONS[:2]]
    share_columns(owner, "bob", people["bob"][1], ("qpaid",))
    assert [list_visible(people["bob"][0], version) for version in versions] == [{*OPEN}] * 2


def test_conditions_on_a_column_of_an_older_version_show_no_row_of_the_others(owner, people, tmp_path):
    versions = [import_version(tmp_path, columns) for columns in (VERSIONS[0], VERSIONS[1])]
    bob = people["bob"][0]
    low = [{"column": "qpaid", "filter": {"type": "interval", "lo": None, "hi": None, "nulls": True}}]
    body = {"among": "person", "name": "bob", "conditions": low}
    assert owner.browser.post("/api/datasets/trips/shares", json=body).status_code == 201
    opened = [bob.open_explorer(hash_=f"#v=1&x=(at:'{each.version}')")["description"] for each in versions]
    assert [each["rows"] for each in opened] == [90, 0]
    x = quote(json.dumps({"views": []}))
    rows = bob.browser.get(f"/api/datasets/trips/versions/{versions[1].version}/rows?x={x}")
    assert rows.json["total"] == 0


def test_two_shares_show_together_no_cell_that_neither_shows(owner, people, tmp_path):
    first = import_version(tmp_path, VERSIONS[0])
    person, target = people["gus"]
    share_columns(owner, "gus", target, ("qpaid",))
    later = import_version(tmp_path, VERSIONS[1])
    share_columns(owner, "rob", ShareTarget(user_id=person.principal.id), ("delay",))
    assert (list_visible(person, first), list_visible(person, later)) == ({*OPEN}, {"city"})


def test_the_import_names_what_stays_hidden_from_whom(app, owner, people, tmp_path, capsys):
    import_version(tmp_path, VERSIONS[0])
    for name, (_, target) in people.items():
        share_columns(owner, name, target, ("qpaid",))
    assert list_import_notices("trips") == []
    file = tmp_path / "next.parquet"
    pq.write_table(make_table(("delay", "qdollars", "qbonus")), file)
    assert commands.main(["import", str(file), "--name", "Trips", "--slug", "trips"]) == 0
    told = capsys.readouterr().err
    hidden = "the columns qdollars and qbonus are hidden from bob, the group West, everyone signed in and rob"
    assert hidden in told
    assert "the share with rob shows no rows of this version" in told


def test_the_admin_page_names_new_columns_and_confirms_those_that_its_form_offered(
    app, owner, people, tmp_path
):
    import_version(tmp_path, VERSIONS[0])
    made = share_columns(owner, "bob", people["bob"][1], ("qpaid",))
    import_version(tmp_path, VERSIONS[2])
    key = f"{get_dataset_id('trips')}:{made.id}"
    form = get_response_text(ask_confirmation(app, owner.browser, "change-share", key))
    assert "qpaid (older versions)".lower() in form.lower()
    offered = [*OPEN, "qdollars", "qbonus", "qpaid"]
    later = import_version(tmp_path, VERSIONS[3])  # while the form is open
    terms = {"level": "view", "conditions": [], "masked": ["qpaid", "qdollars"], "offered": offered}
    get_response_text(confirm_action(app, owner.browser, "change-share", key, **terms))
    assert list_visible(people["bob"][0], later) == {*OPEN, "qbonus"}
    with transaction() as work:
        share = work.get_one(Share, made.id)
        dataset = work.get_one(Dataset, share.resource_id)
    assert (dataset.slug, sorted(share.shown)) == ("trips", sorted((*OPEN, "qbonus")))
    assert effective_access.get_access(people["bob"][0].principal, "trips").masked_columns == {"qsalary"}
