"""Rights on every path: two people with different rights ask everything there is to ask."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from accounts import api_tokens, one_time_links, sessions, users
from accounts.permissions import Permission
from components import ids
from datasets import catalogue, shares
from datasets.access import effective_access, gateway
from datasets.access.gateway import UnknownDatasetError
from datasets.ingest import profiling
from datasets.ingest.importer import import_file
from datasets.shares import EVERYONE, ShareTarget, ShareTerms
from db.engine import transaction
from db.tables import Group, GuestLink, Level, Membership, Resource, Role, utc_now
from tests.integration import exploration_json
from tests.integration.audit_log import list_entries
from tests.integration.cube_frames import decode_frame
from tests.integration.dash_calls import call_explorer

HIDDEN_TEXTS = ("Xanadu", "salary", "Salary", "987654")
CITY_CONDITIONS = [{"column": "city", "filter": {"type": "members", "values": ["Rome", "Oslo"]}}]
RESTRICTED_TERMS = ShareTerms(Level.VIEW, CITY_CONDITIONS, ("salary",))


def make_view(id_, *columns, **measure):
    kinds = {"city": "category", "when": "time"}
    return exploration_json.make_view(
        id_, *columns, types=[kinds.get(name, "linear") for name in columns], **measure
    )


VIEWS = [
    make_view("_rows"),
    make_view("city", "city"),
    make_view("delay", "delay"),
    make_view("when", "when"),
    make_view("map", "delay", "x"),
    make_view("mean", "city", aggregate="mean", measure_column="x"),
    make_view("least", "delay", aggregate="min", measure_column="x"),
]


def make_trips_table(cities):
    rows = range(600)
    kept = [n for n in rows if ("Rome", "Oslo", "Xanadu")[n % 3] in cities]
    return pa.table(
        {
            "city": [("Rome", "Oslo", "Xanadu")[n % 3] for n in kept],
            "delay": [n % 50 + (987_654 if n % 3 == 2 else 0) for n in kept],
            "when": pa.array([n * 10**12 for n in kept], pa.timestamp("us")),
            "x": [float(n % 7) for n in kept],
            "salary": [1000 + n for n in kept],
        }
    )


def import_trips(folder, slug, cities):
    pq.write_table(make_trips_table(cities), folder / f"{slug}.parquet")
    return import_file(folder / f"{slug}.parquet", slug, "Trips", lambda *_: None, lambda _: None)


def get_dataset_id(slug):
    return catalogue.find_version(slug, None)[0].id


@pytest.fixture
def visible_only_dataset(app, tmp_path):
    """A dataset of the rows alone that Bob sees."""
    return import_trips(tmp_path, "theirs", ("Rome", "Oslo"))


class ExploringUser:
    """Somebody, and a browser in which they are signed in."""

    def __init__(self, app, name, role=Role.ANALYST):
        self.principal = users.create_user(name, "correct horse battery", role)
        self.browser = app.server.test_client()
        self.browser.get(f"/signin/link/{one_time_links.create_link_token(name)}")

    def open_explorer(self, slug="trips", hash_="", view=None):
        return open_explorer(self.browser, slug, hash_, view)

    def request_cubes(self, dataset, views=VIEWS, r=None, **request):
        x = json.dumps({"active": None, "detail": "coarse", "views": views, "filters": {}} | request)
        path = f"/api/datasets/{dataset.slug}/versions/{dataset.version}/cubes?x={quote(x)}"
        return self.browser.get(path + (f"&r={r}" if r else ""))


def open_explorer(browser, slug="trips", hash_="", view=None):
    answer = call_explorer(browser, hash_, slug, view)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"][ids.EXPLORER]["opened"]


@pytest.fixture
def trips(app, tmp_path):
    return import_trips(tmp_path, "trips", ("Rome", "Oslo", "Xanadu"))


@pytest.fixture
def owner(app, trips):
    return ExploringUser(app, "olga", Role.ADMIN)


@pytest.fixture
def bob(app, trips):
    """A person whose group sees two of three cities, and no salaries."""
    person = ExploringUser(app, "bob")
    with transaction() as work:
        group = Group(name="South and north")
        work.add(group)
        work.flush()
        work.add(Membership(user_id=person.principal.id, group_id=group.id))
    shares.grant_as_system(
        Resource.DATASET, get_dataset_id("trips"), ShareTarget(group_id=group.id), RESTRICTED_TERMS
    )
    return person


def assert_nothing_leaks(text):
    found = [secret for secret in HIDDEN_TEXTS if secret in text]
    assert not found, found


def test_who_has_no_share_finds_no_dataset(app, trips, owner):
    eve = ExploringUser(app, "eve")
    assert "error" in eve.open_explorer()
    assert eve.open_explorer()["datasets"] == []
    unknown = eve.request_cubes(trips.model_copy(update={"slug": "nothing"}))
    hidden = eve.request_cubes(trips)
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert hidden.text.replace("trips", "nothing") == unknown.text
    assert eve.browser.get("/").location == "/explore"
    assert eve.browser.get("/api/datasets/trips/shares").status_code == 404
    with pytest.raises(UnknownDatasetError):
        effective_access.get_access(eve.principal, "trips")


def test_the_description_is_that_of_the_visible_rows_alone(bob, owner, visible_only_dataset):
    visible_only_dataset = owner.open_explorer("theirs")["description"]
    seen = bob.open_explorer()
    columns = [column for column in visible_only_dataset["columns"] if column["name"] != "salary"]
    assert seen["description"]["rows"] == visible_only_dataset["rows"] == 400
    assert seen["description"]["columns"] == columns
    assert seen["description"]["rights"] not in ("all", "")
    assert_nothing_leaks(json.dumps(seen))
    assert owner.open_explorer()["description"]["rows"] == 600


def test_programs_are_told_of_a_dataset_what_its_people_see(app, bob, owner, visible_only_dataset):
    expected = owner.browser.get("/api/datasets/theirs").json["columns"]
    answer = bob.browser.get("/api/datasets/trips")
    assert answer.json["columns"] == [column for column in expected if column["name"] != "salary"]
    assert (answer.json["rows"], answer.json["level"]) == (400, "view")
    assert answer.json["rights"] == bob.open_explorer()["description"]["rights"]
    assert_nothing_leaks(answer.text)
    assert owner.browser.get("/api/datasets/trips").json["level"] == "manage"
    assert bob.browser.get("/api/datasets").json == {"datasets": [{"slug": "trips", "name": "Trips"}]}
    eve = ExploringUser(app, "eve").browser
    assert eve.get("/api/datasets").json == {"datasets": []}
    hidden, unknown = eve.get("/api/datasets/trips"), eve.get("/api/datasets/nothing")
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert hidden.text.replace("trips", "nothing") == unknown.text


@pytest.mark.parametrize(
    "how",
    [
        {"active": active, "detail": detail}
        for active in (None, "city", "delay", "when", "map")
        for detail in ("coarse", "exact")
    ],
)
def test_every_cube_is_that_of_a_dataset_of_the_visible_rows(bob, owner, trips, visible_only_dataset, how):
    filters = {"delay": {"type": "interval", "lo": 5, "hi": 30, "nulls": False}}
    filters |= {"city": {"type": "members", "values": ["Oslo"], "other": False, "nulls": False}}
    asked = how | {"filters": filters}
    header, views = decode_frame(bob.request_cubes(trips, **asked))
    expected, their_views = decode_frame(owner.request_cubes(visible_only_dataset, **asked))
    assert header["rows"] == expected["rows"]
    assert list(views) == list(their_views)
    for id_, each in views.items():
        other = their_views[id_]
        assert each["axes"] == other["axes"]
        for name, values in each["values"].items():
            assert values.tolist() == other["values"][name].tolist()
    assert_nothing_leaks(json.dumps(header, default=str))


def test_a_masked_column_and_one_that_never_was_are_told_alike(bob, trips):
    def list_responses(name):
        bodies = [
            bob.request_cubes(trips, [make_view("v", name)]).text,
            bob.request_cubes(trips, [make_view("v", "delay", aggregate="sum", measure_column=name)]).text,
            bob.request_cubes(
                trips,
                [make_view("v", name)],
                filters={"v": {"type": "interval", "lo": 1, "hi": 2, "nulls": False}},
            ).text,
            json.dumps(
                bob.open_explorer(
                    hash_=f"#v=1&x=(w:!((bins:!(!n),columns:!({name}),id:v,scales:!((type:linear)))))"
                )
            ),
            json.dumps(bob.open_explorer(hash_=f"#v=1&x=(f:({name}:(type:nulls)))")),
        ]
        return [body.replace(name, "NAME") for body in bodies]

    assert list_responses("salary") == list_responses("nonsense")


def test_answers_are_kept_apart_by_rights(bob, owner, trips):
    hers, his = owner.open_explorer()["description"]["rights"], bob.open_explorer()["description"]["rights"]
    assert hers == "all"
    first = owner.request_cubes(trips, r=hers)
    second = bob.request_cubes(trips, r=his)
    assert first.headers["ETag"] != second.headers["ETag"]
    assert first.data != second.data
    path = bob.request_cubes(trips, r=his).request.full_path
    again = bob.browser.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.data == second.data
    foreign = bob.request_cubes(trips, r=hers)
    assert (foreign.status_code, foreign.json["error"]["code"]) == (409, "rights-changed")
    assert "immutable" not in foreign.headers.get("Cache-Control", "")


def test_who_sees_the_same_shares_cubes(app, bob, trips):
    carl = ExploringUser(app, "carl")
    shares.grant_as_system(
        Resource.DATASET, get_dataset_id("trips"), ShareTarget(user_id=carl.principal.id), RESTRICTED_TERMS
    )
    assert carl.open_explorer()["description"]["rights"] == bob.open_explorer()["description"]["rights"]
    assert carl.request_cubes(trips).data == bob.request_cubes(trips).data


def test_rights_change_with_the_next_request(app, bob, owner, trips):
    r = bob.open_explorer()["description"]["rights"]
    assert bob.request_cubes(trips, r=r).status_code == 200
    everyone = shares.grant_share(
        owner.principal, Resource.DATASET, get_dataset_id("trips"), EVERYONE, ShareTerms()
    )
    assert bob.request_cubes(trips, r=r).json["error"]["code"] == "rights-changed"
    assert bob.open_explorer()["description"]["rights"] == "all"
    shares.revoke_share(owner.principal, everyone.id)
    assert bob.open_explorer()["description"]["rights"] == r
    with transaction() as work:
        work.execute(sa.delete(Membership))
    assert bob.request_cubes(trips, r=r).status_code == 404


def test_a_condition_that_no_longer_fits_shows_no_row(app, owner, trips):
    dora = ExploringUser(app, "dora")
    odd = ShareTerms(Level.VIEW, [{"column": "gone", "filter": {"type": "members", "values": ["x"]}}])
    shares.grant_as_system(
        Resource.DATASET, get_dataset_id("trips"), ShareTarget(user_id=dora.principal.id), odd
    )
    assert dora.open_explorer()["description"]["rows"] == 0
    assert decode_frame(dora.request_cubes(trips))[1]["_rows"]["values"]["count"].sum() == 0


def test_what_takes_its_time_is_prepared_once_and_said(app, bob, owner, trips, monkeypatch):
    counted, may_go_on, real = [], threading.Event(), profiling.profile_columns

    def count_and_profile(rows, progress):
        counted.append(rows.row_count)
        assert may_go_on.wait(20)
        return real(rows, progress)

    monkeypatch.setattr(profiling, "profile_columns", count_and_profile)
    monkeypatch.setattr(gateway, "PROFILE_TIMEOUT", 0.0)
    assert {"preparing"} == set(bob.open_explorer()) == set(bob.open_explorer())
    assert bob.request_cubes(trips).json["error"]["code"] == "preparing"
    assert bob.browser.get("/api/datasets/trips").headers["Retry-After"] == "5"
    may_go_on.set()
    app.server.extensions["gateway"].wait_idle()
    assert bob.open_explorer()["description"]["rows"] == 400
    assert counted == [400]


def save_view(person, name="My view", views=None, filters=None, hash_=""):
    found = person.open_explorer(hash_=hash_)["exploration"]
    found |= {"views": views or found["views"], "filters": filters or {}}
    answer = person.browser.post("/api/views", json={"name": name, "exploration": found})
    assert answer.status_code == 201, answer.text
    return answer.json["key"]


SAVED_VIEWS = [
    {**each, "width": 4, "height": 2, "title": None}
    for each in (make_view("city", "city"), make_view("pay", "salary"))
]
HIDDEN_CITY_FILTER = {
    "city": {"type": "members", "values": ["Rome", "Xanadu"], "other": False, "nulls": False}
}


def test_a_shared_view_shows_each_what_they_may_see(bob, owner):
    key = save_view(owner, views=SAVED_VIEWS, filters=HIDDEN_CITY_FILTER)
    assert (
        bob.open_explorer(None, view=key)["error"]
        == "This saved view doesn't exist, or isn't shared with you."
    )
    share = {"among": "person", "name": "bob"}
    assert owner.browser.post(f"/api/views/{key}/shares", json=share).status_code == 201
    seen = bob.open_explorer(None, view=key)
    assert [each["id"] for each in seen["exploration"]["views"]] == ["city"]
    assert seen["exploration"]["filters"]["city"]["values"] == ["Rome"]
    assert len(seen["problems"]) == 1
    assert_nothing_leaks(json.dumps(seen))
    listed = bob.browser.get("/api/views").json["views"]
    assert [(each["key"], each["level"]) for each in listed] == [(key, "view")]
    assert bob.browser.patch(f"/api/views/{key}", json={"name": "Mine"}).status_code == 403
    assert bob.browser.delete(f"/api/views/{key}").status_code == 403
    whole = owner.open_explorer(None, view=key)
    assert (len(whole["exploration"]["views"]), whole["problems"]) == (2, [])


def test_a_scale_that_reaches_over_hidden_values_does_not_tell_them(bob, owner):
    wide = make_view("delay", "delay")
    wide["scales"][0]["domain"] = [-3.5, 987_704]  # as somebody who sees all has widened it
    key = save_view(owner, views=[wide])
    share = {"among": "person", "name": "bob"}
    assert owner.browser.post(f"/api/views/{key}/shares", json=share).status_code == 201
    domains = [
        each.open_explorer(None, view=key)["exploration"]["views"][0]["scales"][0]["domain"]
        for each in (owner, bob)
    ]
    assert domains == [[-3.5, 987_704], [0, 50]]


def test_programs_list_views_too_and_guests_do_not(app, bob, owner):
    key = save_view(bob)
    program = app.server.test_client()
    token = api_tokens.create_token(bob.principal, "p", [Permission.EXPLORE], utc_now() + timedelta(days=1))
    shown = {"Authorization": f"Bearer {token}"}
    assert [each["key"] for each in program.get("/api/views", headers=shown).json["views"]] == [key]
    guest = app.server.test_client()
    guest.get(create_guest_link(bob, key))
    assert guest.get("/api/views").status_code == 403


def test_who_asks_without_opening_is_in_the_audit_log_once(app, owner, trips):
    program = app.server.test_client()
    token = api_tokens.create_token(owner.principal, "p", [Permission.EXPLORE], utc_now() + timedelta(days=1))
    question = json.dumps({"views": [make_view("city", "city")]})
    route = f"/api/datasets/trips/versions/{trips.version}/cubes?x={quote(question)}"
    for _ in range(2):
        assert program.get(route, headers={"Authorization": f"Bearer {token}"}).status_code == 200
        owner.browser.get("/api/datasets/trips")
        assert owner.browser.get(route).status_code == 200
    found = [each for each in list_entries() if each.action == "dataset.opened"]
    assert [each.details.get("through") for each in found] == ["program", None, None]


def test_a_view_is_renamed_updated_and_deleted_by_its_owner(owner):
    key = save_view(owner)
    changed = owner.open_explorer()["exploration"] | {"views": SAVED_VIEWS}
    assert (
        owner.browser.patch(f"/api/views/{key}", json={"name": "B", "exploration": changed}).status_code
        == 204
    )
    found = owner.open_explorer(None, view=key)
    assert (found["view"]["name"], len(found["exploration"]["views"])) == ("B", 2)
    assert owner.browser.delete(f"/api/views/{key}").status_code == 204
    assert "error" in owner.open_explorer(None, view=key)


def test_nobody_keeps_a_view_of_what_they_do_not_see(bob):
    found = bob.open_explorer()["exploration"] | {"views": SAVED_VIEWS}
    answer = bob.browser.post("/api/views", json={"name": "N", "exploration": found})
    assert answer.status_code == 400
    assert "no column 'salary'" in answer.json["error"]["message"]


def create_guest_link(person, key, **more):
    wish = {"expires": (utc_now() + timedelta(hours=1)).isoformat()} | more
    answer = person.browser.post(f"/api/views/{key}/guests", json=wish)
    assert answer.status_code == 201, answer.text
    return answer.json["path"]


def test_a_guest_sees_one_view_with_the_rights_of_a_named_user(app, bob, owner, trips):
    shown = [SAVED_VIEWS[0]]
    key = save_view(owner, views=shown, filters=HIDDEN_CITY_FILTER)
    path = create_guest_link(owner, key, rights_of="bob")
    guest = app.server.test_client()
    assert guest.head(path).status_code == 200
    assert guest.get(f"/view/{key}").status_code == 302  # to sign in
    assert guest.get(path).location == f"/view/{key}"
    assert guest.get("/").location == f"/view/{key}"
    assert guest.get(f"/view/{key}").status_code == 200
    seen = open_explorer(guest, None, view=key)
    assert [column["name"] for column in seen["description"]["columns"]] == ["city"]
    assert guest.get("/api/datasets").json["datasets"] == [{"slug": "trips", "name": "Trips"}]
    assert guest.get("/api/datasets/trips").json["columns"] == seen["description"]["columns"]
    assert guest.get("/api/account").json["name"] is None
    assert seen["description"]["rows"] == 400
    assert_nothing_leaks(json.dumps(seen))
    other = save_view(owner, "Another")
    assert "error" in open_explorer(guest, None, view=other)
    for page in ("/explore/trips", "/explore", f"/view/{other}"):
        assert guest.get(page).status_code == 404
    for route in ("/api/views", "/api/subjects?q=bo", "/api/datasets/trips/shares"):
        assert guest.get(route).status_code == 403
    layout = guest.post("/_dash-update-component", json=make_page_request(f"/view/{key}"))
    assert "Guest" in layout.text
    assert "bob" not in layout.text


def make_page_request(path):
    return {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [
            {"id": "_pages_content", "property": "children"},
            {"id": "_pages_store", "property": "data"},
        ],
        "inputs": [
            {"id": "_pages_location", "property": "pathname", "value": path},
            {"id": "_pages_location", "property": "search", "value": ""},
        ],
        "changedPropIds": ["_pages_location.pathname"],
    }


def test_a_link_ends_with_its_date_or_when_it_is_revoked(app, owner):
    key = save_view(owner)
    for end in ("revoked", "expired"):
        path = create_guest_link(owner, key)
        guest = app.server.test_client()
        guest.get(path)
        assert "exploration" in open_explorer(guest, None, view=key)
        (link,) = owner.browser.get(f"/api/views/{key}/guests").json["links"]
        assert link["opened"]
        if end == "revoked":
            assert owner.browser.delete(f"/api/guests/{link['id']}").status_code == 204
        else:
            with transaction() as work:
                work.get_one(GuestLink, link["id"]).expires = utc_now()
        assert guest.post("/_dash-update-component", json=make_page_request("/")).status_code == 401
        assert app.server.test_client().get(path).status_code == 410
        assert owner.browser.get(f"/api/views/{key}/guests").json["links"] == []


def test_a_link_signs_nobody_out_by_itself(app, bob, owner):
    key = save_view(owner)
    path = create_guest_link(owner, key)
    assert owner.browser.get(path).location == f"/view/{key}"
    answer = bob.browser.get(path)
    assert "Sign out and open as a guest" in answer.text
    assert len(sessions.list_active_sessions(bob.principal.id)) == 1


def test_only_admins_give_out_the_rights_of_others(app, bob, owner):
    key = save_view(bob)
    wish = {"expires": (utc_now() + timedelta(hours=1)).isoformat(), "rights_of": "olga"}
    assert bob.browser.post(f"/api/views/{key}/guests", json=wish).status_code == 403
    late = {"expires": (utc_now() + timedelta(days=999)).isoformat()}
    assert bob.browser.post(f"/api/views/{key}/guests", json=late).status_code == 400


def test_viewers_neither_save_nor_share(app, trips):
    viewer = ExploringUser(app, "vera", Role.VIEWER)
    shares.open_to_everyone("trips")
    found = viewer.open_explorer()
    assert [deed for deed, may in found["may"].items() if may] == ["list"]
    answer = viewer.browser.post("/api/views", json={"name": "N", "exploration": found["exploration"]})
    assert answer.status_code == 403


def test_names_are_suggested_from_two_letters_on(owner, bob):
    ask = lambda letters: owner.browser.get(f"/api/subjects?q={letters}").json["subjects"]  # noqa: E731
    assert ask("b") == []
    assert ask("BO") == [{"among": "person", "name": "bob"}]
    assert ask("so") == [{"among": "group", "name": "South and north"}]
    assert ask("%25%25") == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"among": "person", "name": "nobody"}, "no person"),
        ({"among": "everyone", "masked": ["nothing"]}, "no column 'nothing'"),
        (
            {
                "among": "everyone",
                "conditions": [{"column": "x", "filter": {"type": "members", "values": []}}],
            },
            "can't",
        ),
        ({"among": "everyone", "level": "manage", "masked": ["x"]}, "can't be limited"),
        ({"among": "everyone", "conditions": []}, "at least 1"),
    ],
)
def test_a_share_that_makes_no_sense_is_refused(owner, body, message):
    answer = owner.browser.post("/api/datasets/trips/shares", json=body)
    assert answer.status_code == 400
    assert message in answer.json["error"]["message"]


def test_a_share_is_listed_changed_and_taken_away(owner, bob):
    (known,) = owner.browser.get("/api/datasets/trips/shares").json["shares"]
    assert (known["name"], known["rows"]) == ("South and north", "City is Rome or Oslo")
    again = {"among": "group", "name": "South and north", "masked": ["x"]}
    assert owner.browser.post("/api/datasets/trips/shares", json=again).json["id"] == known["id"]
    assert bob.open_explorer()["description"]["rows"] == 600
    assert owner.browser.delete(f"/api/shares/{known['id']}").status_code == 204
    assert "error" in bob.open_explorer()
    assert bob.browser.delete(f"/api/shares/{known['id']}").status_code == 404
