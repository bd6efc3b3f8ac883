"""Pages of rows as people get them: those of a slow, obvious oracle, and never a row or column too many."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product

import pytest
from sqlmodel import select

from datasets import shares
from datasets.append import compaction
from datasets.append.appending import append_rows
from datasets.cubes.in_flight import RequestTicket
from datasets.cubes.single_flight import SingleFlightCache
from datasets.rotation import rotate_data_key
from datasets.table import reader, row_sources
from datasets.table.columns import ResidentColumn, StoredColumn
from datasets.table.order_search import OrderSearch
from datasets.table.row_bitmap import RowBitmap
from db.engine import transaction
from db.tables import Role, Share
from gpu.engine import get_column_store
from tests.integration.exploration_json import make_view
from tests.integration.row_readers import (
    FILTER_CASES,
    ROWS,
    VISIBLE_COLUMNS,
    RowReader,
    compute_expected_rows,
    list_visible_rows,
    make_restricted_reader,
    make_table,
    make_unrestricted_reader,
    read_stored_rows,
    rows_to_json,
    to_json_value,
)
from tests.integration.test_rights import make_trips_table as trips_table

TIMEOUT = 20


@pytest.fixture
def ada(app, tmp_path):
    return make_unrestricted_reader(app, tmp_path)


@pytest.fixture(params=["from files", "from memory"])
def column_location(request, app, ada):
    """Where the columns of the table are."""
    memory = get_column_store(app.server.extensions["engines"].get_engine("trips", ada.dataset.version))
    if request.param == "from memory":
        for name in read_stored_rows()[0]:
            memory.load_column(name, if_free=False)
            assert memory.has_column(name)


@pytest.fixture
def searched_columns(monkeypatch):
    """What was searched, a few rows at a time; columns come into memory by nobody's sorting."""
    found = []

    def search_at(search, places):
        found.append(type(search.column))
        return at_once(search, places)

    at_once = OrderSearch.find_rows
    monkeypatch.setattr(OrderSearch, "find_rows", search_at)
    for module, name in (
        (reader, "READ_AHEAD_ROWS"),
        (reader, "WINDOW_ROWS"),
        (ResidentColumn, "window_rows"),
    ):
        monkeypatch.setattr(module, name, 128)
    monkeypatch.setattr(StoredColumn, "window_rows", 512)
    monkeypatch.setattr("datasets.table.table_reader.ColumnLoader.request_columns", lambda *_: None)
    return found


def test_who_pages_on_misses_no_row_when_the_column_comes_into_memory(ada, app, searched_columns):
    memory = get_column_store(app.server.extensions["engines"].get_engine("trips", ada.dataset.version))
    expected, found = rows_to_json(compute_expected_rows(read_stored_rows(), (), "word", False)), []
    for offset in range(0, ROWS, 100):
        if offset == 900:
            assert set(searched_columns) == {StoredColumn}
            memory.load_column("word", if_free=False)
        found += ada.read_rows(sort="word", offset=offset)["rows"]
    assert found == expected
    assert set(searched_columns) == {StoredColumn, ResidentColumn}


@pytest.mark.usefixtures("column_location")
@pytest.mark.parametrize("filters", [(), ("whole",), ("real", "word"), ("when",), ("late", "whole", "word")])
def test_pages_are_those_of_the_oracle(ada, filters):
    rows = read_stored_rows()
    given = {id_: FILTER_CASES[id_][0] for id_ in filters}
    for sort, descending in product((None, *rows[0]), (False, True)):
        expected = compute_expected_rows(rows, filters, sort, descending)
        last = max(0, len(expected) - 5)
        for offset, limit in ((0, 100), (90, 1000), (last, 10), (len(expected), 1), (10**9, 9)):
            asked = {"filters": given, "sort": sort, "descending": descending}
            page = ada.read_rows(**asked, offset=offset, limit=limit)
            assert (page["total"], page["offset"]) == (len(expected), offset)
            assert page["columns"] == list(rows[0])
            assert page["rows"] == rows_to_json(expected[offset : offset + limit])


def test_pages_of_any_length_add_up_to_all_rows(ada):
    rows = read_stored_rows()
    for sort in (None, "word"):
        expected = [
            [to_json_value(name, row[name]) for name in ("word", "whole")]
            for row in compute_expected_rows(rows, (), sort, True)
        ]
        for limit in (1000, 130, 77):
            asked = {"sort": sort, "descending": True, "columns": ["word", "whole"], "limit": limit}
            pages = [ada.read_rows(**asked, offset=offset)["rows"] for offset in range(0, ROWS, limit)]
            assert [row for page in pages for row in page] == expected


def test_rows_that_are_kept_hold_no_more_memory_than_is_counted(ada):
    selection = reader.RowSelection("trips", ada.dataset.version, frozenset(), ROWS)
    wanted = reader.RowQuery(selection, None, ("whole",))
    page = reader.QueryReader(
        wanted, RowBitmap(ROWS), None, SingleFlightCache(1 << 20), RequestTicket()
    ).read_page(range(10))
    assert page.get_total_buffer_size() < 2 * reader.CHUNK_ROWS * 8


def test_columns_come_as_they_are_asked_for(ada):
    page = ada.read_rows(columns=["late", "whole"], limit=2)
    assert page["columns"] == ["late", "whole"]
    assert page["rows"] == [[row["late"], row["whole"]] for row in read_stored_rows()[:2]]
    assert len(ada.read_rows()["rows"]) == 100


def test_nothing_passes(ada):
    filters = {"whole": {"type": "interval", "lo": 5000, "hi": None, "nulls": False}}
    for sort in (None, "real"):
        page = ada.read_rows(filters=filters, sort=sort)
        assert (page["total"], page["rows"], len(page["columns"])) == (0, [], 6)


def test_the_answer_never_changes_and_says_so(ada):
    answer = ada.request_page(r="all")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert ada.request_page().headers["Cache-Control"] == "private, no-cache"
    tag = answer.headers["ETag"]
    again = ada.browser.get(answer.request.full_path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    others = [ada.request_page(r="all", **other) for other in ({"offset": 1}, {"sort": "real"}, {"limit": 9})]
    assert len({tag, *(other.headers["ETag"] for other in others)}) == 4


@pytest.mark.parametrize(
    ("asked", "where", "message"),
    [
        ({"limit": 0}, "limit", "greater"),
        ({"limit": 1001}, "limit", "less"),
        ({"offset": -1}, "offset", "greater"),
        ({"offset": 2**53 + 1}, "offset", "less"),
        ({"offset": 1.5}, "offset", "integer"),
        ({"sort": "salary"}, "sort", "no column 'salary'"),
        ({"columns": []}, "columns", "at least 1"),
        ({"columns": ["whole", "salary"]}, "columns", "no column 'salary'"),
        ({"columns": "whole"}, "columns", "array"),
        ({"filters": {"gone": {"type": "nulls"}}}, "x", "no such view"),
        (
            {"views": [make_view("v", "salary")], "filters": {"v": {"type": "nulls"}}},
            "views.v",
            "no column 'salary'",
        ),
        ({"detail": "exact"}, "detail", "Extra"),
        ({"rows": 1}, "rows", "no state of 1 rows"),
        ({"flight": "tab/rows"}, "X-Flight", "number"),
    ],
)
def test_a_wrong_question_is_told_where_it_is_wrong(ada, asked, where, message):
    answer = ada.request_page(**asked)
    assert answer.status_code == 400
    assert answer.json["error"]["where"] == where
    assert message in answer.json["error"]["message"]


def test_strangers_and_those_without_a_share_are_told_nothing(app, ada):
    path = ada.request_page().request.full_path
    assert app.server.test_client().get(path).status_code == 401
    shares.revoke_share(RowReader(app, "olga", ada.dataset, Role.ADMIN).principal, get_only_share().id)
    assert ada.request_page().status_code == 404
    assert ada.request_page().text == ada.browser.get(path.replace("trips", "nothing")).text.replace(
        "nothing", "trips"
    )


def get_only_share():
    with transaction() as work:
        return work.exec(select(Share)).one()


class BlockingCall:
    """Holds the first who come here until it is opened."""

    def __init__(self, function):
        self.function = function
        self.entered, self.open = threading.Event(), threading.Event()

    def __call__(self, *given):
        if not self.entered.is_set():
            self.entered.set()
            assert self.open.wait(TIMEOUT)
        return self.function(*given)


@pytest.fixture
def blocked_reading(monkeypatch):
    gate = BlockingCall(row_sources.read_rows)
    monkeypatch.setattr(row_sources, "read_rows", gate)
    return gate


@pytest.fixture
def thread_pool():
    with ThreadPoolExecutor(4) as pool:
        yield pool


def test_a_newer_request_makes_the_older_outdated(ada, blocked_reading, thread_pool):
    older = thread_pool.submit(ada.request_page, flight="tab/rows/1", offset=500)
    assert blocked_reading.entered.wait(TIMEOUT)
    assert ada.request_page(flight="tab/rows/2").status_code == 200
    assert ada.request_page(flight="tab/rows/1", offset=1000).status_code == 200  # the lane is free again
    blocked_reading.open.set()
    answer = older.result(TIMEOUT)
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "outdated")
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_requests_that_overtake_each_other_keep_their_order(ada, blocked_reading, thread_pool):
    newer = thread_pool.submit(ada.request_page, flight="tab/rows/10")
    assert blocked_reading.entered.wait(TIMEOUT)
    assert ada.request_page(flight="tab/rows/9").json["error"]["code"] == "outdated"
    assert ada.request_page(flight="other/rows/9", offset=500).status_code == 200
    blocked_reading.open.set()
    assert newer.result(TIMEOUT).status_code == 200


def test_rows_that_came_are_behind_the_others_and_older_states_stay(ada):
    before = {sort: ada.request_page(r="all", sort=sort).data for sort in (None, "whole")}
    append_rows("trips", ada.dataset.version, make_table(700, seed=4))
    append_rows("trips", ada.dataset.version, make_table(5, seed=5))
    for sort, known in before.items():
        assert ada.request_page(r="all", sort=sort).data == known
    rows = read_stored_rows()
    for state in (ROWS, ROWS + 700, ROWS + 703, ROWS + 705):
        for sort in (None, "whole"):
            expected = compute_expected_rows(rows[:state], ("real",), sort, False)
            asked = {"filters": {"real": FILTER_CASES["real"][0]}, "sort": sort, "rows": state, "limit": 1000}
            page = ada.read_rows(**asked, offset=max(0, len(expected) - 500))
            assert page["total"] == len(expected)
            wanted = expected[max(0, len(expected) - 500) :]
            assert page["rows"] == rows_to_json(wanted)
    assert ada.read_rows()["total"] == ROWS + 705


def test_merged_files_and_new_keys_change_no_page(ada, monkeypatch):
    for seed in range(40):
        append_rows("trips", ada.dataset.version, make_table(3, seed=seed))
    asked = {"limit": 1000, "offset": 2300, "rows": ROWS + 120}
    before = [ada.read_rows(**asked, sort=sort) for sort in (None, "when")]
    monkeypatch.setattr(compaction, "MIN_AGE", timedelta(seconds=-1))
    append_rows("trips", ada.dataset.version, make_table(1, seed=99))
    assert rotate_data_key("trips", lambda *_: None) == 1
    for sort, known in zip((None, "when"), before, strict=True):
        columns = known["columns"][::-1]  # which nobody has asked for: nothing of it is kept
        page = ada.read_rows(**asked, sort=sort, columns=columns)
        assert page["rows"] == [row[::-1] for row in known["rows"]]


# Rights


CITY = make_view("city", "city", types=("category",))


@pytest.fixture
def bob(app, tmp_path):
    return make_restricted_reader(app, tmp_path)


def test_rows_and_columns_are_those_of_the_persons_rights(bob):
    assert bob.read_rows(views=[], limit=1000) == {
        "total": 400,
        "offset": 0,
        "columns": VISIBLE_COLUMNS,
        "rows": [list(row.values()) for row in list_visible_rows()],
    }
    ordered = sorted(list_visible_rows(), key=lambda row: row["delay"], reverse=True)
    page = bob.read_rows(views=[], sort="delay", descending=True, limit=1000)
    assert page["rows"] == [list(row.values()) for row in ordered]
    for values in (["Xanadu"], ["Oslo", "Xanadu"]):
        chosen = {"type": "members", "values": values, "other": False, "nulls": False}
        page = bob.read_rows(views=[CITY], filters={"city": chosen}, limit=1000)
        assert page["rows"] == [list(row.values()) for row in list_visible_rows() if row["city"] in values]


def test_who_sees_a_part_sees_it_grow_as_if_it_were_all(bob):
    for cities in (("Xanadu",), ("Rome", "Xanadu")):
        append_rows("trips", bob.dataset.version, trips_table(cities).slice(0, 30))
    grown = list_visible_rows()
    for state in (400, 401, len(grown)):
        page = bob.read_rows(views=[], rows=state, limit=1000)
        assert page["rows"] == [list(row.values()) for row in grown[:state]]
        assert page["total"] == state
    assert bob.request_page(views=[], rows=len(grown) + 1).status_code == 400
    assert bob.read_rows(views=[])["total"] == len(grown)


def test_a_masked_column_and_one_that_never_was_are_told_alike(bob):
    def list_responses(name):
        seen = [make_view("v", name)]
        questions = [
            {"views": [], "sort": name},
            {"views": [], "columns": ["x", name]},
            {"views": seen, "filters": {"v": {"type": "interval", "lo": 1, "hi": 2, "nulls": False}}},
            {"views": seen, "filters": {"v": {"type": "nulls"}}},
        ]
        answers = [bob.request_page(**each) for each in questions]
        assert {answer.status_code for answer in answers} == {400}
        opened = bob.open_explorer(hash_=f"#v=1&x=(t:(at:3,descending:!f,sort:{name}))")
        return [*(answer.text.replace(name, "NAME") for answer in answers), opened["exploration"]["table"]]

    assert list_responses("salary") == list_responses("nonsense")


def test_answers_are_kept_apart_by_rights(app, bob):
    olga = RowReader(app, "olga", bob.dataset, Role.ADMIN)
    hers, his = (each.open_explorer()["description"]["rights"] for each in (olga, bob))
    assert olga.request_page(r=hers).headers["ETag"] != bob.request_page(r=his).headers["ETag"]
    answer = bob.request_page(r=hers)
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "rights-changed")
    assert olga.read_rows(views=[])["total"] == 600


def test_a_saved_table_is_shown_to_each_as_far_as_they_may_see_it(app, bob):
    olga = RowReader(app, "olga", bob.dataset, Role.ADMIN)
    found = olga.open_explorer()["exploration"] | {"table": {"sort": "salary", "descending": True, "at": 70}}
    key = olga.browser.post("/api/views", json={"name": "A", "exploration": found}).json["key"]
    share = {"among": "person", "name": "bob"}
    assert olga.browser.post(f"/api/views/{key}/shares", json=share).status_code == 201
    seen = bob.open_explorer(None, view=key)
    assert seen["exploration"]["table"] == {"sort": None, "descending": False, "at": 0, "hidden": []}
    assert "salary" not in json.dumps(seen)
    assert olga.open_explorer(None, view=key)["exploration"]["table"] == found["table"] | {"hidden": []}
    refused = bob.browser.post("/api/views", json={"name": "B", "exploration": found | {"views": []}})
    assert (refused.status_code, refused.json["error"]["where"]) == (400, "table.sort")
